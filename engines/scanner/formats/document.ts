// SPDX-License-Identifier: Apache-2.0
/** What all document formats say of an image or a layer, before any of them spells it. */
import { byKey } from "#lib/compare.ts";
import type { DiffId, ImageDigest } from "#lib/digest.ts";
import type { Component, Distro, Evidence, Omission, Sbom } from "../types.ts";

/** `inventory`: all components. `usage`: only those that the entry program is known to use. */
export type SbomView = "inventory" | "usage";

export interface DocumentMeta {
  /** Name of the image as people know it, e.g. `registry.example/app`. */
  readonly imageName: string;
  /** Version of the product that writes the document. */
  readonly toolVersion: string;
  /** RFC 3339, e.g. the image's `created`; never the clock, which would change the bytes. Other texts are left out. */
  readonly timestamp?: string;
  /** `inventory` unless given. */
  readonly view?: SbomView;
}

/** A component of an image, or of one layer, where the layer's place is not known. */
export type Entry = Omit<Component, "layer"> & { readonly layer?: Component["layer"] };

/** The subject of a document and what it lists. */
export interface Inventory {
  readonly view: SbomView | "layer";
  readonly digest: ImageDigest | DiffId;
  readonly distro?: Distro;
  /** Sorted by purl, then place; references lead to entries of this list only. */
  readonly entries: readonly Entry[];
  readonly omissions: readonly Omission[];
  /** Sorted by id. */
  readonly analyzers: readonly (readonly [id: string, version: number])[];
  /** What else is known of the image. */
  readonly facts: readonly Fact[];
}

/** Name (without prefix) and value of something that the formats have no field for. */
export type Fact = readonly [name: string, value: string];

/** What a view shows of an image. Same components, same entries, in whatever order they come. */
export function inventoryOf(sbom: Sbom, view: SbomView = "inventory"): Inventory {
  const seen = sbom.components.filter(
    ({ usedByEntrypoint }) => view === "inventory" || usedByEntrypoint !== undefined,
  );
  const refs = new Set(seen.map(({ bomRef }) => bomRef));
  return {
    view,
    digest: sbom.imageDigest,
    ...(sbom.distro ? { distro: sbom.distro } : {}),
    entries: seen.map((entry) => within(entry, refs)).sort(byPlace),
    omissions: sbom.omissions,
    analyzers: Object.entries(sbom.analyzers).sort(byKey(([id]) => id)),
    facts: [...entryFacts(sbom), ...gapFacts(sbom), ...baseFacts(sbom), ...sourceFacts(sbom)],
  };
}

/** What the usage view starts from: a program, or why none is known. */
function entryFacts({ entryTrace }: Sbom): Fact[] {
  if (!entryTrace) return [];
  const { terminal, unresolved, alternatives = [] } = entryTrace;
  const ends = [terminal, ...alternatives.map((path) => path.terminal)].filter((end) => end !== undefined);
  return [
    ...ends.map(({ kind, path, program, module }): Fact => {
      const words = [kind, `/${path}`, program && `/${program}`, module && `-m ${module}`];
      return ["entrypoint", words.filter((word) => word !== undefined).join(" ")];
    }),
    ...(unresolved ? [["entrypoint:unresolved", `${unresolved.code} ${unresolved.message}`] as const] : []),
  ];
}

function gapFacts({ usageGaps = [] }: Sbom): Fact[] {
  return usageGaps.map(({ code, message }) => ["entrypoint:gap", `${code} ${message}`]);
}

function baseFacts({ base }: Sbom): Fact[] {
  const facts = [
    ["base:name", base?.name],
    ["base:digest", base?.digest],
    ["base:layers", base?.layers?.toString()],
  ] as const;
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function sourceFacts({ source }: Sbom): Fact[] {
  return source ? [["source", `${source.kind} ${source.digest}`]] : [];
}

function within(entry: Component, refs: ReadonlySet<string>): Component {
  if (!entry.dependsOn) return entry;
  const dependsOn = [...new Set(entry.dependsOn)].filter((ref) => ref !== entry.bomRef && refs.has(ref));
  return { ...entry, dependsOn: dependsOn.sort() };
}

const byPlace = byKey(({ purl, bomRef, evidence: [first] }: Entry) =>
  [purl, first ? locationOf(first) : "", bomRef].join("\0"),
);

/** True when the document can't claim to list all: something was not read, or the view leaves out what is not used. */
export function isPartial({ omissions, view }: Inventory): boolean {
  return omissions.length > 0 || view === "usage";
}

/** `/usr/lib/a.jar`, or `/app.jar!/META-INF/MANIFEST.MF` inside an archive. */
export function locationOf({ path, inner }: Evidence): string {
  return inner === undefined ? `/${path}` : `/${path}!/${inner}`;
}

/** .NET's shared frameworks, by the names its runtime gives them. */
const FRAMEWORKS = new Set([
  "Microsoft.NETCore.App",
  "Microsoft.AspNetCore.App",
  "Microsoft.WindowsDesktop.App",
]);

/** What a component is, as far as its metadata tells: a lone binary has a hash and no version. */
export function purposeOf({ type, name, version }: Entry): "application" | "file" | "framework" | "library" {
  if (type === "generic") return version === "" ? "file" : "application";
  return type === "nuget" && FRAMEWORKS.has(name) ? "framework" : "library";
}

/** A maintainer or vendor: `Name <mail@example>` in two parts. White space is made plain. */
export function supplierOf(text: string): { readonly name: string; readonly email?: string } | undefined {
  const plain = text.trim().replace(/\s+/g, " ").slice(0, MAX_SUPPLIER);
  const [, name, email] = MAILBOX.exec(plain) ?? [];
  if (email !== undefined) return { name: name === undefined || name === "" ? email : name, email };
  return plain === "" ? undefined : { name: plain };
}

/** Longer ones are cut: no name is as long. */
const MAX_SUPPLIER = 500;
const MAILBOX = /^"?([^<>"]*?)"? ?<([^\s<>()@"]{1,64}@[A-Za-z0-9.-]{1,255})>$/;

/** Facts of a component that no format has a field for. */
export function factsOf(entry: Entry): Fact[] {
  const { layer, ownedBy, sourcePackage, basis, usedByEntrypoint, provides = [] } = entry;
  const facts = [
    ["layer:diffId", layer?.diffId],
    ["layer:digest", layer?.digest],
    ["layer:index", layer?.index.toString()],
    ["ownedBy", ownedBy],
    ["sourcePackage", sourcePackage && `${sourcePackage.name}@${sourcePackage.version}`],
    ["basis", basis],
    ["usedByEntrypoint", usedByEntrypoint],
    ...provides.map((name) => ["provides", name] as const),
  ] as const;
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** Facts of the document itself. */
export function documentFactsOf({ view, facts, analyzers, omissions }: Inventory): Fact[] {
  return [
    ["view", view],
    ...facts,
    ...analyzers.map(([id, version]): Fact => [`analyzer:${id}`, String(version)]),
    ...omissions.map(({ code, path, analyzer, diffId, message }): Fact => [
      "omission",
      [code, path, analyzer, diffId, message].filter((part) => part !== undefined).join(" "),
    ]),
  ];
}
