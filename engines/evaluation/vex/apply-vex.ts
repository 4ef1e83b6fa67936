// SPDX-License-Identifier: Apache-2.0
/**
 * Puts VEX statements on findings. A statement about a component speaks for it in every image; one with
 * subcomponents only inside its product: the image, or the program whose files hold the finding.
 */
import type { Component, Evidence, Sbom } from "#engines/scanner/index.ts";
import { vulnerabilityIds } from "../policy/compile-policy.ts";
import type { EvaluationContext } from "../policy/types.ts";
import type { Finding } from "../types.ts";
import { consensusOf } from "./consensus.ts";
import type { Scope, ScopedStatement, VexTrust } from "./consensus.ts";
import { imageMatcher } from "./match-image.ts";
import { platformMatcher } from "./match-platform.ts";
import {
  claimNames,
  componentKey,
  componentKeys,
  isOfVersions,
  readPurl,
  type ProductPurl,
} from "./product-purl.ts";
import type { VexSnapshot, VexStatement } from "./types.ts";

/** Findings in the same order. `fixed` and `not_affected` that outweigh dissent suppress; all else only annotates. */
export function applyVex(
  findings: readonly Finding[],
  snapshot: VexSnapshot,
  image: { readonly sbom: Sbom; readonly context: EvaluationContext },
  trust: VexTrust = {},
): readonly Finding[] {
  if (snapshot.statements === 0) return findings;
  const scene = makeScene(image);
  return findings.map((finding) => {
    const spoken = relevant(finding, vulnerabilityIds(finding), snapshot, scene);
    const consensus = consensusOf(spoken, trust);
    if (consensus === undefined) return finding;
    const { annotation, isAnswered } = consensus;
    const by = finding.suppressedBy ?? (isAnswered ? `vex:${annotation.source}` : undefined);
    return { ...finding, vex: annotation, ...(by === undefined ? {} : { suppressedBy: by }) };
  });
}

/** Something in an image that a vulnerability may be in. */
export type Subject = Pick<Finding, "purl" | "evidence">;

/** The image as statements are matched to it; readings of purls are kept for the run. */
export interface Scene {
  readonly isImage: (ids: readonly string[]) => boolean;
  readonly isPlatform: (statement: VexStatement, component: ProductPurl) => boolean;
  readonly components: ReadonlyMap<string, readonly { purl: ProductPurl; component: Component }[]>;
  readonly purlOf: (text: string) => ProductPurl | undefined;
}

export function makeScene({
  sbom,
  context,
}: {
  readonly sbom: Sbom;
  readonly context: EvaluationContext;
}): Scene {
  const purls = new Map<string, ProductPurl | undefined>();
  const purlOf = (text: string): ProductPurl | undefined => {
    if (!purls.has(text)) purls.set(text, readPurl(text));
    return purls.get(text);
  };
  const components = new Map<string, { purl: ProductPurl; component: Component }[]>();
  for (const component of sbom.components) {
    const purl = purlOf(component.purl);
    if (purl === undefined) continue;
    const list = components.get(componentKey(purl));
    if (list === undefined) components.set(componentKey(purl), [{ purl, component }]);
    else list.push({ purl, component });
  }
  const isPlatform = platformMatcher(sbom, purlOf);
  return { isImage: imageMatcher(sbom, context, purlOf), isPlatform, components, purlOf };
}

/** Statements that speak of the finding, each with what it is about. @param ids names of the vulnerability, upper case */
export function relevant(
  finding: Subject,
  ids: Iterable<string>,
  snapshot: VexSnapshot,
  scene: Scene,
): readonly ScopedStatement[] {
  const purl = scene.purlOf(finding.purl);
  if (purl === undefined) return [];
  const found = new Map<VexStatement, Scope>();
  for (const id of new Set(ids)) {
    const about = snapshot.about(id);
    for (const statement of componentKeys(purl).flatMap((key) => about.get(key) ?? [])) {
      const scope = scopeOf(statement, finding, purl, scene);
      if (scope !== undefined) found.set(statement, scope);
    }
    for (const statement of about.get("") ?? []) {
      if (statement.subcomponent === undefined && scene.isImage(statement.product))
        found.set(statement, "image");
    }
  }
  return [...found].map(([statement, scope]) => ({ statement, scope }));
}

/** Undefined where it does not speak of the component. */
function scopeOf(
  statement: VexStatement,
  finding: Subject,
  purl: ProductPurl,
  scene: Scene,
): Scope | undefined {
  const { product, subcomponent } = statement;
  const own = closest(subcomponent ?? product, purl, scene);
  if (own === undefined || subcomponent === undefined) return own;
  if (scene.isImage(product)) return "image";
  if (scene.isPlatform(statement, purl)) return own;
  const isInside = product.some((id) => {
    const claim = scene.purlOf(id);
    const candidates = claim === undefined ? [] : (scene.components.get(componentKey(claim)) ?? []);
    return candidates.some(
      (host) => closest([id], host.purl, scene) !== undefined && holds(host.component, finding),
    );
  });
  return isInside ? "program" : undefined;
}

/** Whether any of the names is the component's, with its version (or a range of them) or without one. */
function closest(ids: readonly string[], target: ProductPurl, scene: Scene): Scope | undefined {
  const claims = ids.flatMap((id) => scene.purlOf(id) ?? []).filter((claim) => claimNames(claim, target));
  if (claims.length === 0) return undefined;
  return claims.some(isOfVersions) ? "version" : "package";
}

/** All places of the finding are inside the program: the same file, or beneath an npm package's own modules. */
function holds(host: Component, finding: Subject): boolean {
  const inside = ({ path }: Evidence): boolean =>
    host.evidence.some((own) => {
      if (own.path === path) return true;
      const folder = own.path.slice(0, own.path.lastIndexOf("/") + 1);
      return host.type === "npm" && path.startsWith(`${folder}node_modules/`);
    });
  return finding.evidence.length > 0 && finding.evidence.every(inside);
}
