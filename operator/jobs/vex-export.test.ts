// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "#lib/canonical-json.ts";
import { documentsIn, storedVexBytes, vexExport } from "./vex-export.ts";
import type { StoredVex } from "./vex-export.ts";

const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom('"},{"', '\\"},{\\"', '],"name":', "\\", '"', '{"a":"b"},{"c":1}', ""),
);
const documents = fc.array(
  fc.record<StoredVex, "name" | "text">(
    {
      name: texts,
      text: texts,
      signature: fc.constantFrom("none", "unverified"),
      listedFor: fc.array(texts, { maxLength: 2 }),
    },
    { requiredKeys: ["name", "text"] },
  ),
  { maxLength: 5 },
);

describe("a VEX export", () => {
  it("is canonical JSON, and gives back its documents whatever they hold", () => {
    fc.assert(
      fc.property(texts, documents, (name, all) => {
        const bytes = vexExport(name, all.map(storedVexBytes));
        expect(bytes.toString()).toBe(Buffer.from(canonicalJson({ documents: all, name })).toString());
        expect([...documentsIn(bytes)].map((one) => canonicalJson(one))).toEqual(
          all.map((one) => Buffer.from(canonicalJson(one)).toString()),
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each(["", "{}", '{"documents":[', '{"documents":[{"name"],"name":"x"}'])("is not %j", (text) => {
    expect(() => [...documentsIn(Buffer.from(text))]).toThrow(SyntaxError);
  });
});
