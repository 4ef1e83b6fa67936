// SPDX-License-Identifier: Apache-2.0
/** An image as VEX statements are matched to it. What a product means in it is found out once. */
import type { Component, Sbom } from "#engines/scanner/index.ts";
import type { EvaluationContext } from "../policy/types.ts";
import { isCpe } from "./formats/names.ts";
import { imageMatcher } from "./match-image.ts";
import { platformMatcher } from "./match-platform.ts";
import { claimNames, componentKey, readPurl, type ProductPurl } from "./product-purl.ts";
import type { VexStatement } from "./types.ts";

export interface Scene {
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
  let components: Components | undefined;
  const isImage = imageMatcher(sbom, context, readPurl);
  return {
    productOf: once((ids: readonly string[]): Product => {
      components ??= componentsByKey(sbom);
      const hosts = hostsOf(ids, components);
      const whole = isImage(ids);
      return { isImage: whole, hosts, isElsewhere: !whole && hosts.length === 0 && !ids.some(isCpe) };
    }),
    isPlatform: platformMatcher(sbom, readPurl),
  };
}

interface Located {
  readonly purl: ProductPurl;
  readonly component: Component;
}

type Components = ReadonlyMap<string, readonly Located[]>;

function componentsByKey({ components }: Sbom): Components {
  const found = new Map<string, Located[]>();
  for (const component of components) {
    const purl = readPurl(component.purl);
    if (purl === undefined) continue;
    const key = componentKey(purl);
    const list = found.get(key);
    if (list === undefined) found.set(key, [{ purl, component }]);
    else list.push({ purl, component });
  }
  return found;
}

const NOBODY: readonly Component[] = [];

function hostsOf(ids: readonly string[], components: Components): readonly Component[] {
  let hosts = NOBODY;
  for (const id of ids) {
    const claim = readPurl(id);
    const candidates = claim === undefined ? undefined : components.get(componentKey(claim));
    if (claim === undefined || candidates === undefined) continue;
    const named = candidates.filter(({ purl }) => claimNames(claim, purl));
    if (named.length > 0) hosts = [...hosts, ...named.map(({ component }) => component)];
  }
  return hosts;
}

/** Remembers the answers. Snapshots give the same list for the same names, so lists are told apart by identity. */
function once<Key, Value extends object>(answer: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = answer(key)));
    return found;
  };
}
