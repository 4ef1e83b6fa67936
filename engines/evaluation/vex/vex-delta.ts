// SPDX-License-Identifier: Apache-2.0
/** What a new VEX snapshot changes: the vulnerabilities about which it says something else. */
import { byText } from "#lib/compare.ts";
import { SharedNumbers } from "./statement-marks.ts";
import type { VexSnapshot } from "./types.ts";

/** Sorted. Where a statement stands, and in which document's bytes, does not count; who says it does. */
export function vexDelta(before: VexSnapshot, after: VexSnapshot): readonly string[] {
  if (before.digest === after.digest) return [];
  const numbers = new SharedNumbers();
  const [old, now] = [before.marks(numbers), after.marks(numbers)];
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names].filter((name) => old.get(name) !== now.get(name)).sort(byText);
}
