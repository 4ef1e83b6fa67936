// SPDX-License-Identifier: Apache-2.0
/**
 * OSV records, as JSON (osv.dev, GHSA, Go, AlmaLinux ...) or YAML (PyPA). Follows the OSV schema 1.7,
 * https://ossf.github.io/osv-schema/. Of a record's packages those are kept whose ecosystem we know; without any, a record
 * that rates a CVE enriches it (Kubernetes: its components are no packages, and its Go modules have other version numbers).
 */
import { z } from "zod";
import { cvssVersion } from "#lib/cvss/index.ts";
import { versionOrder } from "#lib/versions/index.ts";
import type { Advisory, AffectedPackage, Severity, VersionRange } from "../../types.ts";
import { isExtended, notComparedAs, packageKey, packageName, packageSpace } from "../ecosystems.ts";
import { isCve } from "../identity.ts";
import { FROM_THE_START, faultOf } from "../ranges.ts";
import { chooseSeverity, severityOfWord } from "../severity-words.ts";
import type { Connector, Reject } from "../types.ts";
import { aliasesOf, present } from "./fields.ts";
import { isAboutMalware, namesNoFlaw, namesOf } from "./osv-kinds.ts";
import { rangesOfEvents } from "./osv-events.ts";
import { idText, isObject, list, nameText, readShape, timeText, versionText } from "./shape.ts";

const severityShape = z.object({ type: z.string().max(64), score: z.string().max(256) });

const rangeShape = z.object({
  type: z.string().max(32).default("ECOSYSTEM"),
  events: list(z.record(z.string(), versionText), 10_000),
});

const affectedShape = z.object({
  package: z.object({ ecosystem: z.string().max(128), name: z.string().max(512) }).nullish(),
  ranges: list(rangeShape, 1000),
  versions: list(versionText, 50_000),
  severity: list(severityShape, 20),
  ecosystem_specific: z.unknown().optional(),
  database_specific: z.unknown().optional(),
});

const osvShape = z.object({
  id: idText,
  modified: timeText.nullish(),
  published: timeText.nullish(),
  withdrawn: timeText.nullish(),
  aliases: list(idText, 1000),
  upstream: list(idText, 1000),
  related: list(z.string().max(1024), 10_000),
  summary: z.string().max(10_000).nullish(),
  severity: list(severityShape, 20),
  affected: list(affectedShape, 50_000),
  references: list(z.object({ url: z.string().max(4096) }), 10_000),
  database_specific: z.unknown().optional(),
});

type Osv = z.output<typeof osvShape>;
type OsvAffected = z.output<typeof affectedShape>;

const MAX_REFERENCES = 10;
const MAX_SUMMARY = 300;
/** Go's repository writes the year 1 where it has no time. */
const NO_TIME = "0001-";

export const osv: Connector = {
  id: "osv",
  recognizes: ({ value }) =>
    isObject(value) && typeof value["id"] === "string" && ("affected" in value || "modified" in value),
  normalize(document, reject) {
    const record = readShape(osvShape, document);
    const modified = record.modified ? { modified: record.modified } : {};
    if (namesNoFlaw(record)) return { skipped: 1, ...modified };
    const isMalware = isAboutMalware(record);
    const affected = withoutOverridden(
      record.affected.flatMap((one, index) =>
        readAffected(one, `$.affected[${index}]`, isMalware, reject).map((read) => ({
          read,
          isExtended: one.package ? isExtended(one.package.ecosystem) : false,
        })),
      ),
    );
    const advisory = readAdvisory(record, affected, isMalware);
    const notCompared = record.withdrawn ? [] : notComparedIn(record);
    const rest = { ...modified, ...(notCompared.length === 0 ? {} : { notCompared }) };
    return affected.length > 0 || record.withdrawn || enriches(advisory)
      ? { advisories: [advisory], ...rest }
      : { skipped: 1, ...rest };
  },
};

function readAdvisory(record: Osv, affected: readonly AffectedPackage[], isMalware: boolean): Advisory {
  const cvss = cvssOf([...record.severity, ...record.affected.flatMap((one) => one.severity)], record.id);
  return {
    id: record.id,
    aliases: aliasesOf(record.id, namesOf(record)),
    source: "osv",
    ...(isMalware ? { malware: true } : {}),
    ...present("summary", record.summary?.slice(0, MAX_SUMMARY)),
    severity: chooseSeverity(cvss, ownWord(record)),
    cvss,
    ...present("withdrawn", record.withdrawn),
    ...present("published", record.published),
    ...present("modified", record.modified?.startsWith(NO_TIME) === true ? undefined : record.modified),
    references: record.references.slice(0, MAX_REFERENCES).map(({ url }) => url),
    affected,
  };
}

/** What a release says of a package is not what its extended maintenance says: the fix that everyone can have is the one to name. */
function withoutOverridden(
  all: readonly { readonly read: AffectedPackage; readonly isExtended: boolean }[],
): readonly AffectedPackage[] {
  const keyOf = ({ ecosystem, distro, name }: AffectedPackage): string => packageKey(ecosystem, distro, name);
  const ordinary = new Set(all.flatMap((one) => (one.isExtended ? [] : keyOf(one.read))));
  return all.filter((one) => !one.isExtended || !ordinary.has(keyOf(one.read))).map(({ read }) => read);
}

/** Ecosystems of the record, sorted. */
function notComparedIn({ affected }: Osv): readonly string[] {
  const all = affected.flatMap((one) => (one.package ? (notComparedAs(one.package.ecosystem) ?? []) : []));
  return [...new Set(all)].sort();
}

/** Whether an advisory without packages says something of a CVE. */
function enriches({ id, aliases, severity, cvss }: Advisory): boolean {
  return [id, ...aliases].some(isCve) && (cvss.length > 0 || severity !== "unknown");
}

/** `MODERATE` of GHSA, `High` of Bitnami, or a severity entry that is a word (Ubuntu). */
function ownWord(record: Osv): string | undefined {
  const named = record.severity.find(({ type }) => !type.startsWith("CVSS"))?.score;
  const own = isObject(record.database_specific) ? record.database_specific["severity"] : undefined;
  return named ?? (typeof own === "string" ? own : undefined);
}

function cvssOf(entries: readonly z.output<typeof severityShape>[], id: string): Advisory["cvss"] {
  const vectors = new Set(entries.filter(({ type }) => type.startsWith("CVSS")).map(({ score }) => score));
  const source = id.split("-", 1)[0] ?? id;
  return [...vectors].sort().map((vector) => ({ version: cvssVersion(vector), vector, source }));
}

function readAffected(
  one: OsvAffected,
  path: string,
  isMalware: boolean,
  reject: Reject,
): readonly AffectedPackage[] {
  const space = !one.package ? undefined : packageSpace(one.package.ecosystem);
  if (space === undefined || !one.package) return [];
  const name = nameText.safeParse(packageName(space.ecosystem, one.package.name));
  if (!name.success) {
    reject(`${path}.package.name`, "not a package name");
    return [];
  }
  // Of a package that is itself the harm no version is good, where none is named.
  const isWhole = isMalware && one.ranges.length === 0 && one.versions.length === 0;
  const ranges = isWhole ? [{ introduced: FROM_THE_START }] : readRanges(space.ecosystem, one, path, reject);
  if (ranges.length === 0 && one.versions.length === 0) return [];
  const severity = distroSeverity(one);
  return [
    {
      ...space,
      name: name.data,
      ranges,
      ...(one.versions.length === 0 ? {} : { versions: one.versions }),
      ...(space.distro === undefined || severity === undefined ? {} : { severity }),
    },
  ];
}

function readRanges(
  ecosystem: string,
  one: OsvAffected,
  path: string,
  reject: Reject,
): readonly VersionRange[] {
  const order = versionOrder(ecosystem);
  return one.ranges.flatMap((range, index) => {
    if (range.type === "GIT") return [];
    const found = rangesOfEvents(range.events, order, lastKnownAffected(one));
    const faulty =
      order === undefined ? undefined : found.map((each) => faultOf(order, each)).find((fault) => fault);
    if (faulty === undefined) return found;
    reject(`${path}.ranges[${index}]`, faulty);
    return [];
  });
}

/** GHSA states an upper bound without a fix here, e.g. `<= 1.2.3`. */
function lastKnownAffected(one: OsvAffected): string | undefined {
  const own = isObject(one.database_specific)
    ? one.database_specific["last_known_affected_version_range"]
    : undefined;
  return typeof own === "string" ? own : undefined;
}

function distroSeverity(one: OsvAffected): Severity | undefined {
  const own = isObject(one.ecosystem_specific) ? one.ecosystem_specific : {};
  const word = own["urgency"] ?? own["ubuntu_priority"] ?? own["severity"];
  const severity = typeof word === "string" ? severityOfWord(word) : "unknown";
  return severity === "unknown" ? undefined : severity;
}
