// SPDX-License-Identifier: Apache-2.0
/** A report as text for a terminal: verdict, reasons, one line a finding. Package names are not trusted. */
import { tryParsePurl } from "#lib/purl/index.ts";
import { plural } from "#lib/plural.ts";
import { counts } from "./evaluate.ts";
import { severities } from "./severity.ts";
import { byImportance } from "./summarize.ts";
import { printable, textTable, wrapped, type Column } from "./text-table.ts";
import type { JudgedFinding, LicenseFinding, ReportDocument, Severity, Verdict } from "./types.ts";
import { cut } from "./verdict.ts";

export interface TableOptions {
  /** Columns of the terminal; 100 where not known. Lines are cut to it, at 70 or more; Infinity cuts nothing. */
  readonly width?: number;
  readonly color?: boolean;
  /** Adds path and sources, and cuts nothing. */
  readonly wide?: boolean;
  /** Lists suppressed, waived and deferred findings too. */
  readonly all?: boolean;
}

const COLUMNS: readonly Column<JudgedFinding>[] = [
  { title: "SEVERITY", text: ({ severity }) => severity, min: 8, gives: 0 },
  // A GHSA id has 19 characters.
  { title: "ID", text: ({ id }) => id, min: 14, likes: 19, gives: 2 },
  { title: "PACKAGE", text: ({ name }) => name, min: 10, likes: 16, gives: 4, isCutInside: true },
  { title: "VERSION", text: ({ version }) => version, min: 7, likes: 12, gives: 3 },
  {
    title: "FIXED",
    text: ({ fixedVersion, distroStatus, malware }) =>
      fixedVersion ?? (malware === true ? "remove it" : (distroStatus ?? "-")),
    min: 5,
    likes: 12,
    gives: 1,
  },
  { title: "LAYER", text: ({ layer }) => String(layer.index), min: 5, gives: 0 },
  { title: "DECISION", text: decision, min: 8, likes: 16, gives: 5 },
];
const WIDE: readonly Column<JudgedFinding>[] = [
  { title: "PATH", text: placeOf, min: 4, gives: 5 },
  { title: "USED", text: ({ usedByEntrypoint }) => usedByEntrypoint ?? "-", min: 4, gives: 5 },
  { title: "SOURCES", text: ({ sources }) => sources.join(","), min: 7, gives: 5 },
];

const LICENSE_COLUMNS: readonly Column<LicenseFinding>[] = [
  { title: "LICENCE", text: ({ matched }) => matched.join(", "), min: 12, gives: 4 },
  { title: "PACKAGE", text: ({ name }) => name, min: 10, gives: 4, isCutInside: true },
  { title: "VERSION", text: ({ version }) => version, min: 7, gives: 3 },
  { title: "LAYER", text: ({ layer }) => String(layer.index), min: 5, gives: 0 },
  { title: "DECISION", text: decision, min: 8, gives: 2 },
];
const LICENSE_WIDE: readonly Column<LicenseFinding>[] = [
  { title: "STATED", text: ({ license }) => license, min: 6, gives: 5 },
  { title: "PATH", text: placeOf, min: 4, gives: 5 },
  { title: "USED", text: ({ usedByEntrypoint }) => usedByEntrypoint ?? "-", min: 4, gives: 5 },
];

const SGR: Readonly<Record<Severity | Verdict, string>> = {
  critical: "1;31",
  high: "31",
  medium: "33",
  low: "36",
  unknown: "2",
  none: "2",
  pass: "1;32",
  warn: "1;33",
  fail: "1;31",
};

/** Lines end with `\n`. Strictest decision first, then worst first. */
export function renderTable(report: ReportDocument, options: TableOptions = {}): string {
  const width = Math.max(options.width ?? 100, 70);
  const { all = false, wide = false } = options;
  const paint = (key: Severity | Verdict, text: string): string =>
    options.color === true ? `\u001b[${SGR[key]}m${text}\u001b[0m` : text;
  const fit = (text: string): string => (wide ? text : cut(text, width));
  const room = wide ? undefined : width;
  const shown = byImportance(all ? report.findings : report.findings.filter(counts));
  const licenses = all ? report.licenseFindings : report.licenseFindings.filter(isStrict);
  const lines = [fit(`Image  ${printable(report.imageReference ?? report.imageDigest)}`)];
  if (report.imageReference !== undefined) lines.push(`Digest ${report.imageDigest}`);
  const columns = wide ? [...COLUMNS, ...WIDE] : COLUMNS;
  lines.push("", ...textTable(columns, shown, room, ({ severity }, cell) => paint(severity, cell)));
  lines.push(...wrapped(countLine(report), room, 2));
  const aside = asideLine(report, all);
  if (aside !== "") lines.push(...wrapped(aside, room, 2));
  if (report.licenseFindings.length > 0) {
    const licenseColumns = wide ? [...LICENSE_COLUMNS, ...LICENSE_WIDE] : LICENSE_COLUMNS;
    lines.push("", ...textTable(licenseColumns, licenses, room, (_, cell) => cell));
    lines.push(...wrapped(licenseLine(report, all), room, 2));
  }
  lines.push("", `Verdict: ${paint(report.verdict, report.verdict)}`);
  for (const reason of report.reasons) lines.push(...wrapped(`  ${printable(reason)}`, room, 4));
  if (report.nextExpiry !== undefined)
    lines.push(
      `  holds until ${report.nextExpiry}, when a waiver ends, an age is reached or a VEX claim is due`,
    );
  return `${lines.join("\n")}\n`;
}

const isStrict = ({ action }: LicenseFinding): boolean => action === "fail" || action === "warn";

/** Of a package inside an archive with the way to it. */
function placeOf({ evidence: [first] }: Pick<JudgedFinding, "evidence">): string {
  if (first === undefined) return "-";
  return first.inner === undefined ? first.path : `${first.path}!/${first.inner}`;
}

/** What policy said, and why a finding does not count. */
function decision({
  action,
  rule,
  suppressedBy,
  waiver,
}: Pick<JudgedFinding, "action" | "rule" | "suppressedBy" | "waiver">): string {
  if (suppressedBy !== undefined) return `suppressed (${inBrief(suppressedBy)})`;
  const by = rule === undefined ? "" : ` (${rule})`;
  switch (action) {
    case "fail":
    case "warn":
      return `${action}${by}`;
    case "ignore":
      return `waived until ${waiver?.until ?? "?"}${by}`;
    case "defer":
      return `deferred until ${waiver?.until ?? "?"}${by}`;
    case "none":
      return "-";
  }
}

/** Of a distro's package that owns the files its name alone: `distro: python3-urllib3`. */
function inBrief(suppressedBy: string): string {
  const [, purl] = /^distro:(pkg:.*)$/s.exec(suppressedBy) ?? [];
  const name = purl === undefined ? undefined : tryParsePurl(purl)?.name;
  return name === undefined ? suppressedBy : `distro: ${name}`;
}

function countLine({ counts: counted, findings, fixable, components }: ReportDocument): string {
  const parts = severities.filter((one) => counted[one] > 0).map((one) => `${counted[one]} ${one}`);
  const total = severities.reduce((sum, one) => sum + counted[one], 0);
  const malware = findings.filter((finding) => finding.malware === true && counts(finding)).length;
  const malicious = malware === 0 ? [] : [`${malware} malicious`];
  const listed =
    parts.length === 0 ? "" : ` (${parts.join(", ")}; ${[...malicious, `${fixable} with a fix`].join(", ")})`;
  return `${plural(total, "finding")}${listed} in ${plural(components, "component")}`;
}

function licenseLine({ licenses: { fail, warn, waived, deferred } }: ReportDocument, all: boolean): string {
  const shown = `${plural(fail, "licence")} ${fail === 1 ? "fails" : "fail"}, ${warn} ${warn === 1 ? "warns" : "warn"}`;
  const aside = [
    ...(waived > 0 ? [`${waived} waived`] : []),
    ...(deferred > 0 ? [`${deferred} deferred`] : []),
  ];
  return `${[shown, ...aside].join(", ")}${all || aside.length === 0 ? "" : " (list them with --all)"}`;
}

function asideLine({ suppressed, waived, deferred }: ReportDocument, all: boolean): string {
  const parts = [
    suppressed > 0 ? `${suppressed} suppressed` : "",
    waived > 0 ? `${waived} waived` : "",
    deferred > 0 ? `${deferred} deferred` : "",
  ].filter((part) => part !== "");
  if (parts.length === 0) return "";
  return `${parts.join(", ")}${all ? "" : " (list them with --all)"}`;
}
