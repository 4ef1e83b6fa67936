// SPDX-License-Identifier: Apache-2.0
/** The order of severities, worst first, as `types.ts` states it, and of findings. */
import { byText } from "#lib/compare.ts";
import type { Finding, Severity } from "./types.ts";

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

/** The order of findings: worst first, then by id, purl and component. */
export function worstFirst(a: Ordered, b: Ordered): number {
  return (
    severityRank(a.severity) - severityRank(b.severity) ||
    byText(a.id, b.id) ||
    byText(a.purl, b.purl) ||
    byText(a.bomRef, b.bomRef)
  );
}

type Ordered = Pick<Finding, "severity" | "id" | "purl" | "bomRef">;
