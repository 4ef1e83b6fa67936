// SPDX-License-Identifier: Apache-2.0
/**
 * Lists of Debian's advisories in its security tracker (https://salsa.debian.org/security-tracker-team/security-tracker,
 * data/DSA/list, data/DLA/list, data/DTSA/list): a line that begins an advisory, then indented its CVEs and its fixes by release.
 *
 * An advisory without a CVE that mends a regression, brings a new version or announces an end names no flaw: passed over.
 * So are releases before etch (woody, sarge), which share the number 3.
 */
import { versionOrder } from "#lib/versions/index.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import type { Advisory, AffectedPackage } from "../../types.ts";
import { debianRelease } from "../distros.ts";
import { documentInvalid } from "../errors.ts";
import { isCve } from "../identity.ts";
import { faultOf } from "../ranges.ts";
import { severityOfWord } from "../severity-words.ts";
import type { Connector, Contribution, Reject } from "../types.ts";
import { aliasesOf, present, summaryOf } from "./fields.ts";
import { nameText } from "./shape.ts";

interface Notice {
  readonly id: string;
  readonly date: string;
  readonly title: string;
  readonly cves: string[];
  readonly affected: AffectedPackage[];
}

const HEAD = /^\[([^\]]{1,40})\] (D(?:SA|LA|TSA)-\d{1,6}(?:-\d{1,4})?)(?:\s+(.*))?$/;
const CVES = /^\s+\{([^}]*)\}\s*$/;
/** `[bookworm] - pkg 1.2-3 (medium)`, `[bookworm] - pkg <end-of-life> (note)`. */
const FIX = /^\s+\[([a-z]{1,40})\] - (\S{1,200})\s+(\S{1,256})(?:\s+\(([^)]*)\)?.*)?\s*$/;
const NO_FLAW =
  /\b(?:regression|new upstream|new package|timezone|bugfix|correction|announcement|end[- ]of[- ](?:life|support))\b/i;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MAX_LINE = 20_000;

export const debianDsa: Connector = {
  id: "debian/dsa",
  recognizes: ({ value }) => typeof value === "string" && HEAD.test(firstLine(value)),
  normalize({ name, value }, reject) {
    if (typeof value !== "string")
      throw documentInvalid({ document: name, path: "$", reason: "expected a list of advisories as text" });
    const order = versionOrder("deb");
    if (order === undefined) throw new Error("the order of deb is missing");
    const notices = readNotices(value, order, reject);
    return contributionOf(notices);
  },
};

function firstLine(text: string): string {
  return text.slice(0, 1000).trimStart().split("\n", 1)[0]?.trimEnd() ?? "";
}

function readNotices(text: string, order: VersionOrder, reject: Reject): readonly Notice[] {
  const notices: Notice[] = [];
  let number = 0;
  for (const line of text.split("\n")) {
    number += 1;
    if (line.trim() === "" || /^\s+(?:NOTE|TODO):/.test(line)) continue;
    const head = line.length > MAX_LINE ? null : HEAD.exec(line.trimEnd());
    const last = notices.at(-1);
    if (head !== null) {
      const [, date = "", id = "", title = ""] = head;
      notices.push({ id, date, title, cves: [], affected: [] });
    } else if (last === undefined || line.length > MAX_LINE || !readInto(last, line, order)) {
      reject(`line ${number}`, "expected an advisory, its CVEs, or a fix with a version");
    }
  }
  return notices;
}

/** False for a line that can't be read. */
function readInto({ cves, affected }: Notice, line: string, order: VersionOrder): boolean {
  const named = CVES.exec(line)?.[1]?.trim().split(/\s+/);
  if (named !== undefined) {
    cves.push(...named.filter(isCve));
    return named.every((id) => isCve(id) || /^[A-Z][A-Z\d]*-[\w-]+$/.test(id));
  }
  const fix = FIX.exec(line);
  if (fix === null) return false;
  const [, codename = "", name = "", version = "", note = ""] = fix;
  const distro = debianRelease(codename);
  const statement = statementOf(version, order);
  if (statement === undefined || !nameText.safeParse(name).success) return false;
  if (distro === undefined || statement === "not affected") return true;
  const severity = severityOfWord(note.split(/[\s;,]/, 1)[0] ?? "");
  affected.push({
    ecosystem: "deb",
    distro,
    name,
    ...statement,
    ...(severity === "unknown" ? {} : { severity }),
  });
  return true;
}

type Statement = Pick<AffectedPackage, "ranges" | "distroStatus">;

/** `<unfixed>` and its like stand where a version would. */
function statementOf(version: string, order: VersionOrder): Statement | "not affected" | undefined {
  switch (version) {
    case "<not-affected>":
      return "not affected";
    case "<unfixed>":
      return { ranges: [{ introduced: "0" }] };
    case "<end-of-life>":
      return { ranges: [{ introduced: "0" }], distroStatus: "end_of_life" };
    default: {
      const range = { introduced: "0", fixed: version };
      return faultOf(order, range) === undefined ? { ranges: [range] } : undefined;
    }
  }
}

function contributionOf(notices: readonly Notice[]): Contribution {
  const meant = notices.filter(
    ({ affected, cves, title }) => affected.length > 0 && (cves.length > 0 || !NO_FLAW.test(title)),
  );
  const advisories = meant.map(({ id, title, date, cves, affected }): Advisory => ({
    id,
    aliases: aliasesOf(id, cves),
    source: "debian/dsa",
    ...present("summary", summaryOf(title)),
    severity: "unknown",
    cvss: [],
    ...present("published", timeOfDay(date)),
    references: [`https://security-tracker.debian.org/tracker/${id}`],
    affected,
  }));
  return { advisories, skipped: notices.length - meant.length };
}

/** `29 Mar 2023` and, in older lists, `August 26th, 2005`. */
function timeOfDay(text: string): string | undefined {
  const found =
    /^(?<day>\d{1,2}) (?<month>[A-Za-z]{3,9}),? (?<year>\d{4})$/.exec(text) ??
    /^(?<month>[A-Za-z]{3,9}) (?<day>\d{1,2})(?:st|nd|rd|th)?, (?<year>\d{4})$/.exec(text);
  const { day = "", month = "", year = "" } = found?.groups ?? {};
  const index = MONTHS.indexOf(month.slice(0, 3).toLowerCase());
  if (index < 0) return undefined;
  return `${year}-${String(index + 1).padStart(2, "0")}-${day.padStart(2, "0")}T00:00:00Z`;
}
