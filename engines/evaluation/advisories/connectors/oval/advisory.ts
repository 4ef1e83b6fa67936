// SPDX-License-Identifier: Apache-2.0
/**
 * A definition's words as an advisory: its id is the vendor's own or the CVE that it is about. What a vendor says of each CVE of an
 * advisory (score, severity) becomes a record of that CVE, since it holds for no other one.
 */
import { cvssBaseScore, cvssVersion } from "#lib/cvss/index.ts";
import type { Advisory, AffectedPackage, Severity } from "../../../types.ts";
import { isCve } from "../../identity.ts";
import { chooseSeverity, severityOfWord } from "../../severity-words.ts";
import { idText } from "../shape.ts";
import type { CveScore, Definition } from "./document.ts";
import type { Vendor } from "./vendors.ts";

const MAX_REFERENCES = 10;
const MAX_REFERENCE = 1000;
const MAX_SUMMARY = 300;
const MAX_CVES = 2000;

const CVE = /\bCVE-\d{4}-\d{4,19}\b/;
const ADVISORY_ID = /^(?:(?:RH|RL|AL|EL)[SBE]A|DSA|DLA|USN|LSN|TEMP|(?:open)?SUSE-[A-Z]{2})-\d[\w:.-]*$/;
/** Bug fixes and enhancements, which are advisories of flaws only where they name one. */
const NOT_SECURITY = /^(?:RH|RL|AL|EL)[BE]A-/;
/** As texts of Red Hat's make name what was mended: `(CVE-2022-1271, CVE-2022-1272)`. */
const IN_PARENTHESES = /\(CVE-\d{4}-\d{4,19}(?:, ?CVE-\d{4}-\d{4,19})*\)/g;

export interface Identity {
  readonly id: string;
  /** Sorted; without the id. */
  readonly cves: readonly string[];
}

/** Undefined where the definition names no advisory and not just one CVE. */
export function identityOf(definition: Definition): Identity | undefined {
  const cves = cvesOf(definition);
  const id = ownId(definition) ?? (cves.length === 1 ? cves[0] : undefined);
  if (id === undefined || !idText.safeParse(id).success) return undefined;
  return { id, cves: cves.filter((cve) => cve !== id) };
}

export function isSecurity({ id, cves }: Identity): boolean {
  return cves.length > 0 || !NOT_SECURITY.test(id);
}

/** The vendor's word for all packages of the definition. Ubuntu's "None" says that it gave no CVE a priority. */
export function severityOfDefinition({ severity }: Definition, vendor: Vendor): Severity {
  return vendor.name === "ubuntu" && severity === "None" ? "unknown" : severityOfWord(severity);
}

export function advisoryOf(
  definition: Definition,
  { id, cves }: Identity,
  vendor: Vendor,
  affected: readonly AffectedPackage[],
): Advisory {
  const cvss = scoresOf(definition, vendor).get(id)?.cvss ?? [];
  return {
    id,
    aliases: cves,
    source: "oval",
    vendor: vendor.name,
    ...summaryOf(definition, id, vendor),
    severity: severityOf(severityOfDefinition(definition, vendor), cvss),
    cvss,
    ...time("published", definition.issued),
    ...time("modified", definition.updated),
    references: definition.references
      .map(({ url }) => url)
      .filter((url) => url !== "" && url.length <= MAX_REFERENCE)
      .slice(0, MAX_REFERENCES),
    affected,
  };
}

/** What the definition says of CVEs beside the one that it may be about itself. */
export function cveRecords(
  definition: Definition,
  { id, cves }: Identity,
  vendor: Vendor,
): readonly Advisory[] {
  return [...scoresOf(definition, vendor)].flatMap(([cve, { cvss, word, published }]) => {
    const severity = severityOf(severityOfWord(word ?? ""), cvss);
    if (cve === id || !cves.includes(cve) || severity === "unknown") return [];
    return [
      {
        id: cve,
        aliases: [],
        source: "oval",
        vendor: vendor.name,
        severity,
        cvss,
        ...time("published", published),
        references: [],
        affected: [],
      },
    ];
  });
}

/** The vendor's word before what a score gives. */
function severityOf(word: Severity, cvss: Advisory["cvss"]): Severity {
  return word === "unknown" ? chooseSeverity(cvss, undefined) : word;
}

/** First word of the title, else of the references the one that is an advisory. */
function ownId({ title, references }: Definition): string | undefined {
  const word = /^[^\s,]{1,200}/.exec(title)?.[0].replace(/:$/, "") ?? "";
  if (isCve(word) || ADVISORY_ID.test(word)) return word;
  return references.find(({ id }) => ADVISORY_ID.test(id))?.id;
}

/** By references and `cve` elements; where there are none, by the description (Rocky). */
function cvesOf({ references, cves, description }: Definition): readonly string[] {
  const named = [...references.map(({ id }) => id), ...cves.map(({ text }) => text)].flatMap(
    (text) => CVE.exec(text)?.[0] ?? [],
  );
  const found =
    named.length > 0
      ? named
      : (description.match(IN_PARENTHESES) ?? []).flatMap((text) => text.slice(1, -1).split(/, ?/));
  return [...new Set(found)].sort().slice(0, MAX_CVES);
}

interface Score {
  readonly cvss: Advisory["cvss"];
  readonly word: string | undefined;
  readonly published: string;
}

/** By CVE. SUSE gives two of each, its own and NVD's. */
function scoresOf({ cves }: Definition, vendor: Vendor): ReadonlyMap<string, Score> {
  const scores = new Map<string, Score>();
  for (const one of cves) {
    const cve = CVE.exec(one.text)?.[0];
    if (cve === undefined || (scores.size >= MAX_CVES && !scores.has(cve))) continue;
    const source = one.text.endsWith(" at NVD") ? "nvd" : vendor.name;
    const before = scores.get(cve);
    scores.set(cve, {
      cvss: [...(before?.cvss ?? []), ...vectorsOf(one, source)].slice(0, 10),
      word: before?.word ?? (source === "nvd" ? undefined : one.impact),
      published: before?.published ?? one.public,
    });
  }
  return scores;
}

function vectorsOf({ vectors }: CveScore, source: string): Advisory["cvss"] {
  return vectors.flatMap((text) => {
    // The score before it follows from the vector.
    const vector = text.trim().replace(/^\d{1,2}(?:\.\d)?\//, "");
    return cvssBaseScore(vector) === undefined ? [] : [{ version: cvssVersion(vector), vector, source }];
  });
}

/** Titles of CVEs name a package, and not what is wrong with it; Red Hat's do both. */
function summaryOf({ title }: Definition, id: string, vendor: Vendor): { summary?: string } {
  if (isCve(id) && vendor.name !== "redhat") return {};
  const words = (title.startsWith(id) ? title.slice(id.length) : title).replace(/^[\s:-]+/, "");
  return words.includes(" ") ? { summary: words.slice(0, MAX_SUMMARY) } : {};
}

/** Dates and times as vendors write them, as RFC 3339: `2022-07-28`, `20220702:1400`, `2024-07-23T22:05:39Z`. */
function time<Key extends string>(key: Key, text: string): Partial<Record<Key, string>> {
  const found = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T:](\d\d):?(\d\d)(?::(\d\d))?Z?)?$/.exec(text);
  if (found === null) return {};
  const [, year = "", month = "", day = "", hour = "00", minute = "00", second = "00"] = found;
  const value = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  return Number.isNaN(Date.parse(value)) ? {} : ({ [key]: value } as Record<Key, string>);
}
