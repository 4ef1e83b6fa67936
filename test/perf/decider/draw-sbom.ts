// SPDX-License-Identifier: Apache-2.0
/**
 * Made-up images of packages that the snapshot knows: a Debian 12 system and an application's packages of all ecosystems that are
 * there, half of them with names that no advisory speaks of. The same snapshots and seed give the same image.
 */
import { byText } from "#lib/compare.ts";
import { digestOf } from "#lib/digest.ts";
import type { DiffId, ImageDigest, LayerDigest } from "#lib/digest.ts";
import { buildPurl } from "#lib/purl/index.ts";
import { versionOrder } from "#lib/versions/index.ts";
import type { Component, PackageType, Sbom } from "#engines/scanner/index.ts";
import type { Snapshot, SnapshotEntry, VexSnapshot, VexStatement } from "#engines/evaluation/index.ts";

type Known = readonly [key: string, entries: readonly SnapshotEntry[]];

const LANGUAGES: readonly PackageType[] = [
  "golang",
  "npm",
  "pypi",
  "maven",
  "cargo",
  "gem",
  "composer",
  "nuget",
];
const RELEASE = "debian:12";
const LAYERS = 10;
const LICENSES = [
  ["MIT"],
  ["Apache-2.0"],
  ["BSD-3-Clause"],
  ["GPL-2.0-or-later"],
  ["ISC OR MIT"],
  [],
] as const;

/** What images are made of. */
export interface Pool {
  /** The packages of a snapshot by purl type; each list in an order that mixes names. */
  readonly known: ReadonlyMap<string, readonly Known[]>;
  /** Go modules and their versions that VEX speaks of inside a product; those inside of `repository` first. */
  readonly answered: readonly ProductPart[];
  /** The image about which VEX says most; absent where it speaks of no image. */
  readonly repository?: string;
}

type ProductPart = readonly [name: string, version: string];

export function poolOf(snapshot: Snapshot, vex: VexSnapshot): Pool {
  const known = new Map<string, Known[]>();
  for (const entry of snapshot.packages()) {
    const [type = "", second = "", third] = entry[0].split("|");
    if (third !== undefined && second !== RELEASE) continue;
    const list = known.get(type);
    if (list === undefined) known.set(type, [entry]);
    else list.push(entry);
  }
  for (const [type, list] of known)
    known.set(
      type,
      mixed(list, ([key]) => key),
    );
  return { known, ...answeredIn(vex) };
}

const PART = /^pkg:golang\/([^@?#]+)@([^?#]+)/;

function answeredIn(vex: VexSnapshot): Pick<Pool, "answered" | "repository"> {
  const parts = new Map<string, ProductPart>();
  const inside = new Map<string, { readonly parts: Set<string>; statements: number }>();
  for (const vulnerability of vex.vulnerabilities()) {
    for (const { product, subcomponent = [] } of statementsAbout(vex, vulnerability)) {
      const [, name, version] = PART.exec(subcomponent[0] ?? "") ?? [];
      if (name === undefined || version === undefined) continue;
      const key = `${name}@${version}`;
      parts.set(key, [decodeURIComponent(name), decodeURIComponent(version)]);
      const repository = /^pkg:oci\/.*[?&]repository_url=([^&]+)/.exec(product[0] ?? "")?.[1];
      if (repository === undefined) continue;
      const named = decodeURIComponent(repository);
      const image = inside.get(named) ?? { parts: new Set(), statements: 0 };
      image.parts.add(key);
      image.statements += 1;
      inside.set(named, image);
    }
  }
  const [most] = [...inside].sort(([a, x], [b, y]) => y.statements - x.statements || byText(a, b));
  const order = mixed([...parts], ([key]) => key);
  const isInside = ([key]: readonly [string, ProductPart]): boolean => most?.[1].parts.has(key) ?? false;
  const answered = [...order.filter(isInside), ...order.filter((part) => !isInside(part))];
  return {
    answered: answered.map(([, part]) => part),
    ...(most === undefined ? {} : { repository: most[0] }),
  };
}

const statementsAbout = (vex: VexSnapshot, vulnerability: string): readonly VexStatement[] =>
  [...vex.about(vulnerability).values()].flat().flatMap((subject) => subject.statements());

function mixed<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const order = new Map(items.map((item) => [item, digestOf(keyOf(item))]));
  return [...items].sort((a, b) => byText(order.get(a) ?? "", order.get(b) ?? ""));
}

export interface Drawn {
  readonly seed: number;
  /** Of the distro, two for each source package. */
  readonly system: number;
  /** Of languages, in equal parts as far as there are packages. */
  readonly application: number;
}

export function drawSbom(pool: Pool, { seed, system, application }: Drawn): Sbom {
  const byRef = new Map<string, Component>();
  const next = randomFrom(seed);
  const add = (
    type: PackageType,
    name: string,
    version: string,
    source?: Component["sourcePackage"],
  ): void => {
    const made = component(type, name, version, byRef.size, source);
    byRef.set(made.bomRef, made);
  };
  const packages = pool.known.get("deb") ?? [];
  while (packages.length > 0 && byRef.size < system) {
    const [key, entries] = pick(packages, next);
    const source = { name: nameOf(key), version: versionFor("deb", entries, next) };
    for (const name of [source.name, `lib${source.name}`]) add("deb", name, source.version, source);
  }
  const languages = LANGUAGES.filter((type) => (pool.known.get(type)?.length ?? 0) > 0);
  for (let at = 0; byRef.size < system + application; at++) {
    const type = languages[at % languages.length] ?? "npm";
    const isListed = at % (2 * languages.length) < languages.length;
    const part =
      type === "golang" && isListed ? pool.answered[Math.floor(at / (2 * languages.length))] : undefined;
    if (part !== undefined) {
      add(type, ...part);
      continue;
    }
    const [key, entries] = pick(pool.known.get(type) ?? [], next);
    const version = versionFor(type, entries, next);
    add(
      type,
      isListed ? nameOf(key) : `${nameOf(key)}-unlisted`,
      type === "golang" ? `v${version}` : version,
    );
  }
  return {
    imageDigest: digestOf<ImageDigest>(`image ${seed}`),
    platform: { os: "linux", architecture: "amd64" },
    distro: { id: "debian", versionId: "12", codename: "bookworm" },
    layers,
    components: [...byRef.values()].sort((a, b) => byText(a.bomRef, b.bomRef)),
    omissions: [],
    analyzers: {},
  };
}

interface Versions {
  /** The latest that mends something; absent where nothing is mended. */
  readonly good?: string;
  /** One that an advisory names as flawed. */
  readonly bad?: string;
}

const versions = new WeakMap<readonly SnapshotEntry[], Versions>();

/** Four times of five the last version that mends something, where there is one; else one that an advisory names as flawed. */
function versionFor(type: string, entries: readonly SnapshotEntry[], next: () => number): string {
  let found = versions.get(entries);
  if (found === undefined) versions.set(entries, (found = versionsOf(type, entries)));
  const { good, bad } = found;
  return (next() < 0.8 ? good : bad) ?? good ?? bad ?? "1.0.0";
}

function versionsOf(type: string, entries: readonly SnapshotEntry[]): Versions {
  const order = versionOrder(type);
  const ranges = entries.flatMap((entry) => entry.ranges);
  const [bad] = [
    ...ranges.flatMap(({ introduced, lastAffected }) =>
      introduced === "0" ? (lastAffected ?? []) : introduced,
    ),
    ...entries.flatMap((entry) => entry.versions),
  ];
  let good: { readonly text: string; readonly parsed: unknown } | undefined;
  for (const { fixed } of ranges) {
    if (fixed === undefined || order === undefined) continue;
    const parsed = order.parse(fixed);
    if (good === undefined || order.compare(good.parsed, parsed) < 0) good = { text: fixed, parsed };
  }
  return { ...(good === undefined ? {} : { good: good.text }), ...(bad === undefined ? {} : { bad }) };
}

function component(
  type: PackageType,
  full: string,
  version: string,
  at: number,
  sourcePackage?: Component["sourcePackage"],
): Component {
  const isDeb = type === "deb";
  const slash = full.lastIndexOf("/");
  const namespace = isDeb ? "debian" : slash < 0 ? undefined : full.slice(0, slash);
  const name = full.slice(slash + 1);
  const purl = buildPurl({
    type,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    version,
    ...(isDeb ? { qualifiers: { arch: "amd64", distro: "debian-12" } } : {}),
  });
  const layer = isDeb ? 0 : 1 + (at % (LAYERS - 1));
  return {
    bomRef: purl,
    purl,
    type,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    version,
    licenses: LICENSES[at % LICENSES.length] ?? [],
    ...(sourcePackage === undefined ? {} : { sourcePackage }),
    evidence: [{ path: isDeb ? "var/lib/dpkg/status" : `app/${type}/${full}`, line: at + 1 }],
    layer: layerAt(layer),
    ...(at % 3 === 0 ? { usedByEntrypoint: "loaded by the entry program" } : {}),
  };
}

const layers = Array.from({ length: LAYERS }, (_, index) => ({
  digest: digestOf<LayerDigest>(`layer ${index}.gz`),
  diffId: digestOf<DiffId>(`layer ${index}`),
  size: 1_000_000,
}));

const nameOf = (key: string): string => key.slice(key.lastIndexOf("|") + 1);

function layerAt(index: number): Component["layer"] {
  const { digest, diffId } = layers[index] as (typeof layers)[number];
  return { index, digest, diffId };
}

/** The first ones of a list more often than the last ones, as with real packages. */
function pick(list: readonly Known[], next: () => number): Known {
  return list[Math.floor(next() ** 2 * list.length)] ?? ["deb|debian:12|none", []];
}

/** Numbers from 0 to 1, the same for the same seed: xorshift with 32 bits (Marsaglia, 2003). */
function randomFrom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
