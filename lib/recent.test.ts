// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Recent } from "./recent.ts";

describe("Recent", () => {
  const asked = (recent: Recent<string, string>, keys: string): string => {
    let made = "";
    for (const key of keys) {
      const value = recent.get(key, () => {
        made += key;
        return `value of ${key}`;
      });
      expect(value).toBe(`value of ${key}`);
    }
    return made;
  };

  it.each([
    { name: "makes a value once", max: 4, keys: "aaba", made: "ab" },
    { name: "lets go of what was not used for two generations", max: 4, keys: "abcdea", made: "abcdea" },
    { name: "keeps what is used in between", max: 4, keys: "abacadaea", made: "abcde" },
    { name: "keeps an old value that is used again", max: 4, keys: "abca", made: "abc" },
    { name: "holds one value at least", max: 0, keys: "aab", made: "ab" },
  ])("$name", ({ max, keys, made }) => {
    expect(asked(new Recent(max), keys)).toBe(made);
  });

  it("knows undefined from what it does not know", () => {
    const recent = new Recent<string, undefined>(4);
    let calls = 0;
    for (let at = 0; at < 3; at++) recent.get("a", () => void (calls += 1));
    expect(calls).toBe(1);
  });

  it("keeps nothing of what fails", () => {
    const recent = new Recent<string, number>(4);
    const fail = (): number => {
      throw new Error("no");
    };
    expect(() => recent.get("a", fail)).toThrow("no");
    expect(recent.get("a", () => 1)).toBe(1);
  });

  it("answers as its maker does, whatever is asked, and stays within its weight", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.array(fc.nat(30)), (max, keys) => {
        const recent = new Recent<number, number>(max, (value, key) => value + key);
        for (const key of keys) {
          expect(recent.get(key, () => (key % 3) + 1)).toBe((key % 3) + 1);
          // Each value weighs 1 at least, and the last one of each generation may be over it.
          expect(recent.size).toBeLessThanOrEqual(max + 2);
        }
      }),
    );
  });
});
