// SPDX-License-Identifier: Apache-2.0
/**
 * Puts VEX statements on findings. A statement about a component speaks for it in every image; one with
 * subcomponents only inside its product: the image, or the program whose files hold the finding.
 */
import type { Component, Evidence, Sbom } from "#engines/scanner/index.ts";
import { vulnerabilityIds } from "../policy/compile-policy.ts";
import type { EvaluationContext } from "../policy/types.ts";
import type { Finding, VexAnnotation } from "../types.ts";
import { imageMatcher } from "./match-image.ts";
import { latestFirst } from "./open-snapshot.ts";
import { claimNames, componentKey, readPurl, type ProductPurl } from "./product-purl.ts";
import type { VexSnapshot, VexStatement } from "./types.ts";

const MAX_CONFLICTS = 10;

/** Findings in the same order. `fixed` and `not_affected` suppress; the other statuses only annotate. */
export function applyVex(
  findings: readonly Finding[],
  snapshot: VexSnapshot,
  image: { readonly sbom: Sbom; readonly context: EvaluationContext },
): readonly Finding[] {
  if (snapshot.statements === 0) return findings;
  const scene = makeScene(image);
  return findings.map((finding) => {
    const [chosen, ...others] = relevant(finding, snapshot, scene);
    if (chosen === undefined) return finding;
    const answered = chosen.status === "fixed" || chosen.status === "not_affected";
    const by = finding.suppressedBy ?? (answered ? `vex:${chosen.from.source}` : undefined);
    return { ...finding, vex: annotate(chosen, others), ...(by === undefined ? {} : { suppressedBy: by }) };
  });
}

/** The image as statements are matched to it; readings of purls are kept for the run. */
interface Scene {
  readonly isImage: (ids: readonly string[]) => boolean;
  readonly components: ReadonlyMap<string, readonly { purl: ProductPurl; component: Component }[]>;
  readonly purlOf: (text: string) => ProductPurl | undefined;
}

function makeScene({ sbom, context }: { readonly sbom: Sbom; readonly context: EvaluationContext }): Scene {
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
  return { isImage: imageMatcher(sbom, context, purlOf), components, purlOf };
}

/** Statements that speak of the finding, the one that counts first. */
function relevant(finding: Finding, snapshot: VexSnapshot, scene: Scene): readonly VexStatement[] {
  const purl = scene.purlOf(finding.purl);
  if (purl === undefined) return [];
  const found = new Set<VexStatement>();
  for (const id of new Set(vulnerabilityIds(finding))) {
    const about = snapshot.about(id);
    for (const statement of about.get(componentKey(purl)) ?? []) {
      if (speaksOfComponent(statement, finding, purl, scene)) found.add(statement);
    }
    for (const statement of about.get("") ?? []) {
      if (statement.subcomponent === undefined && scene.isImage(statement.product)) found.add(statement);
    }
  }
  return [...found].sort(latestFirst);
}

function speaksOfComponent(
  statement: VexStatement,
  finding: Finding,
  purl: ProductPurl,
  scene: Scene,
): boolean {
  const names = (ids: readonly string[], target: ProductPurl): boolean =>
    ids.some((id) => {
      const claim = scene.purlOf(id);
      return claim !== undefined && claimNames(claim, target);
    });
  if (statement.subcomponent === undefined) return names(statement.product, purl);
  if (!names(statement.subcomponent, purl)) return false;
  if (scene.isImage(statement.product)) return true;
  return statement.product.some((id) => {
    const claim = scene.purlOf(id);
    const candidates = claim === undefined ? [] : (scene.components.get(componentKey(claim)) ?? []);
    return candidates.some((host) => names([id], host.purl) && holds(host.component, finding));
  });
}

/** All places of the finding are inside the program: the same file, or beneath an npm package's own modules. */
function holds(host: Component, finding: Finding): boolean {
  const inside = ({ path }: Evidence): boolean =>
    host.evidence.some((own) => {
      if (own.path === path) return true;
      const folder = own.path.slice(0, own.path.lastIndexOf("/") + 1);
      return host.type === "npm" && path.startsWith(`${folder}node_modules/`);
    });
  return finding.evidence.length > 0 && finding.evidence.every(inside);
}

function annotate(chosen: VexStatement, others: readonly VexStatement[]): VexAnnotation {
  const conflicts = others
    .filter((other) => other.status !== chosen.status)
    .slice(0, MAX_CONFLICTS)
    .map(({ status, from, timestamp }) => ({
      status,
      source: from.source,
      document: from.document,
      ...(timestamp === undefined ? {} : { timestamp }),
    }));
  return {
    status: chosen.status,
    ...(chosen.justification === undefined ? {} : { justification: chosen.justification }),
    source: chosen.from.source,
    document: chosen.from.document,
    ...(chosen.timestamp === undefined ? {} : { timestamp: chosen.timestamp }),
    ...(conflicts.length === 0 ? {} : { conflicts }),
  };
}
