// SPDX-License-Identifier: Apache-2.0
/** A report as text for a terminal: verdict, reasons, one line a finding. Package names are not trusted. */
import { counts } from "./evaluate.ts";
import { severities } from "./severity.ts";
import { byImportance } from "./summarize.ts";
import type { JudgedFinding, ReportDocument, Severity, Verdict } from "./types.ts";
import { cut } from "./verdict.ts";

export interface TableOptions {
  /** Columns of the terminal; 100 where not known. Lines are cut to it, at 70 or more. */
  readonly width?: number;
  readonly color?: boolean;
  /** Adds path and sources, and cuts nothing. */
  readonly wide?: boolean;
  /** Lists suppressed, waived and deferred findings too. */
  readonly all?: boolean;
}

interface Column {
  readonly title: string;
  readonly text: (finding: JudgedFinding) => string;
  /** Never narrower than this, where the terminal allows. */
  readonly min: number;
  /** Columns that give way first have the higher number; 0 never does. */
  readonly gives: number;
}

const COLUMNS: readonly Column[] = [
  { title: "SEVERITY", text: ({ severity }) => severity, min: 8, gives: 0 },
  { title: "ID", text: ({ id }) => id, min: 14, gives: 1 },
  { title: "PACKAGE", text: ({ name }) => name, min: 10, gives: 4 },
  { title: "VERSION", text: ({ version }) => version, min: 7, gives: 3 },
  {
    title: "FIXED",
    text: ({ fixedVersion, distroStatus }) => fixedVersion ?? distroStatus ?? "-",
    min: 5,
    gives: 3,
  },
  { title: "LAYER", text: ({ layer }) => String(layer.index), min: 5, gives: 0 },
  { title: "DECISION", text: decision, min: 8, gives: 2 },
];
const WIDE: readonly Column[] = [
  { title: "PATH", text: placeOf, min: 4, gives: 5 },
  { title: "USED", text: ({ usedByEntrypoint }) => usedByEntrypoint ?? "-", min: 4, gives: 5 },
  { title: "SOURCES", text: ({ sources }) => sources.join(","), min: 7, gives: 5 },
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
const GAP = 2;

/** Lines end with `\n`. Strictest decision first, then worst first. */
export function renderTable(report: ReportDocument, options: TableOptions = {}): string {
  const width = Math.max(options.width ?? 100, 70);
  const paint = (key: Severity | Verdict, text: string): string =>
    options.color === true ? `\u001b[${SGR[key]}m${text}\u001b[0m` : text;
  const shown = byImportance(options.all === true ? report.findings : report.findings.filter(counts));
  const fit = (text: string): string => (options.wide === true ? text : cut(text, width));
  const lines = [fit(`Image  ${printable(report.imageReference ?? report.imageDigest)}`)];
  if (report.imageReference !== undefined) lines.push(`Digest ${report.imageDigest}`);
  lines.push("", ...table(shown, options.wide === true ? undefined : width, paint, options.wide === true));
  lines.push(fit(countLine(report)));
  const aside = asideLine(report, options.all === true);
  if (aside !== "") lines.push(fit(aside));
  lines.push("", `Verdict: ${paint(report.verdict, report.verdict)}`);
  for (const reason of report.reasons) lines.push(fit(`  ${printable(reason)}`));
  if (report.nextExpiry !== undefined) lines.push(`  next waiver ends ${report.nextExpiry}`);
  return `${lines.join("\n")}\n`;
}

/** Of a package inside an archive with the way to it. */
function placeOf({ evidence: [first] }: JudgedFinding): string {
  if (first === undefined) return "-";
  return first.inner === undefined ? first.path : `${first.path}!/${first.inner}`;
}

/** What policy said, and why a finding does not count. */
function decision({ action, rule, suppressedBy, waiver }: JudgedFinding): string {
  if (suppressedBy !== undefined) return `suppressed (${suppressedBy})`;
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

function table(
  findings: readonly JudgedFinding[],
  width: number | undefined,
  paint: (key: Severity, text: string) => string,
  wide: boolean,
): readonly string[] {
  if (findings.length === 0) return [];
  const columns = wide ? [...COLUMNS, ...WIDE] : COLUMNS;
  const rows = findings.map((finding) => columns.map((column) => printable(column.text(finding))));
  const widths = columns.map((column, index) =>
    rows.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), column.title.length),
  );
  if (width !== undefined) shrink(columns, widths, width);
  const line = (cells: readonly string[], severity?: Severity): string =>
    cells
      .map((cell, index) => {
        const padded = cut(cell, widths[index] ?? 0).padEnd(
          index === cells.length - 1 ? 0 : (widths[index] ?? 0),
        );
        return index === 0 && severity !== undefined ? paint(severity, padded) : padded;
      })
      .join(" ".repeat(GAP));
  const body = findings.map((finding, index) => line(rows[index] ?? [], finding.severity));
  return [line(columns.map(({ title }) => title)), ...body, ""];
}

/** Takes from the columns that give way first, down to their minimum, until the line fits. */
function shrink(columns: readonly Column[], widths: number[], width: number): void {
  let over = widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1)) - width;
  for (const level of [5, 4, 3, 2, 1]) {
    for (const [index, column] of columns.entries()) {
      if (column.gives !== level || over <= 0) continue;
      const now = widths[index] ?? 0;
      const taken = Math.min(over, Math.max(now - column.min, 0));
      widths[index] = now - taken;
      over -= taken;
    }
  }
}

function countLine({ counts: counted, fixable, components }: ReportDocument): string {
  const parts = severities.filter((one) => counted[one] > 0).map((one) => `${counted[one]} ${one}`);
  const total = severities.reduce((sum, one) => sum + counted[one], 0);
  const listed = parts.length === 0 ? "" : ` (${parts.join(", ")}; ${fixable} with a fix)`;
  return `${plural(total, "finding")}${listed} in ${plural(components, "component")}`;
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

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Control and direction characters would let a package name write on the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
}
