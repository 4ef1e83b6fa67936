// SPDX-License-Identifier: Apache-2.0
/**
 * Components of an image joined with the advisories of a snapshot: by purl type, namespace and name, and by the
 * ecosystem's own version order. One finding per vulnerability and component, whatever number of advisories say it.
 */
import { byKey, byText } from "#lib/compare.ts";
import { Recent } from "#lib/recent.ts";
import { versionErrors, versionOrder } from "#lib/versions/index.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import type { Component, Sbom } from "#engines/scanner/index.ts";
import { worstFirst } from "../severity.ts";
import type { Finding, Severity } from "../types.ts";
import { distroRelease, isOwnVendor, namesSourceRpms } from "./distros.ts";
import { packageName } from "./ecosystems.ts";
import { advisoryErrors } from "./errors.ts";
import { concernsModule, leavesModuleOpen, moduleState } from "./modules.ts";
import type { ModuleState } from "./modules.ts";
import { describeRange, holds, isNamed } from "./ranges.ts";
import type { ParsedRange } from "./ranges.ts";
import { worstKnown } from "./severity-words.ts";
import type { AdvisoryHead, Snapshot, SnapshotEntry, Vulnerability } from "./snapshot/open.ts";
import { toldTime } from "./told-time.ts";

export interface Matching {
  /** Worst first, then by id, purl and component. */
  readonly findings: readonly Finding[];
  /**
   * What no advisory could be compared with, sorted: a distro release or ecosystem that no source speaks about
   * (`debian:12`, `npm`), or a component whose version, or that of an advisory about it, has no place in its ecosystem's order,
   * or that is built for a module of whose stream nothing can be told (its purl).
   */
  readonly uncovered: readonly string[];
}

/**
 * Characters of all findings, about: a report is one text, which can have 2^29. Feeds are strangers' words: a hundred thousand records
 * about one package, or as many names of one flaw, come once for each component that they hold.
 */
const MAX_CHARACTERS = 256 * 1024 * 1024;
/** Of a finding beside its names. */
const FIXED_CHARACTERS = 1000;

const CRATE_OF_ELSEWHERE = /[?&]source=(?!crates\.io)/;

/** What an evaluation looks up for a component. */
interface Query {
  readonly ecosystem: string;
  readonly distro: string | undefined;
  readonly name: string;
  readonly version: string;
  readonly module: ModuleState;
  /** Of an rpm: whether entries for a source package's binaries are meant, those for a binary, or both. */
  readonly of?: "source" | "binary";
}

/** One advisory that holds a version. */
interface Hit {
  readonly head: AdvisoryHead;
  readonly entry: SnapshotEntry;
  /** Undefined where the version is named by itself. */
  readonly range: ParsedRange | undefined;
}

/** What the advisories of one vulnerability say of a query. */
interface Answer {
  readonly facts: Facts;
  /** The CVE's own record was rejected: there is no such flaw. */
  readonly isRejected: boolean;
  /** In a report, about. */
  readonly characters: number;
}

/** A finding without its component. */
type Facts = Pick<
  Finding,
  | "id"
  | "advisoryIds"
  | "aliases"
  | "sources"
  | "vendors"
  | "severity"
  | "fixedVersion"
  | "distroStatus"
  | "range"
  | "kev"
  | "epss"
  | "malware"
  | "contradictions"
  | "published"
>;

/** What a snapshot says to a query: of nothing but these two, so that one reply serves all images. */
interface Reply {
  readonly answers: readonly Answer[];
  /** Of the package, whether they hold the version or not. */
  readonly entries: readonly SnapshotEntry[];
  /** The version has no place in its ecosystem's order, or it is not known which module's advisories are the component's. */
  readonly isUncovered: boolean;
}

const DISTRO_TYPES: ReadonlySet<string> = new Set(["deb", "apk", "rpm"]);
/** Binaries that no package claims: nobody writes advisories about them by name. */
const UNNAMED = "generic";
/** Answers of replies that are kept of a snapshot; those of an image of 5,000 components are some 5,000. */
const MAX_KEPT_ANSWERS = 200_000;
const SILENCE: Reply = { answers: [], entries: [], isUncovered: false };

/** What has been found out of a snapshot, for as long as it is there. */
class Memory {
  readonly replies = new Recent<string, Reply>(MAX_KEPT_ANSWERS, ({ answers }) => 1 + answers.length);
  /** Ids of the vulnerabilities that entries speak of. */
  readonly ids = new WeakMap<readonly SnapshotEntry[], ReadonlySet<string>>();
}

const memories = new WeakMap<Snapshot, Memory>();

function memoryOf(snapshot: Snapshot): Memory {
  let memory = memories.get(snapshot);
  if (memory === undefined) memories.set(snapshot, (memory = new Memory()));
  return memory;
}

/** @throws FINDINGS_LIMIT_EXCEEDED; SNAPSHOT_CORRUPT when the snapshot was opened unverified and is damaged */
export function matchSbom(sbom: Sbom, snapshot: Snapshot): Matching {
  return new Matcher(sbom, snapshot).run();
}

class Matcher {
  readonly #sbom: Sbom;
  readonly #snapshot: Snapshot;
  readonly #release: string | undefined;
  readonly #uncovered = new Set<string>();
  readonly #memory: Memory;
  #characters = 0;

  constructor(sbom: Sbom, snapshot: Snapshot) {
    this.#sbom = sbom;
    this.#snapshot = snapshot;
    this.#memory = memoryOf(snapshot);
    this.#release = sbom.distro === undefined ? undefined : distroRelease(sbom.distro);
  }

  run(): Matching {
    this.#noteCoverage();
    const findings = this.#sbom.components.flatMap((component) => this.#findings(component));
    return { findings: findings.sort(worstFirst), uncovered: [...this.#uncovered].sort(byText) };
  }

  #noteCoverage(): void {
    for (const type of new Set(this.#sbom.components.map((component) => component.type))) {
      if (type === UNNAMED) continue;
      const what = DISTRO_TYPES.has(type) ? (this.#release ?? `${type} packages of an unknown distro`) : type;
      if (!this.#snapshot.coverage(what)) this.#uncovered.add(what);
    }
    if (this.#release !== undefined && !this.#snapshot.coverage(this.#release))
      this.#uncovered.add(this.#release);
  }

  #findings(component: Component): readonly Finding[] {
    const order = versionOrder(component.type);
    if (order === undefined) return [];
    // What is said of the source package is the last word on a vulnerability; of others the binary's advisories are asked too.
    const [first, second] = this.#queries(component).map((query) =>
      this.#reply(query, order, component.purl),
    );
    if (first === undefined) return [];
    const findings = first.answers.map((answer) => this.#finding(component, answer));
    if (second === undefined || second.answers.length === 0) return findings;
    const settled = this.#idsIn(first.entries);
    for (const answer of second.answers)
      if (!settled.has(answer.facts.id)) findings.push(this.#finding(component, answer));
    return findings;
  }

  #entriesFor({ ecosystem, distro, name, of }: Query): readonly SnapshotEntry[] {
    const entries = this.#snapshot.lookup(ecosystem, distro, name);
    if (of === undefined) return entries;
    return entries.filter(({ isSource }) => (isSource === true) === (of === "source"));
  }

  #idsIn(entries: readonly SnapshotEntry[]): ReadonlySet<string> {
    let ids = this.#memory.ids.get(entries);
    if (ids === undefined) {
      const positions = entries.map(({ advisory }) => this.#snapshot.advisory(advisory).vulnerability);
      ids = new Set(positions.map((position) => this.#snapshot.vulnerability(position).id));
      this.#memory.ids.set(entries, ids);
    }
    return ids;
  }

  /** Distro advisories speak of source packages; some sources of binary ones, which are asked for next. */
  #queries(component: Component): readonly [] | readonly [Query] | readonly [Query, Query] {
    const { type, name, namespace, version, sourcePackage } = component;
    const module = moduleState(component);
    if (!DISTRO_TYPES.has(type)) {
      // A crate that is not from crates.io has nothing but its name in common with those that advisories speak of.
      if (type === "cargo" && CRATE_OF_ELSEWHERE.test(component.purl)) return [];
      const full = namespace === undefined ? name : `${namespace}/${name}`;
      return [{ ecosystem: type, distro: undefined, name: packageName(type, full), version, module }];
    }
    if (this.#release === undefined) return [];
    const binary = { ecosystem: type, distro: this.#release, name, version, module };
    // Advisories of most rpm distros list binary packages; a source rpm's name says nothing of its epoch.
    if (type === "rpm" && !namesSourceRpms(this.#release)) {
      // An rpm that is called as its source is asked for once; one of another source has nothing to do with its namesake.
      if (sourcePackage === undefined || sourcePackage.name === name) return [binary];
      return [
        { ...binary, of: "binary" },
        { ...binary, name: sourcePackage.name, of: "source" },
      ];
    }
    return sourcePackage === undefined ? [binary] : [{ ...binary, ...sourcePackage }, binary];
  }

  #reply(query: Query, order: VersionOrder, purl: string): Reply {
    const { ecosystem, distro = "", name, version, module, of = "" } = query;
    const key = [ecosystem, distro, name, version, module.stream ?? "", of].join("\0");
    const reply = this.#memory.replies.get(key, () => this.#compare(query, order));
    if (reply.isUncovered) this.#uncovered.add(purl);
    return reply;
  }

  #compare(query: Query, order: VersionOrder): Reply {
    const entries = this.#entriesFor(query);
    if (entries.length === 0) return SILENCE;
    const version = parsed(order, query.version);
    if (version === undefined) return { answers: [], entries, isUncovered: true };
    const byVulnerability = new Map<number, Hit[]>();
    let isUncovered = leavesModuleOpen(entries, query.module);
    for (const entry of entries) {
      if (query.ecosystem === "rpm" && !concernsModule(entry, query.module)) continue;
      const hit = this.#hit(entry, order, version.parsed);
      if (hit === "incomparable") isUncovered = true;
      if (hit === undefined || hit === "incomparable") continue;
      const hits = byVulnerability.get(hit.head.vulnerability);
      if (hits === undefined) byVulnerability.set(hit.head.vulnerability, [hit]);
      else hits.push(hit);
    }
    const answers = [...byVulnerability].map(([position, hits]) =>
      answerOf(query, order, this.#snapshot.vulnerability(position), hits),
    );
    return { answers, entries, isUncovered };
  }

  /** Imports take no bound that is no version; but another version of this program, with another order, may have stored one. */
  #hit(entry: SnapshotEntry, order: VersionOrder, version: unknown): Hit | "incomparable" | undefined {
    try {
      return this.#holding(entry, order, version);
    } catch (error) {
      if (versionErrors.is(error, "VERSION_INVALID")) return "incomparable";
      throw error;
    }
  }

  #holding(entry: SnapshotEntry, order: VersionOrder, version: unknown): Hit | undefined {
    let range: ParsedRange | undefined;
    for (const each of entry.parsedRanges(order)) {
      // Where several hold the version the fix that mends all of them is the one to name.
      if (holds(order, each, version) && (range === undefined || fixesLater(order, each, range)))
        range = each;
    }
    const named =
      range === undefined && entry.parsedVersions(order).some((each) => isNamed(order, version, each));
    if (range === undefined && !named) return undefined;
    return { head: this.#snapshot.advisory(entry.advisory), entry, range };
  }

  #finding(component: Component, { facts, isRejected, characters }: Answer): Finding {
    const { type, namespace, name, version, purl, bomRef, evidence, layer, usedByEntrypoint } = component;
    this.#characters += characters;
    if (this.#characters > MAX_CHARACTERS) throw tooMuch(facts.id, purl);
    return {
      ...facts,
      purl,
      bomRef,
      name: namespace === undefined || DISTRO_TYPES.has(type) ? name : `${namespace}/${name}`,
      version,
      evidence,
      layer: { diffId: layer.diffId, index: layer.index },
      ...(usedByEntrypoint === undefined ? {} : { usedByEntrypoint }),
      ...(isRejected ? { suppressedBy: `rejected:${facts.id}` } : this.#suppression(component)),
    };
  }

  /** The distro answers for the files of its packages, if it is one that our sources speak about. */
  #suppression(component: Component): { readonly suppressedBy?: string } {
    const { ownedBy, type } = component;
    if (ownedBy === undefined || DISTRO_TYPES.has(type) || !isOfDistro(ownedBy)) return {};
    if (this.#release === undefined || !this.#snapshot.coverage(this.#release)) return {};
    return { suppressedBy: `distro:${ownedBy}` };
  }
}

/** Conda owns files too, and answers for none. */
const isOfDistro = (purl: string): boolean => DISTRO_TYPES.has(purl.slice("pkg:".length, purl.indexOf("/")));

function parsed(order: VersionOrder, version: string): { readonly parsed: unknown } | undefined {
  try {
    return { parsed: order.parse(version) };
  } catch (error) {
    if (versionErrors.is(error, "VERSION_INVALID")) return undefined;
    throw error;
  }
}

function answerOf(
  { ecosystem, distro, version }: Query,
  order: VersionOrder,
  vulnerability: Vulnerability,
  hits: readonly Hit[],
): Answer {
  const fixed = latestFix(order, hits);
  const status = hits.map(({ entry }) => entry.distroStatus).find((text) => text !== undefined);
  const published = hits.flatMap(({ head }) => toldTime(head.published)).sort(byText)[0];
  const range = hits.find((hit) => hit.range !== undefined)?.range;
  const advisoryIds = [...new Set(hits.map(({ head }) => head.id))].sort(byText);
  const facts: Facts = {
    id: vulnerability.id,
    advisoryIds,
    aliases: vulnerability.aliases,
    sources: [...new Set(hits.map(({ head }) => head.source))].sort(byText),
    vendors: [...new Set(hits.map(({ head }) => head.vendor))].sort(byText),
    severity: severityOf(vulnerability, hits, distro),
    ...(fixed === undefined ? {} : { fixedVersion: fixed }),
    ...(status === undefined || fixed !== undefined ? {} : { distroStatus: status }),
    range: `${range === undefined ? `=${version}` : describeRange(range.source)} (${distro ?? ecosystem})`,
    kev: vulnerability.kev,
    ...(vulnerability.epss === undefined ? {} : { epss: vulnerability.epss }),
    ...(vulnerability.malware ? { malware: true } : {}),
    ...contradictionsOf(order, hits),
    ...(published === undefined ? {} : { published }),
  };
  const characters = [...advisoryIds, ...vulnerability.aliases].reduce(
    (sum, name) => sum + name.length + 3,
    FIXED_CHARACTERS,
  );
  return { facts, isRejected: vulnerability.rejected, characters };
}

function tooMuch(id: string, purl: string): Error {
  const limit = `findings of over ${MAX_CHARACTERS} characters`;
  return advisoryErrors.make(
    "FINDINGS_LIMIT_EXCEEDED",
    `${limit}: too many for a report, at ${id} of ${purl}`,
    {
      data: { id, purl, allowed: MAX_CHARACTERS },
    },
  );
}

/** The distro's own word first, then the worst that the advisories give, then what others say of the vulnerability. */
function severityOf(
  vulnerability: Vulnerability,
  hits: readonly Hit[],
  distro: string | undefined,
): Severity {
  if (vulnerability.malware) return "critical";
  const own = hits.filter(({ head }) => isOwnVendor(distro, head.vendor));
  const word = worstKnown(own.flatMap(({ entry }) => entry.severity ?? []));
  if (word !== "unknown") return word;
  const told = worstKnown(hits.map(({ head, entry }) => entry.severity ?? head.severity));
  return told === "unknown" ? vulnerability.severity : told;
}

/** Vendors that do not say the same; one alone can't contradict itself. */
function contradictionsOf(order: VersionOrder, hits: readonly Hit[]): Pick<Facts, "contradictions"> {
  if (hits.length < 2) return {};
  const byVendor = Map.groupBy(hits, ({ head }) => head.vendor);
  if (byVendor.size < 2) return {};
  const severities = [...byVendor].flatMap(([vendor, own]) => {
    const value = worstKnown(own.map(({ head, entry }) => entry.severity ?? head.severity));
    return value === "unknown" ? [] : [{ value, vendor }];
  });
  const fixes = [...byVendor].flatMap(([vendor, own]) => {
    const value = latestFix(order, own);
    return value === undefined ? [] : [{ value, vendor }];
  });
  const contradictions = [
    { field: "severity" as const, values: severities },
    { field: "fixedVersion" as const, values: fixes },
  ].filter(({ values }) => new Set(values.map(({ value }) => value)).size > 1);
  if (contradictions.length === 0) return {};
  const sorted = contradictions.map(({ field, values }) => ({
    field,
    values: values.sort(byKey(({ vendor }) => vendor)),
  }));
  return { contradictions: sorted };
}

/** Of fixes that are one version in several spellings the first by text. */
function latestFix(order: VersionOrder, hits: readonly Hit[]): string | undefined {
  let best: ParsedRange | undefined;
  for (const { range } of hits) {
    if (range?.source.fixed === undefined) continue;
    const later = best === undefined ? 1 : order.compare(range.fixed, best.fixed);
    if (later > 0 || (later === 0 && byText(range.source.fixed, best?.source.fixed ?? "") < 0)) best = range;
  }
  return best?.source.fixed;
}

function fixesLater(order: VersionOrder, a: ParsedRange, b: ParsedRange): boolean {
  if (a.fixed === undefined) return false;
  return b.fixed === undefined || order.compare(a.fixed, b.fixed) > 0;
}
