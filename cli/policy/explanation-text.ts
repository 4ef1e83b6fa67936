// SPDX-License-Identifier: Apache-2.0
/** An explanation as people read it: the facts, the decision, and every rule that was tried. */
import type {
  Explanation,
  JudgedFinding,
  LicenseFinding,
  MatcherCheck,
  PolicyExplanation,
  RuleExplanation,
} from "#engines/evaluation/index.ts";
import { printable } from "../printable.ts";

const MAX_PLACES = 5;
/** Of a fact beside a matcher; the whole one stands above. */
const MAX_FOUND = 120;

type Row = readonly [title: string, text: string];

/** `isWhole`: made from the SBOM, and not from a report alone. */
export function explanationText(
  explanation: Explanation,
  { isWhole }: { readonly isWhole: boolean },
): string {
  const { finding, license, purl, policies, now } = explanation;
  const title = finding === undefined ? `licence of ${purl}` : `${finding.id} in ${purl}`;
  const rows = finding === undefined ? licenseRows(license) : findingRows(finding);
  const decided = now === undefined ? [] : [["now", decisionText(now)] as const];
  const lines = [
    title,
    ...[...rows, ...decided].map(([name, text]) => `  ${name.padEnd(10)} ${text}`),
    ...policies.flatMap(policyLines),
    ...(isWhole || finding === undefined || !policies.some(asksForSbom) ? [] : [NOT_IN_REPORT]),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

const NOT_IN_REPORT =
  "  A report does not hold licences and digests of layers' blobs: name the image in place of the report to have them.";

const asksForSbom = ({ rules }: PolicyExplanation): boolean =>
  rules.some(({ checks }) =>
    checks.some(({ matcher }) => matcher === "license" || matcher === "layerDigest"),
  );

function findingRows(finding: JudgedFinding): readonly Row[] {
  const { aliases, advisoryIds, sources, vendors, range, fixedVersion, distroStatus, originalSeverity } =
    finding;
  const others = aliases.filter((alias) => alias !== finding.id);
  const fix = fixedVersion ?? distroStatus ?? "none known";
  const was = originalSeverity === undefined ? "" : ` (${originalSeverity} before policy)`;
  return [
    ...(others.length === 0 ? [] : [["also", others.join(", ")] as const]),
    ["advisory", `${advisoryIds.join(", ")} by ${vendors.join(", ")} (${sources.join(", ")})`],
    ["range", range],
    ["fix", fix],
    ["severity", `${finding.severity}${was}, kev ${finding.kev}, epss ${finding.epss ?? "not known"}`],
    ...(finding.published === undefined ? [] : [["published", finding.published] as const]),
    ...placeRows(finding),
    ...vexRows(finding),
    ["decision", decisionText(finding)],
    ...finding.trace.map((line) => ["", line] as const),
  ];
}

function licenseRows(license: LicenseFinding | undefined): readonly Row[] {
  if (license === undefined) return [["decision", "no rule speaks of it"]];
  return [
    ["licence", license.license],
    ["matched", license.matched.join(", ")],
    ...placeRows(license),
    ["decision", decisionText(license)],
    ...license.trace.map((line) => ["", line] as const),
  ];
}

function placeRows({
  evidence,
  layer,
  usedByEntrypoint,
}: Pick<JudgedFinding, "evidence" | "layer" | "usedByEntrypoint">): readonly Row[] {
  const places = evidence.map(({ path, inner }) => (inner === undefined ? path : `${path}!/${inner}`));
  const more = places.length > MAX_PLACES ? [`and ${places.length - MAX_PLACES} more`] : [];
  return [
    ["at", [...places.slice(0, MAX_PLACES), ...more].join(", ") || "no place known"],
    ["layer", `${layer.index} ${layer.diffId}`],
    ["used", usedByEntrypoint ?? "not known to be"],
  ];
}

function vexRows({ vex }: JudgedFinding): readonly Row[] {
  if (vex === undefined) return [["vex", "no statement"]];
  const {
    status,
    justification,
    source,
    document,
    author,
    timestamp,
    scope,
    reason,
    support = [],
    conflicts = [],
  } = vex;
  return [
    ["vex", `${status} by ${source}${whyText(justification)}${placeText(document, timestamp)}`],
    ...(author === undefined ? [] : [["author", `${author}, as the document says`] as const]),
    ...support.map(
      (one) =>
        [
          "and",
          `${one.status} by ${one.source}${whyText(one.justification)}${placeText(one.document, undefined)}`,
        ] as const,
    ),
    ...conflicts.map(
      (one) => ["but", `${one.status} by ${one.source}${placeText(one.document, one.timestamp)}`] as const,
    ),
    ["weighed", `for the ${scope}: ${reason}`],
  ];
}

const whyText = (justification: string | undefined): string =>
  justification === undefined ? "" : `: ${justification}`;

const placeText = (document: string | undefined, timestamp: string | undefined): string =>
  `${document === undefined ? "" : ` (${document})`}${timestamp === undefined ? "" : ` of ${timestamp}`}`;

type Decision = Pick<JudgedFinding, "action" | "rule" | "policy" | "waiver" | "suppressedBy" | "refusedVex">;

function decisionText({ action, rule, policy, waiver, suppressedBy, refusedVex }: Decision): string {
  if (suppressedBy !== undefined) return `not judged: suppressed by ${suppressedBy}`;
  const by = rule === undefined ? " (no rule matches)" : ` by rule "${rule}" of policy "${policy ?? ""}"`;
  const until = waiver === undefined ? "" : ` until ${waiver.until}`;
  const why = waiver === undefined || waiver.justification === "" ? "" : `: ${waiver.justification}`;
  const refused = refusedVex === undefined ? "" : `; the answer of ${refusedVex} does not count`;
  return `${action}${until}${by}${why}${refused}`;
}

function policyLines({ policy, tier, rules }: PolicyExplanation): readonly string[] {
  const width = Math.max(0, ...rules.map(({ rule }) => rule.length));
  const lines =
    rules.length === 0 ? ["    no rule is about this"] : rules.map((rule) => ruleLine(rule, width));
  return [`  policy "${policy}"${tier === "namespace" ? " of the namespace" : ""}`, ...lines];
}

const OUTCOMES: Readonly<Record<RuleExplanation["outcome"], string>> = {
  "no match": "no match",
  passes: "no change",
  expired: "expired",
  raises: "raises",
  decides: "decides",
  "not reached": "not reached",
  "not asked": "not asked",
};

function ruleLine({ rule, action, outcome, checks }: RuleExplanation, width: number): string {
  const failed = checks.filter(({ holds }) => !holds);
  const shown = outcome === "no match" ? failed : checks;
  const why = shown.map(checkText).join("; ");
  return `    ${rule.padEnd(width)}  ${OUTCOMES[outcome].padEnd(11)}  ${action}${why === "" ? "" : `  [${why}]`}`;
}

/** `severity is high, wanted critical` */
function checkText({ matcher, wanted, found, holds }: MatcherCheck): string {
  const is = found === undefined ? "is not known" : `is ${found.slice(0, MAX_FOUND)}`;
  return holds ? `${matcher} ${is}` : `${matcher} ${is}, wanted ${wanted}`;
}
