// SPDX-License-Identifier: Apache-2.0
/** Packages that analyzers stated, as components of an image: purl with the distro, evidence, layer. */
import { byKey } from "#lib/compare.ts";
import type { LayerDescriptor } from "#lib/oci/types.ts";
import type { FileFacts, PackageFact } from "../facts.ts";
import type { Component, Distro, Evidence } from "../types.ts";
import { namespaceOf, tryPurlOf } from "./purl-of.ts";
import { packageKey, type VisibleFile } from "./root-view.ts";

/** Of one image; the rest is left out with an Omission. */
export const MAX_COMPONENTS = 250_000;

/** A component to be, with what it was made from. */
export interface Draft {
  readonly component: Omit<Component, "bomRef">;
  /** File that holds its evidence; a true path. */
  readonly path: string;
  /** Undefined for a binary that no package claims. */
  readonly fact?: PackageFact;
}

export interface DraftContext {
  readonly layers: readonly LayerDescriptor[];
  readonly distro: Distro | undefined;
  /** Whether anything stands at a path, links followed. */
  readonly exists: (path: string) => boolean;
  /** Takes a package that has no place among the components. */
  readonly onNameless?: (path: string, fact: PackageFact) => void;
  /** Licences of an OS package that stand beside it. */
  readonly licenses: (name: string) => readonly string[];
}

export function packageDrafts(files: readonly VisibleFile[], context: DraftContext): Draft[] {
  const drafts: Draft[] = [];
  for (const { path, facts, since } of files) {
    const seen = new Set<string>();
    for (const fact of facts.flatMap(({ packages }) => packages ?? [])) {
      const key = `${packageKey(fact)}${fact.inner ?? ""}`;
      if (seen.has(key) || drafts.length >= MAX_COMPONENTS || !isInstalled(fact, context)) continue;
      seen.add(key);
      const purl = tryPurlOf(fact, context.distro);
      const layer = layerOf(context.layers, since.get(packageKey(fact)) ?? 0);
      if (purl === undefined) context.onNameless?.(path, fact);
      else if (layer) drafts.push({ path, fact, component: componentOf(fact, purl, path, layer, context) });
    }
  }
  return drafts;
}

/**
 * A library's *.deps.json lists packages that are not copied beside it; those of an application are there
 * (https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md).
 */
function isInstalled({ type, contents = [] }: PackageFact, { exists }: DraftContext): boolean {
  return type !== "nuget" || contents.length === 0 || contents.some(exists);
}

/** The order of components in an SBOM. */
export const byPurlAndPlace = byKey(({ component }: Draft) => {
  const [first] = component.evidence;
  return `${component.purl}\0${first?.path ?? ""}\0${first?.inner ?? ""}`;
});

export function layerOf(layers: readonly LayerDescriptor[], index: number): Component["layer"] | undefined {
  const layer = layers[index];
  return layer && { index, diffId: layer.diffId, digest: layer.digest };
}

function componentOf(
  fact: PackageFact,
  purl: string,
  path: string,
  layer: Component["layer"],
  { distro, licenses }: DraftContext,
): Draft["component"] {
  const namespace = namespaceOf(fact, distro);
  return {
    purl,
    type: fact.type,
    ...(namespace === undefined ? {} : { namespace }),
    name: fact.name,
    version: fact.version,
    ...(fact.architecture === undefined ? {} : { architecture: fact.architecture }),
    licenses: fact.licenses ?? (fact.type === "deb" ? licenses(fact.name) : []),
    ...(fact.sourcePackage ? { sourcePackage: fact.sourcePackage } : {}),
    evidence: [evidenceOf(fact, path)],
    layer,
    ...(fact.supplier === undefined ? {} : { supplier: fact.supplier }),
    ...(fact.provides === undefined || fact.provides.length === 0 ? {} : { provides: fact.provides }),
    ...(fact.sha256 === undefined ? {} : { sha256: fact.sha256 }),
    ...(fact.basis === undefined ? {} : { basis: fact.basis }),
  };
}

function evidenceOf({ line, offset, inner }: PackageFact, path: string): Evidence {
  return {
    path,
    ...(line === undefined ? {} : { line }),
    ...(offset === undefined ? {} : { offset }),
    ...(inner === undefined ? {} : { inner }),
  };
}

/** What the analyzers say of one file under one heading. */
export function factOf<Key extends keyof FileFacts>(
  file: VisibleFile | undefined,
  key: Key,
): FileFacts[Key] | undefined {
  return file?.facts.find((facts) => facts[key] !== undefined)?.[key];
}
