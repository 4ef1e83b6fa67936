// SPDX-License-Identifier: Apache-2.0
/** An image as VEX statements are matched to it. What a product means in it is found out once. */
import type { Component, Sbom } from "#engines/scanner/index.ts";
import type { EvaluationContext } from "../policy/types.ts";
import { isCpe } from "./formats/names.ts";
import { imageMatcher } from "./match-image.ts";
import { platformMatcher } from "./match-platform.ts";
import { claimNames, readPurl, type ProductPurl } from "./product-purl.ts";
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
  const found = ({ claims, mayBeImage, hasCpe }: NameFacts, ids: readonly string[]): Product => {
    components ??= componentsByKey(sbom);
    const whole = mayBeImage && isImage(ids);
    const hosts = hostsOf(claims, components);
    if (!whole && hosts.length === 0) return hasCpe ? NOWHERE_YET : ELSEWHERE;
    return { isImage: whole, hosts, isElsewhere: false };
  };
  // Holds nothing of the image: names outlive it.
  const image = Symbol("image");
  return {
    productOf: (ids) => {
      const facts = factsOf(ids);
      if (facts.last?.image !== image) facts.last = { image, product: found(facts, ids) };
      return facts.last.product;
    },
    isPlatform: platformMatcher(sbom, readPurl),
  };
}

const ELSEWHERE: Product = { isImage: false, hosts: [], isElsewhere: true };
const NOWHERE_YET: Product = { isImage: false, hosts: [], isElsewhere: false };

/** What the names of a product are, whatever the image. */
interface NameFacts {
  readonly claims: readonly ProductPurl[];
  /** One of them may name an image: by a digest, or as only images are named. */
  readonly mayBeImage: boolean;
  readonly hasCpe: boolean;
  /** What it is in the image that was asked about last: a hub's products are asked about again and again for one image. */
  last?: { readonly image: symbol; readonly product: Product };
}

/** Snapshots give the same list for the same names, mostly. */
const facts = new WeakMap<readonly string[], NameFacts>();

function factsOf(ids: readonly string[]): NameFacts {
  let found = facts.get(ids);
  if (found === undefined) {
    const purls = ids.map(readPurl);
    const mayBeImage = purls.some(
      (purl, at) => (purl?.type ?? "oci") === "oci" || ids[at]?.includes("sha256:"),
    );
    const claims = purls.filter((purl) => purl !== undefined);
    facts.set(ids, (found = { claims, mayBeImage, hasCpe: ids.some(isCpe) }));
  }
  return found;
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
    const list = found.get(purl.key);
    if (list === undefined) found.set(purl.key, [{ purl, component }]);
    else list.push({ purl, component });
  }
  return found;
}

const NOBODY: readonly Component[] = [];

function hostsOf(claims: readonly ProductPurl[], components: Components): readonly Component[] {
  let hosts = NOBODY;
  for (const claim of claims) {
    const named = components.get(claim.key)?.filter(({ purl }) => claimNames(claim, purl)) ?? [];
    if (named.length > 0) hosts = [...hosts, ...named.map(({ component }) => component)];
  }
  return hosts;
}
