// SPDX-License-Identifier: Apache-2.0
/**
 * Statements of several providers about one finding to one answer: docs/vex.md, "Consensus". The closest scope decides, each
 * provider's last word counts, and weights are added up. What is outweighed stays as dissent.
 */
import { byText } from "#lib/compare.ts";
import type { VexAnnotation, VexStatus } from "../types.ts";
import { latestFirst } from "./open-snapshot.ts";
import type { VexStatement } from "./types.ts";

/** What a statement is about, closest first. */
export const scopes = ["image", "program", "version", "package"] as const;
export type Scope = (typeof scopes)[number];

export interface ScopedStatement {
  readonly statement: VexStatement;
  readonly scope: Scope;
}

/** Weight of each VEX source, 0 to 1; a source without one has 1, and one with 0 is not asked. */
export type VexTrust = Readonly<Record<string, number>>;

export interface Consensus {
  readonly annotation: VexAnnotation;
  /** The finding is answered: not affected, or fixed. */
  readonly isAnswered: boolean;
}

/** Less trust than this together sets no finding aside. */
const ENOUGH = 0.5;
/** Sums are of whole numbers: in binary fractions 0.1 and 0.2 outweigh 0.3. */
const THOUSANDTHS = 1000;
const MAX_CONFLICTS = 10;
const MAX_SUPPORT = 10;

/** Undefined where nobody who is trusted at all says anything. */
export function consensusOf(all: readonly ScopedStatement[], trust: VexTrust): Consensus | undefined {
  const weightOf = ({ from }: VexStatement): number => trust[from.source] ?? 1;
  const asked = all.filter(({ statement }) => weightOf(statement) > 0);
  const scope = scopes.find((one) => asked.some((claim) => claim.scope === one));
  if (scope === undefined) return undefined;
  const heard = lastWords(asked.filter((claim) => claim.scope === scope).map(({ statement }) => statement));
  const weights = { not_affected: 0, fixed: 0, affected: 0, under_investigation: 0 };
  for (const statement of heard)
    if (counts(statement)) weights[statement.status] += Math.round(weightOf(statement) * THOUSANDTHS);
  const { status, isAnswered } = decide(weights, heard);
  const [chosen = heard[0]] = heard
    .filter((statement) => statement.status === status)
    .sort((a, b) => weightOf(b) - weightOf(a) || latestFirst(a, b));
  if (chosen === undefined) return undefined;
  const others = asked.map(({ statement }) => statement).sort(latestFirst);
  return {
    isAnswered,
    annotation: {
      status,
      ...(chosen.justification === undefined ? {} : { justification: chosen.justification }),
      ...(chosen.action === undefined ? {} : { action: chosen.action }),
      source: chosen.from.source,
      document: chosen.from.document,
      ...(chosen.from.signature === "none" ? {} : { signature: chosen.from.signature }),
      ...(chosen.timestamp === undefined ? {} : { timestamp: chosen.timestamp }),
      scope,
      reason: reasonOf(heard, status, isAnswered, weights, weightOf),
      ...(isAnswered ? supportOf(heard, chosen) : {}),
      ...conflictsOf(others, status),
    },
  };
}

/** Of each provider the latest; of what it says at one time the most careful. */
function lastWords(statements: readonly VexStatement[]): readonly VexStatement[] {
  const bySource = new Map<string, VexStatement>();
  for (const statement of [...statements].sort(latestFirst)) {
    const before = bySource.get(statement.from.source);
    const isCareful =
      before !== undefined &&
      before.timestamp === statement.timestamp &&
      CARE.indexOf(statement.status) < CARE.indexOf(before.status);
    if (before === undefined || isCareful) bySource.set(statement.from.source, statement);
  }
  return [...bySource.values()].sort(latestFirst);
}

/** The most careful first. */
const CARE: readonly VexStatus[] = ["affected", "under_investigation", "fixed", "not_affected"];

/** "Not affected" without a reason is an opinion. */
export const counts = ({ status, justification }: VexStatement): boolean =>
  status !== "not_affected" || justification !== undefined;

type Weights = Readonly<Record<VexStatus, number>>;

/** @param heard latest first */
function decide(
  weights: Weights,
  heard: readonly VexStatement[],
): { readonly status: VexStatus; readonly isAnswered: boolean } {
  const answered = weights.not_affected + weights.fixed;
  const status = weights.not_affected >= weights.fixed ? "not_affected" : "fixed";
  const outweighs = answered > weights.affected || (answered === weights.affected && isLatestAnAnswer(heard));
  if (answered >= ENOUGH * THOUSANDTHS && outweighs) return { status, isAnswered: true };
  if (weights.affected > 0) return { status: "affected", isAnswered: false };
  if (weights.under_investigation > 0) return { status: "under_investigation", isAnswered: false };
  return { status, isAnswered: false };
}

/** Of two sides with as much weight the later word counts, at one time the careful one. */
function isLatestAnAnswer(heard: readonly VexStatement[]): boolean {
  const latest = (isSide: (status: VexStatus) => boolean): string =>
    heard.find((statement) => isSide(statement.status) && counts(statement))?.timestamp ?? "";
  return (
    byText(
      latest(isAnswer),
      latest((status) => status === "affected"),
    ) > 0
  );
}

function reasonOf(
  heard: readonly VexStatement[],
  status: VexStatus,
  isAnswered: boolean,
  weights: Weights,
  weightOf: (statement: VexStatement) => number,
): string {
  const answered = (weights.not_affected + weights.fixed) / THOUSANDTHS;
  const voices = heard
    .map((statement) => {
      const weight = counts(statement)
        ? `weight ${weightOf(statement)}`
        : "without justification, not counted";
      const signature = statement.from.signature === "none" ? "" : `, signature ${statement.from.signature}`;
      return `${statement.status} by ${statement.from.source} (${weight}${signature})`;
    })
    .sort(byText)
    .join(", ");
  if (isAnswered || answered === 0) return voices;
  const why =
    answered < ENOUGH
      ? `together ${answered}, below ${ENOUGH}`
      : status === "affected"
        ? `${answered} do not outweigh ${weights.affected / THOUSANDTHS}`
        : "";
  return why === "" ? voices : `${voices}: ${why}`;
}

const isAnswer = (status: VexStatus): boolean => status === "not_affected" || status === "fixed";

function supportOf(heard: readonly VexStatement[], chosen: VexStatement): Pick<VexAnnotation, "support"> {
  const support = heard
    .filter((statement) => statement !== chosen && isAnswer(statement.status) && counts(statement))
    .slice(0, MAX_SUPPORT)
    .map(({ status, from, justification }) => ({
      status,
      source: from.source,
      document: from.document,
      ...(justification === undefined ? {} : { justification }),
    }));
  return support.length === 0 ? {} : { support };
}

function conflictsOf(others: readonly VexStatement[], status: VexStatus): Pick<VexAnnotation, "conflicts"> {
  const conflicts = others
    .filter((other) => other.status !== status)
    .slice(0, MAX_CONFLICTS)
    .map(({ status: said, from, timestamp }) => ({
      status: said,
      source: from.source,
      document: from.document,
      ...(timestamp === undefined ? {} : { timestamp }),
    }));
  return conflicts.length === 0 ? {} : { conflicts };
}
