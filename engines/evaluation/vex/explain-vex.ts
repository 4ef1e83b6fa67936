// SPDX-License-Identifier: Apache-2.0
/** Everything that is said of a vulnerability in an image's components, with its weight, and what comes of it. For people. */
import type { Component, Evidence, Sbom } from "#engines/scanner/index.ts";
import type { EvaluationContext } from "../policy/types.ts";
import type { VexAnnotation, VexStatus } from "../types.ts";
import { relevant } from "./apply-vex.ts";
import type { Weighing } from "./apply-vex.ts";
import { closestFirst, consensusOf, counts, dayAfter, isAhead, weightIn } from "./consensus.ts";
import type { Scope, ScopedStatement, VexTrust } from "./consensus.ts";
import { makeScene } from "./scene.ts";
import type { VexSignature, VexSnapshot } from "./types.ts";

export interface WeighedStatement {
  readonly source: string;
  readonly document: string;
  readonly status: VexStatus;
  /** What it is about: the closest is heard first. */
  readonly scope: Scope;
  /** It says the same of every component of the image. */
  readonly isOfWholeImage?: true;
  /** Of its source; 0 where it says `not_affected` and not why. */
  readonly weight: number;
  readonly signature: VexSignature;
  readonly justification?: string;
  readonly action?: string;
  readonly timestamp?: string;
  /** The time is later than the day that it is weighed on, and does not count. */
  readonly isAhead?: true;
  /** Who the document says wrote it; nobody has verified that. */
  readonly author?: string;
  /** The product's names as they are written, the component's behind them where it has its own. */
  readonly about: readonly string[];
}

export interface VexExplanation {
  readonly purl: string;
  readonly bomRef: string;
  readonly evidence: readonly Evidence[];
  /** Closest first, then latest first. */
  readonly statements: readonly WeighedStatement[];
  /** Absent where nobody with a weight says anything. */
  readonly answer?: VexAnnotation;
  readonly isAnswered: boolean;
}

/**
 * By component, in the SBOM's order; only those of which something is said.
 * @param ids all names of the vulnerability
 */
export function explainVex(
  ids: readonly string[],
  snapshot: VexSnapshot,
  image: { readonly sbom: Sbom; readonly context: EvaluationContext },
  { trust = {}, attached, now }: Weighing = {},
): readonly VexExplanation[] {
  const scene = makeScene(image);
  const names = ids.map((id) => id.toUpperCase());
  return image.sbom.components.flatMap((component) => {
    const spoken = [snapshot, ...(attached === undefined ? [] : [attached])].flatMap((one) =>
      relevant(component, names, one, scene),
    );
    return spoken.length === 0 ? [] : [explained(component, spoken, trust, now)];
  });
}

function explained(
  { purl, bomRef, evidence }: Component,
  spoken: readonly ScopedStatement[],
  trust: VexTrust,
  now: number | undefined,
): VexExplanation {
  const consensus = consensusOf(spoken, trust, now);
  return {
    purl,
    bomRef,
    evidence,
    statements: [...spoken].sort(closestFirst).map((one) => weighed(one, trust, now)),
    ...(consensus === undefined ? {} : { answer: consensus.annotation }),
    isAnswered: consensus?.isAnswered === true,
  };
}

function weighed(
  { statement, scope }: ScopedStatement,
  trust: VexTrust,
  now: number | undefined,
): WeighedStatement {
  const { from, status, justification, action, timestamp, product, subcomponent = [] } = statement;
  return {
    source: from.source,
    document: from.document,
    status,
    scope,
    ...(scope === "image" && statement.subcomponent === undefined ? { isOfWholeImage: true as const } : {}),
    weight: counts(statement) ? weightIn(trust, statement) : 0,
    signature: from.signature,
    ...(justification === undefined ? {} : { justification }),
    ...(action === undefined ? {} : { action }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(isAhead(statement, dayAfter(now)) ? { isAhead: true as const } : {}),
    ...(from.author === undefined ? {} : { author: from.author }),
    about: [...product, ...subcomponent],
  };
}
