// SPDX-License-Identifier: Apache-2.0
/** Generated files: same input, same bytes, and the committed ones are fresh. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kinds } from "#crds/index.ts";
import { crdName, crdOf } from "./crd.ts";
import { generatedFiles } from "./files.ts";

const root = join(import.meta.dirname, "../..");
const files = generatedFiles();

describe("generated files", () => {
  it("are the same when made twice", () => {
    expect([...generatedFiles()]).toEqual([...files]);
  });

  it.each([...files])("%s is fresh", (path, text) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(text);
  });

  it.each(kinds.map((kind) => [kind.kind, kind] as const))(
    "the YAML of %s says what the object says",
    (_, kind) => {
      const text = files.get(`config/crd/stella-ops.org_${kind.plural}.yaml`) ?? "";
      expect(parse(text)).toEqual(JSON.parse(JSON.stringify(crdOf(kind))));
      expect(crdName(kind)).toBe(`${kind.plural}.stella-ops.org`);
    },
  );

  it("link every kind from the index", () => {
    const index = files.get("docs/reference/README.md") ?? "";
    expect(kinds.filter((kind) => !index.includes(`(${kind.singular}.md)`))).toEqual([]);
  });
});
