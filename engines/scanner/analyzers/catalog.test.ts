// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { everyEcosystem } from "../testing/every-ecosystem.ts";
import { fragmentOf } from "../testing/images.ts";
import { analyzers, analyzerVersions } from "./catalog.ts";

describe("analyzer catalog", () => {
  it("lists each file of the folder", () => {
    const files = readdirSync(import.meta.dirname).filter(
      (name) => /^[a-z-]+\.ts$/.test(name) && name !== "catalog.ts",
    );
    expect(analyzers).toHaveLength(files.length);
  });

  it("has no id twice, and ids of the form kind/name", () => {
    expect(new Set(analyzers.map(({ id }) => id)).size).toBe(analyzers.length);
    expect(analyzers.filter(({ id }) => !/^(?:entry|language|native|os)\/[a-z]+$/.test(id))).toEqual([]);
    expect(Object.keys(analyzerVersions)).toEqual(Object.keys(analyzerVersions).toSorted());
  });

  it("has an analyzer exercised by the image of every ecosystem", async () => {
    const { files } = await fragmentOf(everyEcosystem);
    expect(new Set(files.map(({ analyzer }) => analyzer))).toEqual(new Set(analyzers.map(({ id }) => id)));
  });
});
