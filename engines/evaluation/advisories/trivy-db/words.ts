// SPDX-License-Identifier: Apache-2.0
/** Severities and statuses as Trivy's database numbers them (github.com/aquasecurity/trivy-db, pkg/types). */
import type { Severity } from "../../types.ts";

/** Trivy knows no "none": a flaw that its distro calls unimportant is low there. 0 is unknown. */
const SEVERITIES: Readonly<Record<Severity, number>> = {
  unknown: 0,
  none: 1,
  low: 1,
  medium: 2,
  high: 3,
  critical: 4,
};

const NAMES = ["UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;

/** 0 for unknown up to 4 for critical. */
export const severityNumber = (severity: Severity): number => SEVERITIES[severity];

export const severityName = (severity: Severity): string => NAMES[SEVERITIES[severity]] ?? NAMES[0];

const AFFECTED = 2;
const STATUSES: ReadonlyMap<string, number> = new Map([
  ["undetermined", 4],
  ["under_investigation", 4],
  ["ignored", 5],
  ["will_not_fix", 5],
  ["postponed", 6],
  ["deferred", 6],
  ["fix_deferred", 6],
  ["end_of_life", 7],
  ["out_of_support", 7],
]);

/** Status of a package without a fix; what is only said to be open (`no-dsa`, `unimportant`, nothing at all) is affected. */
export function statusNumber(distroStatus: string | undefined): number {
  return STATUSES.get(distroStatus ?? "") ?? AFFECTED;
}
