// SPDX-License-Identifier: Apache-2.0
/**
 * Versions that are numbers alone, of which the longer is later where the shorter ends: `1.0` is before `1.0.0`.
 * CRAN: numbers with `.` or `-` between them (Writing R Extensions 1.1.1, "DESCRIPTION"; `compareVersion` of R's utils).
 * Hackage: numbers with dots (https://pvp.haskell.org, "Version numbers").
 */
import { compareDigits, dottedNumbers, invalidVersion, trimmedVersion } from "./order.ts";
import type { VersionOrder } from "./order.ts";

type Numbers = readonly string[];

export const cranOrder: VersionOrder<Numbers> = numbersOrder("cran", (text) => text.replaceAll("-", "."));
export const hackageOrder: VersionOrder<Numbers> = numbersOrder("hackage", (text) => text);

function numbersOrder(ecosystem: string, dotted: (text: string) => string): VersionOrder<Numbers> {
  return {
    parse(text) {
      const numbers = dottedNumbers(dotted(trimmedVersion(ecosystem, text)));
      if (numbers === undefined) throw invalidVersion(ecosystem, text, "it has more than numbers");
      return numbers;
    },
    compare(a, b) {
      const shared = Math.min(a.length, b.length);
      for (let at = 0; at < shared; at += 1) {
        const difference = compareDigits(a[at] ?? "", b[at] ?? "");
        if (difference !== 0) return difference;
      }
      return a.length - b.length;
    },
  };
}
