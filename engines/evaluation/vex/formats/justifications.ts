// SPDX-License-Identifier: Apache-2.0
/** Why a product is not affected, in the labels of OpenVEX; CSAF's flags (section 3.2.3.5) are the same five. */

const JUSTIFICATIONS: readonly string[] = [
  "component_not_present",
  "vulnerable_code_not_present",
  "vulnerable_code_not_in_execute_path",
  "vulnerable_code_cannot_be_controlled_by_adversary",
  "inline_mitigations_already_exist",
];

export function isJustification(value: unknown): value is string {
  return typeof value === "string" && JUSTIFICATIONS.includes(value);
}

/**
 * Those of CycloneDX (1.4 to 1.6, `impactAnalysisJustification`) that say just what a label says. The others (what it would
 * require, what protects from it) have no counterpart and stay words.
 */
const OF_CYCLONEDX: ReadonlyMap<string, string> = new Map([
  ["code_not_present", "vulnerable_code_not_present"],
  ["code_not_reachable", "vulnerable_code_not_in_execute_path"],
]);

export function justificationOfCycloneDx(word: string): string | undefined {
  return OF_CYCLONEDX.get(word);
}
