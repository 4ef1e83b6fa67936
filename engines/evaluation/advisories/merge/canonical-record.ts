// SPDX-License-Identifier: Apache-2.0
/**
 * One vulnerability as all sources together give it. Nothing is chosen but what a list needs to be sorted by: each value stands
 * beside who says it, and the fields in which vendors contradict each other are named (docs/adr/0010-contradictions-are-kept.md).
 */
import { byKey, byText } from "#lib/compare.ts";
import type { Advisory, AffectedPackage, Severity } from "../../types.ts";
import { packageKey } from "../ecosystems.ts";
import { describeRange } from "../ranges.ts";
import type { Snapshot } from "../snapshot/open.ts";
import { toldTime } from "../told-time.ts";
import { vendorOf } from "../vendors.ts";

/** A value with the advisory that states it and the vendor whose advisory it is. */
export interface Said<Value> {
  readonly vendor: string;
  readonly advisory: string;
  readonly value: Value;
}

/** What a vendor says of one package. */
export type Scope = Pick<AffectedPackage, "ranges" | "versions" | "distroStatus" | "severity">;

export interface Conflict {
  readonly field: "severity" | "affected" | "status" | "withdrawn";
  /** Key of the package that it is about; absent where it is about the vulnerability as a whole. */
  readonly package?: string;
  /** Sorted by vendor, then by advisory. */
  readonly values: readonly Said<string>[];
}

export interface CanonicalRecord {
  readonly id: string;
  readonly aliases: readonly string[];
  /** Worst that is known. */
  readonly severity: Severity;
  readonly kev: boolean;
  readonly epss?: number;
  /** The CVE's own record was rejected. */
  readonly rejected: boolean;
  readonly malware: boolean;
  readonly summaries: readonly Said<string>[];
  readonly severities: readonly Said<Severity>[];
  readonly cvss: readonly Said<string>[];
  readonly published: readonly Said<string>[];
  readonly modified: readonly Said<string>[];
  /** Withdrawn ones too; they state nothing about packages here. */
  readonly withdrawn: readonly Said<string>[];
  readonly advisories: readonly { readonly id: string; readonly vendor: string; readonly source: string }[];
  readonly references: readonly string[];
  /** By package key (`deb|debian:12|glibc`), sorted. */
  readonly affected: readonly { readonly package: string; readonly says: readonly Said<Scope>[] }[];
  readonly conflicts: readonly Conflict[];
}

const MAX_REFERENCES = 50;

/** @throws SNAPSHOT_CORRUPT when the snapshot was opened unverified and is damaged */
export function canonicalRecord(snapshot: Snapshot, vulnerability: number): CanonicalRecord {
  const { id, aliases, severity, kev, epss, rejected, malware, advisories } =
    snapshot.vulnerability(vulnerability);
  const records = advisories.map((position) => snapshot.record(position));
  const inForce = records.filter(({ withdrawn }) => withdrawn === undefined);
  const severities = said(inForce, ({ severity: own }) => (own === "unknown" ? [] : [own]));
  const withdrawn = said(records, (one) => one.withdrawn ?? []);
  const affected = affectedOf(inForce);
  const disputed = withdrawn.length > 0 && inForce.some((one) => one.affected.length > 0);
  return {
    id,
    aliases,
    severity,
    kev,
    ...(epss === undefined ? {} : { epss }),
    rejected,
    malware,
    summaries: said(records, ({ summary }) => summary ?? []),
    severities,
    cvss: said(records, ({ cvss }) => cvss.map(({ vector }) => vector)),
    published: said(records, ({ published }) => toldTime(published)),
    modified: said(records, ({ modified }) => toldTime(modified)),
    withdrawn,
    advisories: records
      .map((one) => ({ id: one.id, vendor: vendorOf(one), source: one.source }))
      .sort(byKey(idOf)),
    references: [...new Set(records.flatMap(({ references }) => references))]
      .sort(byText)
      .slice(0, MAX_REFERENCES),
    affected,
    conflicts: [
      ...conflict("severity", severities),
      ...(disputed ? [{ field: "withdrawn" as const, values: withdrawn }] : []),
      ...affected.flatMap(({ package: key, says }) => [
        ...conflict("affected", says.map(as(describeScope)), key),
        ...conflict(
          "status",
          says.filter(({ value }) => value.distroStatus !== undefined).map(as(statusOf)),
          key,
        ),
      ]),
    ],
  };
}

/** All vulnerabilities of a snapshot, by id. */
export function* canonicalRecords(snapshot: Snapshot): Generator<CanonicalRecord, void> {
  for (let at = 0; at < snapshot.vulnerabilities; at++) yield canonicalRecord(snapshot, at);
}

const idOf = ({ id, source }: { readonly id: string; readonly source: string }): string => `${id}\n${source}`;
const statusOf = ({ distroStatus = "" }: Scope): string => distroStatus;

/** Sorted by vendor, advisory and value. */
function said<Value extends string>(
  records: readonly Advisory[],
  values: (record: Advisory) => Value | readonly Value[],
): readonly Said<Value>[] {
  const all = records.flatMap((record) =>
    [values(record)]
      .flat()
      .map((value) => ({ vendor: vendorOf(record), advisory: record.id, value: value as Value })),
  );
  return all.sort(byKey(({ vendor, advisory, value }) => `${vendor}\n${advisory}\n${value}`));
}

function affectedOf(records: readonly Advisory[]): CanonicalRecord["affected"] {
  const byPackage = new Map<string, Said<Scope>[]>();
  for (const record of records) {
    for (const { ecosystem, distro, name, module, ...scope } of record.affected) {
      const key = packageKey(ecosystem, distro, name) + (module === undefined ? "" : ` (module ${module})`);
      const one = { vendor: vendorOf(record), advisory: record.id, value: scope };
      const list = byPackage.get(key);
      if (list === undefined) byPackage.set(key, [one]);
      else list.push(one);
    }
  }
  return [...byPackage].sort(byKey(([key]) => key)).map(([key, says]) => ({
    package: key,
    says: says.sort(
      byKey(({ vendor, advisory, value }) => `${vendor}\n${advisory}\n${describeScope(value)}`),
    ),
  }));
}

/** E.g. `>=0 <2.0.0 || =2.1.0`. */
export function describeScope({ ranges, versions = [] }: Scope): string {
  return [...ranges.map(describeRange), ...versions.map((version) => `=${version}`)]
    .sort(byText)
    .join(" || ");
}

const as =
  (text: (scope: Scope) => string) =>
  ({ value, ...by }: Said<Scope>): Said<string> => ({ ...by, value: text(value) });

/** None where all vendors together say one thing. A vendor with several advisories does not contradict itself. */
function conflict(
  field: Conflict["field"],
  values: readonly Said<string>[],
  key?: string,
): readonly Conflict[] {
  const byVendor = new Map<string, Set<string>>();
  for (const { vendor, value } of values) {
    const own = byVendor.get(vendor) ?? new Set<string>();
    byVendor.set(vendor, own.add(value));
  }
  const opinions = new Set([...byVendor.values()].map((own) => [...own].sort(byText).join("\n")));
  if (opinions.size < 2) return [];
  return [{ field, ...(key === undefined ? {} : { package: key }), values }];
}
