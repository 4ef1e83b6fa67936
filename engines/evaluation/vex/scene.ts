// SPDX-License-Identifier: Apache-2.0
/** An image as VEX statements are matched to it. What a purl, a name or a product means in it is found out once. */
import type { Component, Sbom } from "#engines/scanner/index.ts";
import type { EvaluationContext } from "../policy/types.ts";
import type { Scope } from "./consensus.ts";
import { isCpe } from "./formats/names.ts";
import { imageMatcher } from "./match-image.ts";
import { platformMatcher } from "./match-platform.ts";
import { claimNames, componentKey, isOfVersions, readPurl, type ProductPurl } from "./product-purl.ts";
import type { VexStatement } from "./types.ts";

export interface Scene {
  readonly purlOf: (text: string) => ProductPurl | undefined;
  /** How closely a list of names speaks of a component; undefined: not at all. */
  readonly closenessOf: (ids: readonly string[], component: ProductPurl) => Scope | undefined;
  /** What a product is here. */
  readonly productOf: (ids: readonly string[]) => Product;
  readonly isPlatform: (statement: VexStatement, component: ProductPurl) => boolean;
}

export interface Product {
  readonly isImage: boolean;
  /** Components of the image that it names. */
  readonly hosts: readonly Component[];
  /** It is none of these, and can't be the platform either. */
  readonly isElsewhere: boolean;
}

export function makeScene({
  sbom,
  context,
}: {
  readonly sbom: Sbom;
  readonly context: EvaluationContext;
}): Scene {
  const purlOf = once(readPurl);
  const components = componentsByKey(sbom, purlOf);
  const isImage = imageMatcher(sbom, context, purlOf);
  const closeness = once((component: ProductPurl) =>
    once((ids: readonly string[]) => closest(ids, component, purlOf)),
  );
  return {
    purlOf,
    closenessOf: (ids, component) => closeness(component)(ids),
    productOf: once((ids: readonly string[]): Product => {
      const hosts = ids.flatMap((id) => hostsOf(purlOf(id), components));
      const whole = isImage(ids);
      return { isImage: whole, hosts, isElsewhere: !whole && hosts.length === 0 && !ids.some(isCpe) };
    }),
    isPlatform: platformMatcher(sbom, purlOf),
  };
}

interface Located {
  readonly purl: ProductPurl;
  readonly component: Component;
}

function componentsByKey(
  { components }: Sbom,
  purlOf: Scene["purlOf"],
): ReadonlyMap<string, readonly Located[]> {
  const found = new Map<string, Located[]>();
  for (const component of components) {
    const purl = purlOf(component.purl);
    if (purl === undefined) continue;
    const key = componentKey(purl);
    const list = found.get(key);
    if (list === undefined) found.set(key, [{ purl, component }]);
    else list.push({ purl, component });
  }
  return found;
}

function hostsOf(
  claim: ProductPurl | undefined,
  components: ReadonlyMap<string, readonly Located[]>,
): readonly Component[] {
  if (claim === undefined) return [];
  const candidates = components.get(componentKey(claim)) ?? [];
  return candidates.filter(({ purl }) => claimNames(claim, purl)).map(({ component }) => component);
}

/** Whether any of the names is the component's, with its version (or a range of them) or without one. */
function closest(ids: readonly string[], target: ProductPurl, purlOf: Scene["purlOf"]): Scope | undefined {
  const claims = ids.flatMap((id) => purlOf(id) ?? []).filter((claim) => claimNames(claim, target));
  if (claims.length === 0) return undefined;
  return claims.some(isOfVersions) ? "version" : "package";
}

/** Remembers the answers. Snapshots give the same list for the same names, so lists are told apart by identity. */
function once<Key, Value>(answer: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined && !known.has(key)) known.set(key, (found = answer(key)));
    return found as Value;
  };
}
