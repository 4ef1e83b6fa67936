// SPDX-License-Identifier: Apache-2.0
/** The order of severities, worst first, as `types.ts` states it. */
import type { Severity } from "./types.ts";

/** Worst first. */
export const severities: readonly Severity[] = ["critical", "high", "medium", "low", "unknown", "none"];

const RANKS: Readonly<Record<Severity, number>> = {
  critical: 0,
  high: 1,
  medium: 2,
  low: 3,
  unknown: 4,
  none: 5,
};

/** 0 for critical up to 5 for none: sorts worst first. */
export function severityRank(severity: Severity): number {
  return RANKS[severity];
}

export function worseOf(a: Severity, b: Severity): Severity {
  return RANKS[a] <= RANKS[b] ? a : b;
}
