// SPDX-License-Identifier: Apache-2.0
/** The verdict and its reasons, most important first, from judged findings and from what was not read. */
import type { JudgedFinding, LicenseFinding, Verdict } from "./types.ts";

const MAX_REASONS = 10;
const MAX_NAMED = 3;
const MAX_REASON_LENGTH = 300;

/**
 * Any fail: fail; any warn, or anything not read: warn; else pass. At most 10 reasons of 300 characters:
 * vulnerabilities before licences.
 */
export function conclude(
  findings: readonly JudgedFinding[],
  licenseFindings: readonly LicenseFinding[],
  omissions: readonly string[],
): { verdict: Verdict; reasons: readonly string[] } {
  const reasonsOf = (action: "fail" | "warn"): readonly string[] => [
    ...reasonsFor(action, "finding", findings, nameOfFinding),
    ...reasonsFor(action, "licence", licenseFindings, nameOfLicense),
  ];
  const fails = reasonsOf("fail");
  const warns = reasonsOf("warn");
  const partial = omissions.length === 0 ? [] : [partialReason(omissions)];
  const verdict: Verdict = fails.length > 0 ? "fail" : warns.length + partial.length > 0 ? "warn" : "pass";
  const reasons = [
    ...fails,
    ...partial,
    ...warns,
    ...vexReason(findings),
    ...openVexReason(findings),
    ...unratedReason(findings),
  ];
  if (verdict === "pass") reasons.unshift(passReason(findings, licenseFindings));
  const shown = reasons.slice(0, reasons.length > MAX_REASONS ? MAX_REASONS - 1 : MAX_REASONS);
  if (shown.length < reasons.length) shown.push(`and ${reasons.length - shown.length} more reasons`);
  return { verdict, reasons: shown.map((text) => cut(text, MAX_REASON_LENGTH)) };
}

/** Shortens with an ellipsis. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(length - 1, 0))}…`;
}

type Decided = Pick<JudgedFinding, "action" | "rule" | "policy">;

/** One reason a rule, in the order of its worst finding. */
function reasonsFor<Item extends Decided>(
  action: "fail" | "warn",
  noun: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
): readonly string[] {
  const byRule = Map.groupBy(
    items.filter((item) => item.action === action),
    ({ rule = "", policy = "" }) => `"${rule}" of policy "${policy}"`,
  );
  return [...byRule].map(([rule, met]) => {
    const what = met.length === 1 ? `1 ${noun} ${action}s` : `${met.length} ${noun}s ${action}`;
    return `${what} rule ${rule}: ${someOf(met.slice(0, MAX_NAMED).map(nameOf), met.length)}`;
  });
}

function someOf(names: readonly string[], total: number): string {
  return [...names, ...(total > names.length ? [`and ${total - names.length} more`] : [])].join(", ");
}

function nameOfFinding({ id, name, version }: JudgedFinding): string {
  return `${cut(id, 40)} (${cut(name, 40)} ${cut(version, 20)})`;
}

function nameOfLicense({ matched, name, version }: LicenseFinding): string {
  return `${cut(matched.join(", "), 60)} (${cut(name, 40)} ${cut(version, 20)})`;
}

function partialReason(omissions: readonly string[]): string {
  const more = omissions.length > 1 ? `, and ${omissions.length - 1} more` : "";
  return `partial: not everything was read or covered: ${cut(omissions[0] ?? "", 200)}${more}`;
}

/** Who set the worst findings aside by VEX: an answer that rests on somebody's word names him. */
function vexReason(findings: readonly JudgedFinding[]): readonly string[] {
  const answered = findings.filter(({ suppressedBy }) => suppressedBy?.startsWith("vex:") === true);
  if (answered.length === 0) return [];
  const names = answered.slice(0, MAX_NAMED).map((finding) => {
    const { status, justification } = finding.vex ?? {};
    const by = cut(finding.suppressedBy?.slice("vex:".length) ?? "", 60);
    const why = justification === undefined ? "" : `, ${cut(justification, 60)}`;
    return `${nameOfFinding(finding)} is ${status ?? "answered"} by ${by}${why}`;
  });
  const what = answered.length === 1 ? "1 finding is" : `${answered.length} findings are`;
  return [`${what} set aside by VEX: ${someOf(names, answered.length)}`];
}

/** Somebody gave an answer, and wonders why the finding still counts. */
function openVexReason(findings: readonly JudgedFinding[]): readonly string[] {
  const open = findings.filter(({ vex, suppressedBy }) => vex?.isOpen === true && suppressedBy === undefined);
  const [first] = open;
  if (first?.vex === undefined) return [];
  const what = open.length === 1 ? "1 VEX answer does" : `${open.length} VEX answers do`;
  const more = open.length > 1 ? `, and ${open.length - 1} more` : "";
  return [`${what} not count: ${nameOfFinding(first)}: ${cut(first.vex.reason, 150)}${more}`];
}

/** A source without severities is no sign of harmless flaws. */
function unratedReason(findings: readonly JudgedFinding[]): readonly string[] {
  const unrated = findings.filter(
    ({ severity, action, suppressedBy, fixedVersion }) =>
      severity === "unknown" && action === "none" && suppressedBy === undefined && fixedVersion !== undefined,
  );
  if (unrated.length === 0) return [];
  const what =
    unrated.length === 1 ? "1 finding with a fix has" : `${unrated.length} findings with a fix have`;
  const names = someOf(unrated.slice(0, MAX_NAMED).map(nameOfFinding), unrated.length);
  return [`${what} no severity from any source, and no rule decides: ${names}`];
}

function passReason(findings: readonly JudgedFinding[], licenseFindings: readonly LicenseFinding[]): string {
  const suppressed = findings.filter(({ suppressedBy }) => suppressedBy !== undefined).length;
  const waived = findings.filter(({ action }) => action === "ignore" || action === "defer").length;
  const aside = suppressed + waived === 0 ? "" : `, ${suppressed} suppressed, ${waived} waived or deferred`;
  const licenses =
    licenseFindings.length === 0 ? "" : `; ${licenseFindings.length} licences waived or deferred`;
  return `no finding fails or warns (${findings.length} looked at${aside}${licenses})`;
}
