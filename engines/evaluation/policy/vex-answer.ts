// SPDX-License-Identifier: Apache-2.0
/** Which VEX answers a `requireVEX` rule takes. */
import type { Finding } from "../types.ts";
import { cut } from "../verdict.ts";
import { anyOf, type Matcher } from "./glob.ts";
import type { RuleAction } from "./types.ts";

type Required = Extract<RuleAction, { readonly kind: "requireVEX" }>;

/** Whether the finding is suppressed because VEX says that it is mended or no danger. */
export function isAnsweredByVex(finding: Finding): boolean {
  return finding.suppressedBy?.startsWith("vex:") === true;
}

/** Whether one of the answers that count comes from a vendor asked for and, for `not_affected`, for a reason asked for. */
export function vexAnswerTest({ vendors, justifications }: Required): (finding: Finding) => boolean {
  const isVendor: Matcher = vendors === undefined ? () => true : anyOf(vendors);
  return (finding) => {
    const { vex } = finding;
    if (vex === undefined || !isAnsweredByVex(finding)) return false;
    return [vex, ...(vex.support ?? [])].some(({ status, source, justification }) => {
      if (!namesOf(source).some(isVendor)) return false;
      if (justifications === undefined || status === "fixed") return true;
      return justification !== undefined && justifications.includes(justification);
    });
  };
}

/** Of `stellaops/redhat`, as the cluster knows a VexSource, the object's own name too. The author that a document gives itself is none. */
function namesOf(source: string): readonly string[] {
  const full = source.toLowerCase();
  return [full, full.slice(full.lastIndexOf("/") + 1)];
}

/** `needs a VEX statement by acme, redhat: component_not_present` */
export function requirementText({ vendors, justifications }: Required): string {
  const by = vendors === undefined ? "" : ` by ${vendors.join(", ")}`;
  const because = justifications === undefined ? "" : `: ${justifications.join(", ")}`;
  return cut(`needs a VEX statement${by}${because}`, 300);
}
