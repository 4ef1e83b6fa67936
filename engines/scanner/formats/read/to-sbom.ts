// SPDX-License-Identifier: Apache-2.0
/** What a document states as an SBOM: references, layers, the distro, and what could not be taken over. */
import { byKey, byText } from "#lib/compare.ts";
import { digestOf } from "#lib/digest.ts";
import type { DiffId, Digest, ImageDigest, LayerDigest } from "#lib/digest.ts";
import type { PurlParts } from "#lib/purl/index.ts";
import type { Platform } from "#lib/oci/types.ts";
import { isOsPackage } from "../../compose/purl-of.ts";
import type { Component, Distro, Omission, Sbom } from "../../types.ts";
import { drafted, type Draft } from "./component.ts";
import {
  analyzersOf,
  baseOf,
  entryTraceOf,
  layerOf,
  layersOf,
  omissionsOf,
  platformOf,
  usageGapsOf,
} from "./own-document.ts";
import { withOwnId } from "./foreign-facts.ts";
import { placeKey, placeText, referencesOf } from "./references.ts";
import type { StatedDocument, StatedPackage } from "./stated.ts";

/** An image that is known otherwise than from its SBOM. */
export interface KnownSubject {
  readonly imageDigest: ImageDigest;
  /** Of the index in which it stands; some tools name that. */
  readonly indexDigest?: Digest;
  readonly platform: Platform;
  /** Bottom first. */
  readonly layers: Sbom["layers"];
}

interface Context {
  readonly text: string;
  readonly image?: KnownSubject;
}

/** As OCI writes a platform that is none. */
const NO_PLATFORM: Platform = { os: "unknown", architecture: "unknown" };

export function toSbom(document: StatedDocument, { text, image }: Context): Sbom {
  const { facts, subject } = document;
  const { read, omissions } = allDrafted(document.packages);
  const whole = digestOf(text);
  const layers = image
    ? image.layers.map(({ digest, diffId, size }) => ({ digest, diffId, size }))
    : layersOf(subject.facts);
  const itself = {
    diffId: whole as DiffId,
    digest: whole as LayerDigest,
    size: text.length,
  };
  const outside = { index: layers.length, diffId: itself.diffId, digest: itself.digest };
  const placed = read.map((each) => ({ ...each, layer: placeOf(each.stated, layers, image) ?? outside }));
  // What no layer is told of stands in one more: the document.
  if (layers.length === 0 || placed.some(({ layer }) => layer === outside)) layers.push(itself);
  const named = document.distro ?? distroOfPurls(read);
  const distro = named && withOwnId(named);
  const base = baseOf(facts);
  const entryTrace = entryTraceOf(facts);
  const usageGaps = usageGapsOf(facts);
  if (!distro && read.some(({ draft }) => isOsPackage(draft.type))) omissions.push(DISTRO_UNKNOWN);
  return {
    imageDigest: image?.imageDigest ?? subject.digest ?? (whole as ImageDigest),
    platform: image?.platform ?? platformOf(subject.facts) ?? NO_PLATFORM,
    ...(distro ? { distro } : {}),
    layers,
    components: linked(placed, document.requires),
    ...(base ? { base } : {}),
    ...(entryTrace ? { entryTrace } : {}),
    ...(usageGaps.length === 0 ? {} : { usageGaps }),
    omissions: [...omissionsOf(facts).filter(({ code }) => code !== DISTRO_UNKNOWN.code), ...omissions],
    analyzers: analyzersOf(facts),
  };
}

const DISTRO_UNKNOWN: Omission = {
  code: "DISTRO_UNKNOWN",
  message: "the SBOM names no distro: OS packages can't be matched to a distro's advisories",
};

interface Read {
  readonly stated: StatedPackage;
  readonly draft: Draft;
  readonly parts: PurlParts;
}

function allDrafted(packages: readonly StatedPackage[]): { read: Read[]; omissions: Omission[] } {
  const read: Read[] = [];
  const without: string[] = [];
  const bad: string[] = [];
  const others = new Map<string, number>();
  for (const stated of packages) {
    const found = drafted(stated);
    if (found.kind === "component") read.push({ stated, draft: found.draft, parts: found.parts });
    else if (found.kind === "other-type") others.set(found.type, (others.get(found.type) ?? 0) + 1);
    else (found.kind === "no-purl" ? without : bad).push(stated.place);
  }
  const omissions: Omission[] = [];
  if (without.length > 0) omissions.push(omission("SBOM_COMPONENTS_WITHOUT_PURL", without, "no purl"));
  if (bad.length > 0) omissions.push(omission("SBOM_PURLS_INVALID", bad, "a purl that is not valid"));
  if (others.size > 0) {
    const types = [...others]
      .sort(byKey(([type]) => type))
      .map(([type, count]) => `${type.slice(0, 40)} (${count})`);
    const message = `components of types that are not known: ${types.slice(0, 20).join(", ")}`;
    omissions.push({ code: "SBOM_TYPES_UNKNOWN", message });
  }
  return { read, omissions };
}

const omission = (code: string, places: readonly string[], what: string): Omission => ({
  code,
  message: `${places.length === 1 ? "1 component has" : `${places.length} components have`} ${what}, the first at ${(places[0] ?? "").slice(0, 100)}`,
});

/** By number in our own documents; by content where the image's layers are known. Other tools do not tell the order. */
function placeOf(
  { facts, diffId }: StatedPackage,
  layers: Sbom["layers"],
  image: KnownSubject | undefined,
): Component["layer"] | undefined {
  const own = layerOf(facts, layers);
  if (own || !image || diffId === undefined) return own;
  const index = layers.findIndex((layer) => layer.diffId === diffId);
  const layer = layers[index];
  return layer && { index, diffId: layer.diffId, digest: layer.digest };
}

type Placed = Read & { readonly layer: Component["layer"] };

/** Sorted, with their references. */
function linked(placed: readonly Placed[], requires: StatedDocument["requires"]): Component[] {
  const distinct = new Map<string, Placed>();
  const keys = new Map<string, string>(); // by the document's own reference
  for (const each of placed) {
    const key = placeKey(each.draft);
    if (!distinct.has(key)) distinct.set(key, each); // the first tells of it
    if (!keys.has(each.stated.ref)) keys.set(each.stated.ref, key);
  }
  const references = referencesOf([...distinct.values()]);
  const components = [...distinct].map(([key, { stated, draft, layer }]) => {
    const bomRef = references.get(key) ?? key;
    const refs = requires.get(stated.ref)?.flatMap((ref) => references.get(keys.get(ref) ?? "") ?? []);
    const dependsOn = refs && [...new Set(refs)].filter((ref) => ref !== bomRef).sort(byText);
    const component = { bomRef, ...draft, layer, ...(dependsOn ? { dependsOn } : {}) };
    return { component, order: `${draft.purl}\0${placeText(draft)}\0${bomRef}` };
  });
  return components.sort(byKey(({ order }) => order)).map(({ component }) => component);
}

/** `debian-12` of the qualifier `distro`, where all OS packages that have one agree. */
function distroOfPurls(read: readonly Read[]): Distro | undefined {
  const named = new Set(
    read.flatMap(({ draft, parts }) => (isOsPackage(draft.type) ? (parts.qualifiers?.["distro"] ?? []) : [])),
  );
  const [only] = named;
  if (only === undefined || named.size > 1) return undefined;
  const [, id, versionId] = /^(.+?)-(\d.*)$/.exec(only) ?? [];
  return id === undefined || versionId === undefined ? { id: only, versionId: "" } : { id, versionId };
}
