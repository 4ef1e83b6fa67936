// SPDX-License-Identifier: Apache-2.0
/** The offline kit in config/kit: whole, readable without loss, and it finds what the demo shows. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Component } from "#engines/scanner/index.ts";
import { fileFeed } from "./adapters/file-feed.ts";
import { importSource } from "./import-source.ts";
import { matchSbom } from "./match-sbom.ts";
import { compileSnapshot } from "./snapshot/compile.ts";
import { openSnapshot } from "./snapshot/open.ts";
import type { Snapshot } from "./snapshot/open.ts";
import { bookworm, component, sbomOf } from "./testing/sbom.ts";
import type { ImportResult } from "./types.ts";

const kit = new URL("../../../config/kit/", import.meta.url);

let result: ImportResult;
let snapshot: Snapshot;
beforeAll(async () => {
  result = await importSource({ name: "kit", feed: fileFeed(kit.pathname) });
  snapshot = openSnapshot(compileSnapshot([result.export]));
});

it("is read without loss", () => {
  expect(result).toMatchObject({ rejected: [], rejectedCount: 0 });
  expect(snapshot.covers).toEqual(["alpine:3.20", "alpine:3.21", "debian:12", "golang", "npm", "pypi"]);
});

it("is what its manifest says", () => {
  const manifest = JSON.parse(readFileSync(new URL("manifest.json", kit), "utf8")) as {
    readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  };
  for (const { path, bytes, sha256 } of manifest.files) {
    const content = readFileSync(new URL(path, kit));
    expect([path, content.length, createHash("sha256").update(content).digest("hex")]).toEqual([
      path,
      bytes,
      sha256,
    ]);
  }
  expect(manifest.files).toHaveLength(8);
});

const worst = (of: Component): string | undefined => {
  const { findings } = matchSbom(sbomOf([of], bookworm), snapshot);
  return findings[0] && `${findings[0].severity} ${findings[0].id}${findings[0].kev ? " KEV" : ""}`;
};

describe("the demo's packages", () => {
  it.each([
    ["npm", "electron", "3.0.15", "critical CVE-2019-5786 KEV"],
    ["npm", "cryptiles", "4.1.1", "critical CVE-2018-1000620"],
    ["npm", "jws", "2.0.0", "high CVE-2016-1000223"],
    ["npm", "lodash", "4.17.4", "medium CVE-2018-16487"],
    ["npm", "lodash", "4.17.21", undefined],
    ["npm", "ms", "0.7.0", "medium CVE-2015-8315"],
    ["pypi", "django", "4.2.14", "critical CVE-2024-42005"],
    ["pypi", "django", "4.2.16", undefined],
    ["pypi", "urllib3", "1.26.16", "high CVE-2023-43804"],
    ["pypi", "urllib3", "1.26.17", "medium CVE-2023-45803"],
    ["golang", "golang.org/x/crypto", "v0.30.0", "critical CVE-2024-45337"],
    ["golang", "golang.org/x/text", "v0.3.5", "high CVE-2021-38561"],
    ["golang", "stdlib", "1.26.8", undefined],
    ["deb", "coreutils", "9.1-1", "low CVE-2016-2781"],
    ["deb", "tar", "1.34+dfsg-1.2+deb12u1", "none CVE-2005-2541"],
  ] as const)("%s %s %s: %s", (type, name, version, want) => {
    expect(worst(component(type, name, version))).toBe(want);
  });
});
