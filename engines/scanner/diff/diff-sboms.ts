// SPDX-License-Identifier: Apache-2.0
/**
 * What changed from one image to another: packages added, removed and of another version, each with the layer that did
 * it, and below that each place where a package came or went. Facts only; evaluation shows them through VEX and policy.
 */
import { byKey, byText } from "#lib/compare.ts";
import type { Component, PackageType, Sbom } from "../types.ts";

/** A package as a difference names it. */
export interface PackageRef {
  readonly purl: string;
  readonly type: PackageType;
  /** With namespace, as people write it: `@babel/core`, `org.slf4j:slf4j-api`. */
  readonly name: string;
  readonly version: string;
  /** Places of its evidence, sorted. */
  readonly places: readonly string[];
}

export interface PackageChange extends PackageRef {
  /** Layer of the new image that brought it, or that deleted it; undefined where the layer that held it is not in the new image. */
  readonly layer?: number;
}

export interface VersionChange {
  readonly type: PackageType;
  readonly name: string;
  readonly old: PackageRef;
  readonly new: PackageRef;
  readonly layer: number;
}

/** One package at one place. */
export interface PlaceChange {
  readonly purl: string;
  readonly place: string;
  readonly layer?: number;
}

export interface LayerChanges {
  /** In the new image. */
  readonly index: number;
  readonly digest: string;
  readonly diffId: string;
  /** The old image has the same layer at the same height. */
  readonly shared: boolean;
  /** purls, sorted. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** `old purl -> new purl`, sorted. */
  readonly changed: readonly string[];
}

export interface SbomDiff {
  readonly old: string;
  readonly new: string;
  /** Sorted by purl. */
  readonly added: readonly PackageChange[];
  readonly removed: readonly PackageChange[];
  /** Sorted by type, then name, then the new purl. */
  readonly changed: readonly VersionChange[];
  /** Every place at which a package came or went, also of packages that are in both images elsewhere. */
  readonly places: { readonly added: readonly PlaceChange[]; readonly removed: readonly PlaceChange[] };
  /** One for each layer of the new image, bottom first. */
  readonly byLayer: readonly LayerChanges[];
}

export function diffSboms(older: Sbom, newer: Sbom): SbomDiff {
  const [before, after] = [packagesOf(older), packagesOf(newer)];
  const removal = removals(newer);
  const changes = [...new Set([...before.keys(), ...after.keys()])]
    .sort(byText)
    .map((key) => compare(before.get(key) ?? [], after.get(key) ?? [], removal));
  const byPurl = byKey(({ purl }: PackageRef) => purl);
  const added = changes.flatMap((each) => each.added).sort(byPurl);
  const removed = changes.flatMap((each) => each.removed).sort(byPurl);
  const changed = changes
    .flatMap((each) => each.changed)
    .sort(byKey(({ type, name, new: now }) => `${type}\0${name}\0${now.purl}`));
  return {
    old: older.imageDigest,
    new: newer.imageDigest,
    added,
    removed,
    changed,
    places: {
      added: placesOnlyIn(newer, older, ({ layer }) => layer.index),
      removed: placesOnlyIn(older, newer, ({ purl }, place) => removal(purl, place)),
    },
    byLayer: layersOf(older, newer, { added, removed, changed }),
  };
}

interface Versioned extends PackageRef {
  readonly layer: number;
}

/** By identity without version; of each version one entry with all its places. */
function packagesOf({ components }: Sbom): Map<string, Versioned[]> {
  const byIdentity = Map.groupBy(components, identity);
  return new Map(
    [...byIdentity].map(([key, same]) => {
      const byPurl = Map.groupBy(same, ({ purl }) => purl);
      return [key, [...byPurl].sort(byKey(([purl]) => purl)).map(([, copies]) => merged(copies))];
    }),
  );
}

/** A binary that no package claims is known by its path: other bytes there are another version of it. */
function identity({ type, namespace, name, architecture, sha256, evidence }: Component): string {
  const place = type === "generic" && sha256 !== undefined ? (evidence[0]?.path ?? "") : "";
  return JSON.stringify([type, namespace ?? "", name, type === "generic" ? "" : (architecture ?? ""), place]);
}

function merged(copies: readonly Component[]): Versioned {
  const [first] = copies as readonly [Component, ...Component[]];
  const { purl, type, namespace, name, version } = first;
  const isNamed = namespace !== undefined && !["apk", "deb", "rpm"].includes(type);
  return {
    purl,
    type,
    name: isNamed ? `${namespace}${type === "maven" ? ":" : "/"}${name}` : name,
    version,
    places: copies.flatMap(placesOf).sort(byText),
    layer: Math.min(...copies.map(({ layer }) => layer.index)),
  };
}

const placesOf = ({ evidence }: Component): string[] =>
  evidence.map(({ path, inner }) => (inner === undefined ? path : `${path}!/${inner}`));

type Removal = (purl: string, place: string) => number | undefined;

/** Which layer of the new image took a package of a lower one away. */
function removals({ removed = [] }: Sbom): Removal {
  const layers = new Map(removed.map(({ purl, path, removedIn }) => [`${purl}\0${path}`, removedIn]));
  return (purl, place) => layers.get(`${purl}\0${place.split("!/", 1)[0] ?? place}`);
}

interface Compared {
  readonly added: readonly PackageChange[];
  readonly removed: readonly PackageChange[];
  readonly changed: readonly VersionChange[];
}

/** Versions that are in one image only, paired in order: what is left over was added or removed. */
function compare(before: readonly Versioned[], after: readonly Versioned[], removal: Removal): Compared {
  const gone = before.filter(({ purl }) => !after.some((each) => each.purl === purl));
  const come = after.filter(({ purl }) => !before.some((each) => each.purl === purl));
  const pairs = Math.min(gone.length, come.length);
  const changed = come.slice(0, pairs).map((now, index): VersionChange => {
    const { layer, ...ref } = now;
    return { type: now.type, name: now.name, old: withoutLayer(gone[index] ?? now), new: ref, layer };
  });
  const removed = gone.slice(pairs).map((item): PackageChange => {
    const layer = item.places.map((place) => removal(item.purl, place)).find((index) => index !== undefined);
    return { ...withoutLayer(item), ...(layer === undefined ? {} : { layer }) };
  });
  return { added: come.slice(pairs), removed, changed };
}

function withoutLayer({ purl, type, name, version, places }: Versioned): PackageRef {
  return { purl, type, name, version, places };
}

function placesOnlyIn(
  inside: Sbom,
  outside: Sbom,
  layerOf: (component: Component, place: string) => number | undefined,
): PlaceChange[] {
  const known = new Set(
    outside.components.flatMap((each) => placesOf(each).map((place) => `${each.purl}\0${place}`)),
  );
  const found = inside.components.flatMap((component) =>
    placesOf(component)
      .filter((place) => !known.has(`${component.purl}\0${place}`))
      .map((place): PlaceChange => {
        const layer = layerOf(component, place);
        return { purl: component.purl, place, ...(layer === undefined ? {} : { layer }) };
      }),
  );
  return found.sort(byKey(({ purl, place }) => `${purl}\0${place}`));
}

function layersOf(older: Sbom, newer: Sbom, { added, removed, changed }: Compared): LayerChanges[] {
  let shared = true;
  return newer.layers.map(({ digest, diffId }, index) => {
    shared &&= older.layers[index]?.diffId === diffId;
    const here = <Item extends { readonly layer?: number }>(items: readonly Item[]): Item[] =>
      items.filter(({ layer }) => layer === index);
    return {
      index,
      digest,
      diffId,
      shared,
      added: here(added).map(({ purl }) => purl),
      removed: here(removed).map(({ purl }) => purl),
      changed: here(changed)
        .map(({ old, new: now }) => `${old.purl} -> ${now.purl}`)
        .sort(byText),
    };
  });
}
