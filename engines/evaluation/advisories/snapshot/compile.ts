// SPDX-License-Identifier: Apache-2.0
/**
 * Exports of all sources to one immutable snapshot. Same exports in any order, same bytes. Withdrawn advisories keep
 * their record and lose their packages, so that nothing matches them.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byText } from "#lib/compare.ts";
import { versionOrder } from "#lib/versions/index.ts";
import type { Advisory, AffectedPackage } from "../../types.ts";
import { packageKey } from "../ecosystems.ts";
import { advisoryErrors } from "../errors.ts";
import { isCve, ofEachCve, primaryIds } from "../identity.ts";
import { OUTSIDE_OF_MODULES } from "../modules.ts";
import { worstKnown } from "../severity-words.ts";
import type { SourceExport } from "../types.ts";
import { vendorOf } from "../vendors.ts";
import { detailText } from "./details.ts";
import { EXPLOITED, MALWARE, REJECTED, nameRow } from "./format.ts";
import type { BucketEntry, Head, SnapshotMeta, VulnerabilityRow } from "./format.ts";
import { moduleScopes } from "./module-scopes.ts";
import type { TellsModules } from "./module-scopes.ts";
import { packageMark } from "./package-marks.ts";
import type { Said } from "./package-marks.ts";
import { writeSnapshot } from "./write.ts";

/** @throws SNAPSHOT_SOURCE_DUPLICATE */
export function compileSnapshot(exports: readonly SourceExport[]): Uint8Array {
  const sources = [...exports].sort((a, b) => byText(a.name, b.name));
  for (const [index, { name }] of sources.entries()) {
    if (sources[index + 1]?.name === name) {
      throw advisoryErrors.make("SNAPSHOT_SOURCE_DUPLICATE", `two sources are named ${JSON.stringify(name)}`);
    }
  }
  const { advisories, groups, idOf, carriersOf } = grouped(distinctAdvisories(sources));
  const rows = vulnerabilityRows(advisories, groups, sources);
  const connectors = [...new Set(advisories.map(({ source }) => source))].sort();
  const vendors = [...new Set(advisories.map(vendorOf))].sort();
  const rowOf = new Map(rows.map(([id], index) => [id, index]));
  const meta: SnapshotMeta = {
    sources: sources.map((source) => ({
      name: source.name,
      exportDigest: source.exportDigest,
      advisories: source.advisories.length,
      exploited: source.exploited.length,
      epss: source.epss.length,
    })),
    advisories: advisories.length,
    vulnerabilities: rows.length,
    covers: coverage(sources),
    connectors,
    vendors,
  };
  const said = saidOf(advisories, (advisory) => rows[rowOf.get(idOf(advisory)) ?? -1]);
  const tables = { connectors: positionsOf(connectors), vendors: positionsOf(vendors) };
  return writeSnapshot({
    meta: canonicalJson(meta),
    buckets: buckets(advisories, carriersOf, moduleScopes(sources)),
    markOf: (entries) => packageMark(entries, said),
    heads: advisories.map((advisory) =>
      JSON.stringify(head(advisory, tables, rowOf.get(idOf(advisory)) ?? 0)),
    ),
    vulnerabilities: rows.map((row) => JSON.stringify(row)),
    names: rows.flatMap(([id, aliases], at) => [id, ...aliases].map((name) => nameRow(name, at))),
    details: advisories.map((advisory) => detailText(advisory, idOf(advisory))),
  });
}

/** What rests on an advisory and its vulnerability in every answer that it has a part in. */
function saidOf(
  advisories: readonly Advisory[],
  vulnerabilityOf: (advisory: Advisory) => VulnerabilityRow | undefined,
): (at: number) => Said {
  const known: Said[] = [];
  return (at) => {
    const made = (): Said => {
      const advisory = advisories[at];
      const { id, source, severity, published } = advisory ?? {};
      const [name, aliases, worst, flags, epss] = (advisory && vulnerabilityOf(advisory)) ?? [];
      const vendor = advisory && vendorOf(advisory);
      return {
        facts: JSON.stringify([name, aliases, worst, flags, id, source, vendor, severity, published]),
        epss: String(epss),
      };
    };
    return (known[at] ??= made());
  };
}

/** A record with the names of the sources that carry it. */
interface Carried {
  readonly advisory: Advisory;
  readonly carriers: readonly string[];
}

/** Sorted; two sources that carry the very same record give it once. */
function distinctAdvisories(sources: readonly SourceExport[]): readonly Carried[] {
  const sorted = sources
    .flatMap(({ name, advisories }) => {
      const carriers = [name];
      return advisories.map((advisory): Carried => ({ advisory, carriers }));
    })
    .sort((a, b) => byIdentity(a.advisory, b.advisory));
  const distinct: Carried[] = [];
  for (const one of sorted) {
    const last = distinct.at(-1);
    if (last === undefined || byIdentity(last.advisory, one.advisory) !== 0) distinct.push(one);
    else distinct[distinct.length - 1] = { ...last, carriers: [...last.carriers, ...one.carriers] };
  }
  return distinct;
}

/** By id, then connector, then content. */
function byIdentity(a: Advisory, b: Advisory): number {
  return byText(a.id, b.id) || byText(a.source, b.source) || byText(canonicalJson(a), canonicalJson(b));
}

interface Grouped {
  readonly advisories: readonly Advisory[];
  /** By the id of the vulnerability. */
  readonly groups: ReadonlyMap<string, readonly Advisory[]>;
  readonly idOf: (advisory: Advisory) => string;
  readonly carriersOf: ReadonlyMap<Advisory, readonly string[]>;
}

/** By vulnerability. One that names no package anywhere can never be found in an image, and is left out. */
function grouped(distinct: readonly Carried[]): Grouped {
  const idOf = primaryIds(distinct.map(({ advisory }) => advisory));
  const carriersOf = new Map(
    distinct.flatMap(({ advisory, carriers }) => ofEachCve(advisory).map((one) => [one, carriers] as const)),
  );
  const all = [...carriersOf.keys()];
  const groups = Map.groupBy(all, idOf);
  for (const [id, group] of groups)
    if (group.every(({ affected }) => affected.length === 0)) groups.delete(id);
  return { advisories: all.filter((advisory) => groups.has(idOf(advisory))), groups, idOf, carriersOf };
}

/** Sorted by id. */
function vulnerabilityRows(
  advisories: readonly Advisory[],
  groups: Grouped["groups"],
  sources: readonly SourceExport[],
): readonly VulnerabilityRow[] {
  const exploited = new Set(sources.flatMap((source) => source.exploited));
  const epss = new Map<string, number>();
  for (const source of sources) {
    for (const [id, score] of source.epss) epss.set(id, Math.max(score, epss.get(id) ?? 0));
  }
  const positions = new Map(advisories.map((advisory, at) => [advisory, at]));
  const rows = [...groups].map(([id, group]): VulnerabilityRow => {
    const names = [...new Set(group.flatMap((advisory) => [advisory.id, ...advisory.aliases]))];
    const cves = isCve(id) ? [id] : names.filter(isCve);
    const flags =
      (cves.some((cve) => exploited.has(cve)) ? EXPLOITED : 0) +
      (isRejected(id, group) ? REJECTED : 0) +
      (group.some(({ malware, withdrawn }) => malware === true && withdrawn === undefined) ? MALWARE : 0);
    return [
      id,
      names.filter((name) => name !== id).sort(),
      worstKnown(group.filter(({ withdrawn }) => withdrawn === undefined).map(({ severity }) => severity)),
      flags,
      cves.reduce((highest, cve) => Math.max(highest, epss.get(cve) ?? -1), -1),
      group.map((advisory) => positions.get(advisory) ?? 0).sort((a, b) => a - b),
    ];
  });
  return rows.sort(([a], [b]) => byText(a, b));
}

/** The record of the CVE itself says that it is none. Others' words about it do not bring it back. */
const isRejected = (id: string, group: readonly Advisory[]): boolean =>
  group.some((one) => one.source === "cve5" && one.id === id && one.withdrawn !== undefined);

function buckets(
  advisories: readonly Advisory[],
  carriersOf: Grouped["carriersOf"],
  tellsModules: TellsModules,
): ReadonlyMap<string, readonly string[]> {
  const entries = new Map<string, string[]>();
  for (const [index, advisory] of advisories.entries()) {
    if (advisory.withdrawn !== undefined) continue;
    const carriers = carriersOf.get(advisory) ?? [];
    for (const affected of advisory.affected) {
      const key = packageKey(affected.ecosystem, affected.distro, affected.name);
      const module = affected.module ?? (tellsModules(carriers, advisory, affected) ? OUTSIDE_OF_MODULES : 0);
      const text = JSON.stringify(entry(index, affected, module));
      const list = entries.get(key);
      if (list === undefined) entries.set(key, [text]);
      else list.push(text);
    }
  }
  return entries;
}

function entry(index: number, affected: AffectedPackage, module: string | 0): BucketEntry {
  const ranges = affected.ranges.map(({ introduced, fixed, lastAffected }) =>
    lastAffected !== undefined
      ? ([introduced, fixed ?? 0, lastAffected] as const)
      : fixed !== undefined
        ? ([introduced, fixed] as const)
        : ([introduced] as const),
  );
  const fields = [
    index,
    ranges,
    affected.versions ?? 0,
    affected.distroStatus ?? 0,
    affected.severity ?? 0,
    module,
    affected.isSource === true ? 1 : 0,
  ] as const;
  let used: number = fields.length;
  while (used > 2 && fields[used - 1] === 0) used -= 1;
  return fields.slice(0, used) as unknown as BucketEntry;
}

type Positions = ReadonlyMap<string, number>;

function positionsOf(names: readonly string[]): Positions {
  return new Map(names.map((name, at) => [name, at]));
}

function head(
  advisory: Advisory,
  { connectors, vendors }: Readonly<Record<"connectors" | "vendors", Positions>>,
  vulnerability: number,
): Head {
  const fields = [
    advisory.id,
    connectors.get(advisory.source) ?? 0,
    vulnerability,
    advisory.severity,
    vendors.get(vendorOf(advisory)) ?? 0,
  ] as const;
  return advisory.published === undefined ? fields : [...fields, advisory.published];
}

function coverage(sources: readonly SourceExport[]): readonly string[] {
  const covers = new Set<string>();
  for (const { covers: distros, advisories } of sources) {
    for (const distro of distros) covers.add(distro);
    for (const { affected, withdrawn } of advisories) {
      if (withdrawn !== undefined) continue;
      for (const { ecosystem, distro } of affected)
        if (versionOrder(ecosystem) !== undefined) covers.add(distro ?? ecosystem);
    }
  }
  return [...covers].sort();
}
