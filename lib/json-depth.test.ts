// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { expect, it } from "vitest";
import { nestsDeeper } from "./json-depth.ts";

it.each([
  { text: "[[1]]", max: 2, want: false },
  { text: "[[1]]", max: 1, want: true },
  { text: '{"a":[{}]}', max: 2, want: true },
  { text: '["[[[["]', max: 1, want: false },
  { text: String.raw`["\"[[\\",[1]]`, max: 2, want: false },
  { text: String.raw`["\"[[\\",[1]]`, max: 1, want: true },
  { text: '["[[', max: 1, want: false },
])("$text deeper than $max: $want", ({ text, max, want }) => {
  expect(nestsDeeper(text, max)).toBe(want);
});

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

it("is what the values nest", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const depth = depthOf(value);
      const text = JSON.stringify(value);
      expect([nestsDeeper(text, depth), depth > 0 && !nestsDeeper(text, depth - 1)]).toEqual([false, false]);
    }),
  );
});
