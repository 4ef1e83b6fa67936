// SPDX-License-Identifier: Apache-2.0
/** A feed: imported when its spec changes and on its interval; a broken feed keeps its last good state and says so. */
import { rfc3339 } from "#lib/clock.ts";
import type { ErrorKind } from "#lib/errors.ts";
import { setConditions } from "#lib/kube/index.ts";
import type { ConditionInput } from "#lib/kube/index.ts";
import { durationMs } from "#crds/index.ts";
import type { AdvisorySource, AdvisorySourceStatus, VexSource } from "#crds/index.ts";
import { readinessConditions, reasonOf } from "../outcome.ts";
import type { Outcome, Readiness } from "../outcome.ts";
import type { ImportJob, ImportRecord, SourceKind, SourcePorts } from "./ports.ts";

const JOB_CHECK_MS = 60_000;
/** A broken feed is tried again sooner than its interval asks, but not in a hurry. */
const RETRY_MS = 60_000;

export async function reconcileSource(
  kind: SourceKind,
  source: AdvisorySource | VexSource,
  ports: SourcePorts,
): Promise<Outcome<AdvisorySourceStatus>> {
  const { uid = "", namespace = "", name, generation = 0 } = source.metadata;
  const job: ImportJob = { key: `${uid}:${generation}`, kind, uid, namespace, name };
  const now = ports.clock.now();
  if (namespace !== ports.systemNamespace) return refused(source, ports.systemNamespace, now);
  const interval = durationMs(source.spec.interval);
  const [record, state] = await Promise.all([ports.record(uid), ports.jobState(job.key)]);
  const busy = state === "waiting" || state === "running";
  const dueAt = dueTime(job.key, record, interval, source.spec.http !== undefined);
  const due = !source.spec.suspend && now >= dueAt;
  if (due && !busy) await ports.enqueue(job);
  const working = (busy || due) && record?.key !== job.key;
  const staleSince = staleTime(source, record, now);
  const conditions: ConditionInput[] = [
    ...readinessConditions(readinessOf(source.spec.suspend, working, record)),
    freshness(record, staleSince, now),
  ];
  const status: AdvisorySourceStatus = {
    ...factsOf(record),
    ...(staleSince === undefined || staleSince > now ? {} : { staleSince: rfc3339(staleSince) }),
    observedGeneration: generation,
    conditions: [...setConditions(source.status?.conditions ?? [], conditions, { now, generation })],
  };
  const looks = [
    ...(source.spec.suspend ? [] : [busy || due ? JOB_CHECK_MS : dueAt - now]),
    ...(staleSince === undefined || staleSince <= now ? [] : [staleSince - now]),
  ];
  if (looks.length === 0) return { next: "settled", status };
  return { next: "recheck", status, afterMs: Math.max(1000, Math.min(...looks)) };
}

function refused(
  { metadata, status }: AdvisorySource | VexSource,
  systemNamespace: string,
  now: number,
): Outcome<AdvisorySourceStatus> {
  const generation = metadata.generation ?? 0;
  const readiness: Readiness = {
    state: "stalled",
    reason: "NotInSystemNamespace",
    message: `sources speak for the whole cluster and count in the namespace ${systemNamespace} only`,
  };
  const conditions = setConditions(status?.conditions ?? [], readinessConditions(readiness), {
    now,
    generation,
  });
  return { next: "stalled", status: { observedGeneration: generation, conditions: [...conditions] } };
}

function dueTime(key: string, record: ImportRecord | undefined, interval: number, isOnWeb: boolean): number {
  if (record?.key !== key) return 0;
  const isSoon = record.error !== undefined && (!isOnWeb || PASSING.has(record.error.kind));
  return record.finishedAt + (isSoon ? Math.min(interval, RETRY_MS) : interval);
}

/** What may be over in a minute. For the rest a stranger's server is not asked, and maybe read whole, every minute. */
const PASSING: ReadonlySet<ErrorKind> = new Set<ErrorKind>(["unavailable", "conflict", "bug"]);

/** A feed that never came in is stale since it was first seen to be. */
function staleTime(
  { spec, status }: AdvisorySource | VexSource,
  record: ImportRecord | undefined,
  now: number,
): number | undefined {
  if (record === undefined) return undefined;
  if (record.good !== undefined) return record.good.finishedAt + durationMs(spec.staleAfter);
  return Math.min(now, Date.parse(status?.staleSince ?? "") || now);
}

function factsOf(record: ImportRecord | undefined): Partial<AdvisorySourceStatus> {
  if (record === undefined) return {};
  const { good } = record;
  return {
    lastAttempt: rfc3339(record.finishedAt),
    ...(good === undefined
      ? {}
      : {
          lastExportId: good.exportId,
          records: good.records,
          rejected: good.rejected,
          lastSuccess: rfc3339(good.finishedAt),
        }),
  };
}

function readinessOf(suspended: boolean, working: boolean, record: ImportRecord | undefined): Readiness {
  if (suspended)
    return { state: "ready", reason: "Suspended", message: "imports are suspended by spec.suspend" };
  if (working || record === undefined) return { state: "progressing", reason: "Importing", message: "" };
  if (record.error !== undefined) {
    const kept = record.good === undefined ? "" : "; the last good import stays in force";
    const state = record.error.kind === "invalid" && record.good === undefined ? "stalled" : "failed";
    return { state, reason: reasonOf(record.error.code), message: `${record.error.message}${kept}` };
  }
  const { records = 0, rejected = 0, unchanged = false } = record.good ?? {};
  const refused = rejected === 0 ? [] : [`${rejected} refused: ${record.rejections.slice(0, 3).join("; ")}`];
  const facts = [
    `${records} records`,
    ...(unchanged ? ["unchanged"] : []),
    ...refused,
    ...(record.notes ?? []),
  ];
  return { state: "ready", reason: "Imported", message: facts.join("; ") };
}

/** True is good news. */
function freshness(
  record: ImportRecord | undefined,
  staleSince: number | undefined,
  now: number,
): ConditionInput {
  if (record?.good === undefined) {
    return {
      type: "Fresh",
      status: "False",
      reason: "NeverImported",
      message: "no import has succeeded yet",
    };
  }
  return staleSince !== undefined && now >= staleSince
    ? {
        type: "Fresh",
        status: "False",
        reason: "Stale",
        message: `last good import ${rfc3339(record.good.finishedAt)}`,
      }
    : { type: "Fresh", status: "True", reason: "Fresh", message: "" };
}
