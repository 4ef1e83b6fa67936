// SPDX-License-Identifier: Apache-2.0
/** What a Scan needs next, from what was asked and what is known. Pure. */
import type { JobState } from "#lib/stores/ports.ts";
import type { ScanRecord } from "./ports.ts";

export interface Seen {
  /** Key of what the spec asks for now. */
  readonly key: string;
  readonly record: ScanRecord | undefined;
  readonly job: JobState | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Step =
  | { readonly do: "enqueue"; readonly after?: ScanRecord }
  | { readonly do: "wait"; readonly phase: "Pending" | "Running" }
  | { readonly do: "done"; readonly record: ScanRecord }
  /** Failed; tried again by itself at `retryAt`, or never when absent. */
  | { readonly do: "failed"; readonly record: ScanRecord; readonly retryAt?: number };

/** Registries answer "denied" and "missing" for long; an outage ends sooner. */
const RETRY_AFTER_MS = { denied: 10 * 60_000, missing: 10 * 60_000, other: 60_000 } as const;

export function nextStep({ key, record, job, now }: Seen): Step {
  if (job === "running") return { do: "wait", phase: "Running" };
  if (job === "waiting") return { do: "wait", phase: "Pending" };
  if (record?.key !== key) return { do: "enqueue" };
  if (record.result.ok) return { do: "done", record };
  const { kind } = record.result;
  if (kind === "invalid") return { do: "failed", record };
  const wait = kind === "denied" || kind === "missing" ? RETRY_AFTER_MS[kind] : RETRY_AFTER_MS.other;
  const retryAt = record.finishedAt + wait;
  return now >= retryAt ? { do: "enqueue", after: record } : { do: "failed", record, retryAt };
}
