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
import type { Consensus, Scope, ScopedStatement, VexTrust } from "./consensus.ts";
import { readPurl, type ProductPurl } from "./product-purl.ts";
import { makeScene, type Scene } from "./scene.ts";
import { spokenOf } from "./spoken-of.ts";
import type { VexSnapshot, VexStatement } from "./types.ts";

/** How statements are weighed. */
export interface Weighing {
  readonly trust?: VexTrust;
  /** What is attached to this image, beside what speaks of all. */
  readonly attached?: VexSnapshot;
  /** Milliseconds since 1970; absent: claims may be dated in any future. */
  readonly now?: number;
  /** Takes the days, in milliseconds since 1970, from which claims of the future are believed. */
  readonly onExpiry?: (at: number) => void;
}

/** Findings in the same order. `fixed` and `not_affected` that outweigh dissent suppress what is no malware; all else only annotates. */
export function applyVex(
  findings: readonly Finding[],
  snapshot: VexSnapshot,
  image: { readonly sbom: Sbom; readonly context: EvaluationContext },
  { trust = {}, attached, now, onExpiry }: Weighing = {},
): readonly Finding[] {
  const asked = [snapshot, ...(attached === undefined ? [] : [attached])].filter(
    ({ statements }) => statements > 0,
  );
  if (asked.length === 0) return findings;
  const scene = makeScene(image);
  return findings.map((finding) => {
    const ids = vulnerabilityIds(finding);
    const spoken = asked.flatMap((one) => relevant(finding, ids, one, scene));
    const consensus = consensusOf(spoken, trust, now);
    if (consensus === undefined) return finding;
    const { annotation, isAnswered, expiresAt } = heardOf(finding, consensus);
    if (expiresAt !== undefined) onExpiry?.(expiresAt);
    const by = finding.suppressedBy ?? (isAnswered ? `vex:${annotation.source}` : undefined);
    return { ...finding, vex: annotation, ...(by === undefined ? {} : { suppressedBy: by }) };
  });
}

/** VEX speaks of flaws in products. Of a package that is itself the harm it is told, and answers nothing: a rule may waive it. */
function heardOf({ malware }: Finding, consensus: Consensus): Consensus {
  const { annotation, isAnswered } = consensus;
  if (malware !== true || !isAnswered) return consensus;
  const reason = `${annotation.reason}; VEX does not answer for malware`;
  return { ...consensus, isAnswered: false, annotation: { ...annotation, isOpen: true, reason } };
}

/** Something in an image that a vulnerability may be in. */
export type Subject = Pick<Finding, "purl" | "evidence">;

/** Statements that speak of the finding, each with what it is about, once. @param ids names of the vulnerability, upper case */
export function relevant(
  finding: Subject,
  ids: readonly string[],
  snapshot: VexSnapshot,
  scene: Scene,
): readonly ScopedStatement[] {
  const { ofComponent, ofImages } = spokenOf(snapshot, finding.purl, ids);
  if (ofComponent.length + ofImages.length === 0) return NOTHING;
  const purl = readPurl(finding.purl);
  if (purl === undefined) return NOTHING;
  const found = new Map<number, ScopedStatement>();
  const add = (statement: VexStatement, scope: Scope | undefined): void => {
    if (scope !== undefined) found.set(statement.place, { statement, scope });
  };
  const isHere = (product: readonly string[]): boolean => !scene.productOf(product).isElsewhere;
  for (const { subject, closeness } of ofComponent) {
    for (const statement of subject.statements(isHere))
      add(statement, scopeOf(statement, closeness, finding, purl, scene));
  }
  for (const subject of ofImages) {
    if (!scene.productOf(subject.ids).isImage) continue;
    for (const statement of subject.statements())
      if (statement.subcomponent === undefined) add(statement, "image");
  }
  return [...found.values()];
}

const NOTHING: readonly ScopedStatement[] = [];

/** @param own how closely it names the component. Undefined where that is part of something else than this image */
function scopeOf(
  statement: VexStatement,
  own: Scope,
  finding: Subject,
  purl: ProductPurl,
  { productOf, isPlatform }: Scene,
): Scope | undefined {
  if (statement.subcomponent === undefined) return own;
  const { isImage, hosts } = productOf(statement.product);
  if (isImage) return "image";
  if (isPlatform(statement, purl)) return own;
  return hosts.some((host) => holds(host, finding)) ? "program" : undefined;
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
