// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byText } from "#lib/compare.ts";
import { atOrUnder, startingWith } from "./sorted-paths.ts";

describe("sorted paths", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "-", "0"), maxLength: 5 });

  it("finds what a look at each finds", () => {
    fc.assert(
      fc.property(fc.uniqueArray(text), text, (texts, asked) => {
        const sorted = texts.sort(byText);
        expect([...startingWith(sorted, asked)]).toEqual(sorted.filter((each) => each.startsWith(asked)));
        expect([...atOrUnder(sorted, asked)].sort(byText)).toEqual(
          sorted.filter((each) => each === asked || each.startsWith(`${asked}/`)),
        );
      }),
    );
  });
});
