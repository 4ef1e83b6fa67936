// SPDX-License-Identifier: Apache-2.0
/**
 * Statements of several providers about one finding to one answer: docs/vex.md, "Consensus". The closest scope decides where
 * it has the weight (ADR-0012), each provider's last word counts, and weights are added up. What is outweighed stays as dissent.
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

/** A name may be one that every object has (`constructor`). */
export const trustIn = (trust: VexTrust, source: string): number =>
  Object.hasOwn(trust, source) ? (trust[source] ?? 1) : 1;

export interface Consensus {
  readonly annotation: VexAnnotation;
  /** The finding is answered: not affected, or fixed. */
  readonly isAnswered: boolean;
  /** Milliseconds since 1970: the first day on which a claim is believed that is dated after today. Absent: there is none. */
  readonly expiresAt?: number;
}

/** Less trust than this together sets no finding aside. */
const ENOUGH = 0.5;
/** Sums are of whole numbers: in binary fractions 0.1 and 0.2 outweigh 0.3. */
const THOUSANDTHS = 1000;
const MAX_CONFLICTS = 10;
const MAX_SUPPORT = 10;

/**
 * Undefined where nobody who is trusted at all says anything.
 * @param now milliseconds since 1970: the day after which a claim can't be dated; absent: every date is taken
 */
export function consensusOf(
  all: readonly ScopedStatement[],
  trust: VexTrust,
  now?: number,
): Consensus | undefined {
  const weightOf = ({ from }: VexStatement): number => trustIn(trust, from.source);
  const asked = dated(
    all.filter(({ statement }) => weightOf(statement) > 0),
    now,
  );
  const decision = decideByScope(voicesOf(asked), weightOf);
  const { status, isAnswered, heard } = decision;
  const [chosen = heard[0]] = heard
    .filter(({ statement }) => statement.status === status)
    .sort((a, b) => weightOf(b.statement) - weightOf(a.statement) || latestFirst(a.statement, b.statement));
  if (chosen === undefined) return undefined;
  const { statement, scope } = chosen;
  const { justification, action, from, timestamp } = statement;
  const others = asked.map((claim) => claim.statement).sort(latestFirst);
  const days = asked.flatMap(({ ahead }) => (ahead === undefined ? [] : [dayOf(Date.parse(ahead))]));
  return {
    isAnswered,
    ...(days.length === 0 ? {} : { expiresAt: days.reduce((a, b) => Math.min(a, b)) }),
    annotation: {
      status,
      ...(isAnswer(status) && !isAnswered ? { isOpen: true } : {}),
      ...(justification === undefined ? {} : { justification }),
      ...(action === undefined ? {} : { action }),
      source: from.source,
      document: from.document,
      ...(from.author === undefined ? {} : { author: from.author }),
      ...(from.signature === "none" ? {} : { signature: from.signature }),
      ...(timestamp === undefined ? {} : { timestamp }),
      scope,
      reason: reasonOf(decision, weightOf),
      ...(isAnswered
        ? supportOf(
            heard.map((claim) => claim.statement),
            statement,
          )
        : {}),
      ...conflictsOf(others, status),
    },
  };
}

/** A claim as it is weighed. */
interface Voice extends ScopedStatement {
  /** The date that it gives itself, where that is not believed. */
  readonly ahead?: string;
}

/**
 * A claim dated after the day of the evaluation would win every tie. One that sets a finding aside is taken as undated; one that
 * keeps it stays as late as it says, which does no harm.
 */
function dated(claims: readonly ScopedStatement[], now: number | undefined): readonly Voice[] {
  const tomorrow = dayAfter(now);
  return claims.map((claim) => {
    const { timestamp, ...undated } = claim.statement;
    if (timestamp === undefined || !isAhead(claim.statement, tomorrow)) return claim;
    return { statement: undated, scope: claim.scope, ahead: timestamp };
  });
}

/** Whether its date is not believed, of what would set a finding aside. @param tomorrow as `dayAfter` gives it */
export function isAhead({ status, timestamp = "" }: VexStatement, tomorrow: string | undefined): boolean {
  return tomorrow !== undefined && timestamp >= tomorrow && isAnswer(status);
}

const DAY_MS = 86_400_000;

/** Its start, in UTC. By days, so that a clock a little off makes no claim one of the future, and no image is judged every second. */
const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** The start of the next day, as claims write times: their order is that of the texts. */
export const dayAfter = (now: number | undefined): string | undefined =>
  now === undefined ? undefined : new Date(dayOf(now) + DAY_MS).toISOString();

/** Of each provider its last word about what is closest, closest first; of one time the most careful. */
function voicesOf(asked: readonly Voice[]): readonly Voice[] {
  const bySource = new Map<string, Voice>();
  for (const voice of [...asked].sort(closestFirst)) {
    const before = bySource.get(voice.statement.from.source);
    const isCareful =
      before?.scope === voice.scope &&
      before.statement.timestamp === voice.statement.timestamp &&
      CARE.indexOf(voice.statement.status) < CARE.indexOf(before.statement.status);
    if (before === undefined || isCareful) bySource.set(voice.statement.from.source, voice);
  }
  return [...bySource.values()].sort(closestFirst);
}

export const closestFirst = (a: ScopedStatement, b: ScopedStatement): number =>
  scopes.indexOf(a.scope) - scopes.indexOf(b.scope) || latestFirst(a.statement, b.statement);

/** The most careful first. */
const CARE: readonly VexStatus[] = ["affected", "under_investigation", "fixed", "not_affected"];

/** "Not affected" without a reason is an opinion. */
export const counts = ({ status, justification }: VexStatement): boolean =>
  status !== "not_affected" || justification !== undefined;

type Weights = Readonly<Record<VexStatus, number>>;
type WeightOf = (statement: VexStatement) => number;

interface Decision {
  readonly status: VexStatus;
  readonly isAnswered: boolean;
  /** Whose words were added up, closest first. */
  readonly heard: readonly Voice[];
  /** Who says `affected` of something farther, though nobody had to be asked any more. */
  readonly farther: readonly Voice[];
  readonly weights: Weights;
}

/**
 * From the closest scope outwards, until what is said so far decides. An answer that is too light decides nothing, and one
 * that is lighter than the heaviest provider who says `affected` of something farther does not hold.
 * @param voices closest first
 */
function decideByScope(voices: readonly Voice[], weightOf: WeightOf): Decision {
  let decision: Decision = {
    status: "affected",
    isAnswered: false,
    heard: [],
    farther: [],
    weights: NOTHING,
  };
  for (const scope of new Set(voices.map((voice) => voice.scope))) {
    const reach = scopes.indexOf(scope);
    const heard = voices.filter((voice) => scopes.indexOf(voice.scope) <= reach);
    const farther = voices.filter(
      ({ statement, scope: own }) => scopes.indexOf(own) > reach && statement.status === "affected",
    );
    const weights = weigh(heard, weightOf);
    const { status, isAnswered } = decide(weights, heard);
    if (!isAnswered) {
      decision = { status, isAnswered, heard, farther: [], weights };
      if (isAnswer(status)) continue;
      return decision;
    }
    const heaviest = Math.max(0, ...farther.map(({ statement }) => thousandths(weightOf(statement))));
    if (weights.not_affected + weights.fixed >= heaviest)
      return { status, isAnswered, heard, farther, weights };
    return { status: "affected", isAnswered: false, heard: [...heard, ...farther], farther, weights };
  }
  return decision;
}

const NOTHING: Weights = { not_affected: 0, fixed: 0, affected: 0, under_investigation: 0 };

const thousandths = (weight: number): number => Math.round(weight * THOUSANDTHS);

function weigh(heard: readonly Voice[], weightOf: WeightOf): Weights {
  const weights = { ...NOTHING };
  for (const { statement } of heard)
    if (counts(statement)) weights[statement.status] += thousandths(weightOf(statement));
  return weights;
}

function decide(
  weights: Weights,
  heard: readonly Voice[],
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
function isLatestAnAnswer(heard: readonly Voice[]): boolean {
  const latest = (isSide: (status: VexStatus) => boolean): string =>
    heard
      .map(({ statement }) => statement)
      .filter((statement) => isSide(statement.status) && counts(statement))
      .map(({ timestamp = "" }) => timestamp)
      .reduce((a, b) => (byText(a, b) < 0 ? b : a), "");
  return (
    byText(
      latest(isAnswer),
      latest((status) => status === "affected"),
    ) > 0
  );
}

function reasonOf({ status, isAnswered, heard, farther, weights }: Decision, weightOf: WeightOf): string {
  const answered = (weights.not_affected + weights.fixed) / THOUSANDTHS;
  const named = [...new Set([...heard, ...farther])];
  const areSeveral = new Set(named.map(({ scope }) => scope)).size > 1;
  const voices = named
    .map(({ statement, scope, ahead }) => {
      const { from } = statement;
      const facts = [
        counts(statement) ? `weight ${weightOf(statement)}` : "without justification, not counted",
        ...(areSeveral ? [`of the ${scope}`] : []),
        ...(ahead === undefined ? [] : [`dated ${ahead.slice(0, 10)}, taken as undated`]),
        ...(from.signature === "none" ? [] : [`signature ${from.signature}`]),
      ];
      return `${statement.status} by ${from.source} (${facts.join(", ")})`;
    })
    .sort(byText)
    .join(", ");
  const why = whyOf({ status, isAnswered, farther, weights, answered });
  return why === "" ? voices : `${voices}: ${why}`;
}

function whyOf({
  status,
  isAnswered,
  farther,
  weights,
  answered,
}: Omit<Decision, "heard"> & { readonly answered: number }): string {
  if (isAnswered) return farther.length > 0 ? "the closer counts" : "";
  if (answered === 0) return "";
  if (farther.length > 0) return `closer, but ${answered} weigh less than who says affected`;
  if (answered < ENOUGH) return `together ${answered}, below ${ENOUGH}`;
  return status === "affected" ? `${answered} do not outweigh ${weights.affected / THOUSANDTHS}` : "";
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
