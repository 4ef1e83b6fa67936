// SPDX-License-Identifier: Apache-2.0
/** A Report: the verdict on one image in one namespace, kept while the image runs there. */
import { rfc3339 } from "#lib/clock.ts";
import { codeOf, kindOf, messageOf } from "#lib/errors.ts";
import { setConditions } from "#lib/kube/index.ts";
import type { ConditionInput } from "#lib/kube/index.ts";
import type { Report, ReportStatus } from "#crds/index.ts";
import { readinessConditions, reasonOf } from "../outcome.ts";
import type { Outcome, Readiness } from "../outcome.ts";
import type { Evaluation, ImageFactsState, ReportPorts, RunningState } from "./ports.ts";

const MAX_OWNERS = 20;
/** Longest planned sleep: timers beyond a day gain nothing. */
const MAX_RECHECK_MS = 24 * 60 * 60 * 1000;
/** After an evaluation that could not be made, or not yet. */
const RETRY_MS = 60_000;

export async function reconcileReport(
  report: Report,
  ports: ReportPorts,
): Promise<Outcome<ReportStatus> | undefined> {
  const { namespace = "" } = report.metadata;
  const now = ports.clock.now();
  const running = ports.running(namespace, report.spec.imageDigest);
  const gone = goneSince(report, running, now);
  const removeAt = gone === undefined ? undefined : gone + ports.retentionMs();
  if (removeAt !== undefined && now >= removeAt) {
    await ports.remove(report);
    return undefined;
  }
  const facts = await ports.facts(report.spec.imageDigest);
  const evaluated = facts.state === "scanned" ? await evaluateOrSay(report, ports) : facts;
  const evaluation = "summary" in evaluated ? evaluated : undefined;
  const status: ReportStatus = {
    ...(evaluation === undefined ? keptVerdict(report.status) : verdictOf(evaluation)),
    owners: running.owners.slice(0, MAX_OWNERS).map((owner) => ({ ...owner })),
    ...(gone === undefined ? {} : { notRunningSince: rfc3339(gone) }),
    observedGeneration: report.metadata.generation ?? 0,
    conditions: conditionsOf(report, evaluated, now),
  };
  const isWaiting = facts.state === "pending" && facts.reason === "WaitingForFeeds"; // a feed may fail, and say nothing new
  const retryAt =
    (facts.state === "scanned" && evaluation === undefined) || isWaiting ? now + RETRY_MS : undefined;
  const until = [evaluation?.validUntil, removeAt, retryAt].filter((at) => at !== undefined);
  if (until.length === 0) return { next: "settled", status };
  return { next: "recheck", status, afterMs: clamp(Math.min(...until) - now) };
}

type Failed = Extract<ImageFactsState, { readonly state: "failed" }>;
type Waiting = Exclude<ImageFactsState, { readonly state: "scanned" }>;

/** What stands in the way is said on the Report; a bug is thrown, logged and tried again. */
async function evaluateOrSay(report: Report, ports: ReportPorts): Promise<Evaluation | Failed> {
  try {
    return await ports.evaluate(report);
  } catch (error) {
    if (kindOf(error) === "bug") throw error;
    return { state: "failed", reason: reasonOf(codeOf(error)), message: messageOf(error) };
  }
}

/** Truncated to whole seconds, so that what is kept in the status equals what was computed. */
function goneSince(report: Report, running: RunningState, now: number): number | undefined {
  if (!running.reliable || running.owners.length > 0) return undefined;
  const since = report.status?.notRunningSince;
  return since === undefined ? now : Date.parse(since);
}

const clamp = (ms: number): number => Math.min(MAX_RECHECK_MS, Math.max(1000, ms));

function verdictOf({ summary, evaluatedAt }: Evaluation): Partial<ReportStatus> {
  const { critical, high, medium, low, unknown } = summary.counts;
  return {
    verdict: summary.verdict,
    counts: { critical, high, medium, low, unknown },
    waived: summary.waived,
    deferred: summary.deferred,
    suppressed: summary.suppressed,
    fixable: summary.fixable,
    components: summary.components,
    partial: summary.partial,
    worst: summary.worst.map((finding) => ({ ...finding })),
    licenses: { ...summary.licenses },
    worstLicenses: summary.worstLicenses.map((license) => ({ ...license })),
    digests: { ...summary.digests },
    evaluatedAt: rfc3339(evaluatedAt),
    ...(summary.nextExpiry === undefined ? {} : { nextExpiry: summary.nextExpiry }),
  };
}

/** While the image is read again, the last verdict stays; the conditions say that it is old. */
function keptVerdict(status: ReportStatus | undefined): Partial<ReportStatus> {
  if (status === undefined) return {};
  const { conditions: _c, observedGeneration: _g, owners: _o, notRunningSince: _n, ...verdict } = status;
  return verdict;
}

function conditionsOf(
  report: Report,
  evaluated: Evaluation | Waiting,
  now: number,
): NonNullable<ReportStatus["conditions"]> {
  const next: ConditionInput[] = [...readinessConditions(readinessOf(evaluated)), UNSIGNED];
  if ("summary" in evaluated) next.push(completeness(evaluated));
  return [
    ...setConditions(report.status?.conditions ?? [], next, {
      now,
      generation: report.metadata.generation ?? 0,
    }),
  ];
}

function readinessOf(evaluated: Evaluation | Waiting): Readiness {
  if (!("summary" in evaluated)) {
    const { reason, message } = evaluated;
    return { state: evaluated.state === "pending" ? "progressing" : "failed", reason, message };
  }
  const { verdict, reasons } = evaluated.summary;
  return { state: "ready", reason: "Evaluated", message: [`verdict ${verdict}`, ...reasons].join("; ") };
}

const UNSIGNED: ConditionInput = {
  type: "Signed",
  status: "False",
  reason: "NotImplemented",
  message: "this version signs nothing",
};

/** True is good news: everything in the image was read, and advisories cover its distribution. */
function completeness({ summary, omissions }: Evaluation): ConditionInput {
  return summary.partial
    ? { type: "Complete", status: "False", reason: "Partial", message: omissions.slice(0, 5).join("; ") }
    : { type: "Complete", status: "True", reason: "Complete", message: "" };
}
