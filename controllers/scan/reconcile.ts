// SPDX-License-Identifier: Apache-2.0
/** A Scan: enqueue what its spec asks for, and report the outcome. */
import { rfc3339 } from "#lib/clock.ts";
import { setConditions } from "#lib/kube/index.ts";
import type { Scan, ScanStatus } from "#crds/index.ts";
import { readinessConditions, reasonOf } from "../outcome.ts";
import type { Outcome, Readiness } from "../outcome.ts";
import { nextStep } from "./next-step.ts";
import type { Step } from "./next-step.ts";
import type { AttachedVexOutcome, ScanJob, ScanPorts, ScanRecord } from "./ports.ts";

/** How long a job may go unheard of before it is looked at again. */
const JOB_CHECK_MS = 60_000;

export async function reconcileScan(scan: Scan, ports: ScanPorts): Promise<Outcome<ScanStatus>> {
  const job = jobOf(scan);
  const now = ports.clock.now();
  const [record, state] = await Promise.all([ports.record(scan.metadata.uid ?? ""), ports.jobState(job.key)]);
  const step = nextStep({ key: job.key, record, job: state, now });
  if (step.do === "enqueue") await ports.enqueue(job);
  const status = statusOf(scan, step, now);
  switch (step.do) {
    case "enqueue":
    case "wait":
      return { next: "recheck", status, afterMs: JOB_CHECK_MS };
    case "done":
      return { next: "settled", status };
    case "failed":
      return step.retryAt === undefined
        ? { next: "stalled", status }
        : { next: "recheck", status, afterMs: Math.max(1000, step.retryAt - now) };
  }
}

/** What the spec asks for. A changed generation is a new question. */
export function jobOf(scan: Scan): ScanJob {
  const { uid = "", namespace = "", name, generation = 0 } = scan.metadata;
  const { imageRef, digest, platform, pullSecrets, forceGeneration = 0 } = scan.spec;
  return {
    key: `${uid}:${generation}`,
    namespace,
    name,
    imageReference: digest === undefined ? imageRef : `${imageRef.replace(/@.*$/s, "")}@${digest}`,
    ...(platform === undefined ? {} : { platform }),
    pullSecrets: (pullSecrets ?? []).map((secret) => ({ namespace: secret.namespace, name: secret.name })),
    force: forceGeneration > (scan.status?.scannedFor ?? 0),
    forceGeneration,
  };
}

function statusOf(scan: Scan, step: Step, now: number): ScanStatus {
  const generation = scan.metadata.generation ?? 0;
  const conditions = setConditions(
    scan.status?.conditions ?? [],
    readinessConditions(readinessOf(step, now)),
    {
      now,
      generation,
    },
  );
  const record = step.do === "enqueue" ? step.after : step.do === "wait" ? undefined : step.record;
  return {
    ...(record === undefined ? keptFacts(scan.status) : factsOf(record)),
    phase: phaseOf(step),
    observedGeneration: generation,
    conditions: [...conditions],
  };
}

const phaseOf = (step: Step): NonNullable<ScanStatus["phase"]> =>
  step.do === "done"
    ? "Succeeded"
    : step.do === "failed"
      ? "Failed"
      : step.do === "wait"
        ? step.phase
        : "Pending";

function readinessOf(step: Step, now: number): Readiness {
  switch (step.do) {
    case "enqueue":
      return { state: "progressing", reason: "Queued", message: "waiting for a worker" };
    case "wait":
      return step.phase === "Running"
        ? { state: "progressing", reason: "Scanning", message: "layers are being read" }
        : { state: "progressing", reason: "Queued", message: "waiting for a worker" };
    case "done":
      return readyOf(step.record);
    case "failed": {
      const { result } = step.record;
      const reason = result.ok ? "Failed" : reasonOf(result.code);
      const message = result.ok ? "" : result.message;
      if (step.retryAt === undefined) return { state: "stalled", reason, message };
      const minutes = Math.max(1, Math.round((step.retryAt - now) / 60_000));
      return { state: "failed", reason, message: `${message} (tried again in about ${minutes} min)` };
    }
  }
}

function readyOf({ result }: ScanRecord): Readiness {
  if (!result.ok) return { state: "failed", reason: reasonOf(result.code), message: result.message };
  const { components, layers, attachedSbom, attachedVex } = result;
  const read =
    attachedSbom === undefined
      ? `${components} components in ${layers.total} layers`
      : `${components} components from the attached SBOM ${attachedSbom}; no layer was read`;
  const facts = `${read}${attachedVexText(attachedVex)}`;
  return result.omissions === 0
    ? { state: "ready", reason: "Scanned", message: facts }
    : {
        state: "ready",
        reason: "ScannedPartially",
        message: `${facts}; ${result.omissions} files were not read to their end`,
      };
}

/** What is attached and can't be used is no fault of the scan: without it the answer is more careful, not less. */
function attachedVexText(found: AttachedVexOutcome | undefined): string {
  if (found === undefined) return "";
  const { documents, leftOut, reason } = found;
  const aside = leftOut === 0 ? "" : `, ${leftOut} left out${reason === undefined ? "" : ` (${reason})`}`;
  return `; VEX attached: ${documents} ${documents === 1 ? "document" : "documents"}${aside}`;
}

/** While a new question is open, the last good answer stays visible. */
function keptFacts(status: ScanStatus | undefined): Partial<ScanStatus> {
  if (status === undefined) return {};
  const { phase: _phase, conditions: _conditions, observedGeneration: _generation, ...facts } = status;
  return facts;
}

function factsOf({ result, startedAt, finishedAt, forceGeneration }: ScanRecord): Partial<ScanStatus> {
  const times = {
    startTime: rfc3339(startedAt),
    finishTime: rfc3339(finishedAt),
    durationMs: Math.max(0, Math.round(finishedAt - startedAt)),
  };
  if (!result.ok) return times;
  return {
    ...times,
    scannedFor: forceGeneration,
    imageDigest: result.imageDigest,
    ...(result.indexDigest === undefined ? {} : { indexDigest: result.indexDigest }),
    layers: result.layers,
    components: result.components,
    omissions: result.omissions,
    artifacts: result.artifacts.map((artifact) => ({ ...artifact })),
    ...(result.attachedSbom === undefined ? {} : { attachedSbom: result.attachedSbom }),
    ...(result.attachedVex === undefined ? {} : { attachedVex: countsOf(result.attachedVex) }),
  };
}

const countsOf = ({ reason: _, ...counted }: AttachedVexOutcome): NonNullable<ScanStatus["attachedVex"]> =>
  counted;
