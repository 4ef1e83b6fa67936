// SPDX-License-Identifier: Apache-2.0
/** The verdict and its reasons, most important first, from judged findings and from what was not read. */
import type { JudgedFinding, Verdict } from "./types.ts";

const MAX_REASONS = 10;
const MAX_NAMED = 3;
const MAX_REASON_LENGTH = 300;

/** Any fail: fail; any warn, or anything not read: warn; else pass. At most 10 reasons of 300 characters. */
export function conclude(
  findings: readonly JudgedFinding[],
  omissions: readonly string[],
): { verdict: Verdict; reasons: readonly string[] } {
  const fails = reasonsFor("fail", findings);
  const warns = reasonsFor("warn", findings);
  const partial = omissions.length === 0 ? [] : [partialReason(omissions)];
  const verdict: Verdict = fails.length > 0 ? "fail" : warns.length + partial.length > 0 ? "warn" : "pass";
  const reasons = [...fails, ...partial, ...warns];
  if (reasons.length === 0) reasons.push(passReason(findings));
  const shown = reasons.slice(0, reasons.length > MAX_REASONS ? MAX_REASONS - 1 : MAX_REASONS);
  if (shown.length < reasons.length) shown.push(`and ${reasons.length - shown.length} more reasons`);
  return { verdict, reasons: shown.map((text) => cut(text, MAX_REASON_LENGTH)) };
}

/** Shortens with an ellipsis. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(length - 1, 0))}…`;
}

/** One reason a rule, in the order of its worst finding. */
function reasonsFor(action: "fail" | "warn", findings: readonly JudgedFinding[]): readonly string[] {
  const byRule = new Map<string, JudgedFinding[]>();
  for (const finding of findings) {
    if (finding.action !== action) continue;
    const key = `"${finding.rule ?? ""}" of policy "${finding.policy ?? ""}"`;
    const list = byRule.get(key);
    if (list === undefined) byRule.set(key, [finding]);
    else list.push(finding);
  }
  return [...byRule].map(([rule, met]) => {
    const what = met.length === 1 ? `1 finding ${action}s` : `${met.length} findings ${action}`;
    return `${what} rule ${rule}: ${nameSome(met)}`;
  });
}

function nameSome(findings: readonly JudgedFinding[]): string {
  const names = findings
    .slice(0, MAX_NAMED)
    .map(({ id, name, version }) => `${cut(id, 40)} (${cut(name, 40)} ${cut(version, 20)})`);
  if (findings.length > MAX_NAMED) names.push(`and ${findings.length - MAX_NAMED} more`);
  return names.join(", ");
}

function partialReason(omissions: readonly string[]): string {
  const more = omissions.length > 1 ? `, and ${omissions.length - 1} more` : "";
  return `partial: not everything was read or covered: ${cut(omissions[0] ?? "", 200)}${more}`;
}

function passReason(findings: readonly JudgedFinding[]): string {
  const suppressed = findings.filter(({ suppressedBy }) => suppressedBy !== undefined).length;
  const waived = findings.filter(({ action }) => action === "ignore" || action === "defer").length;
  const aside = suppressed + waived === 0 ? "" : `, ${suppressed} suppressed, ${waived} waived or deferred`;
  return `no finding fails or warns (${findings.length} looked at${aside})`;
}
