// SPDX-License-Identifier: Apache-2.0
/** The policy that judges where none is given. The same rules stand in config/policies/baseline.yaml (tested). */
import { policyFromRules } from "./parse-policy.ts";
import type { Policy } from "./types.ts";

const RULES = [
  { name: "malware", match: { malware: true }, action: "fail" },
  { name: "known-exploited", match: { kev: true }, action: "fail" },
  { name: "critical-with-fix", match: { severity: "critical", fixAvailable: true }, action: "fail" },
  { name: "critical-or-high", match: { severity: ">=high" }, action: "warn" },
];

/** Fails for malware, known exploited flaws and for critical ones that have a fix; warns for the other critical and high ones. */
export const baselinePolicy: Policy = policyFromRules(RULES, { name: "baseline" });
