// SPDX-License-Identifier: Apache-2.0
/** A number held against a bound. */
import type { Comparison } from "./types.ts";

export function compares(number: number, { op, value }: Comparison): boolean {
  switch (op) {
    case ">=":
      return number >= value;
    case ">":
      return number > value;
    case "<=":
      return number <= value;
    case "<":
      return number < value;
  }
}

export function comparisonText({ op, value }: Comparison): string {
  return `${op}${value}`;
}
