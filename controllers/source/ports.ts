// SPDX-License-Identifier: Apache-2.0
/** What the source controllers (AdvisorySource and VexSource) ask for. */
import type { FeedCursor } from "#engines/evaluation/index.ts";
import type { Clock } from "#lib/clock.ts";
import type { ErrorKind } from "#lib/errors.ts";
import type { JobState } from "#lib/stores/ports.ts";

export type SourceKind = "AdvisorySource" | "VexSource";

/** One import to make. */
export interface ImportJob {
  readonly key: string;
  readonly kind: SourceKind;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/** The outcome of the last import of a source. */
export interface ImportRecord {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly finishedAt: number;
  /** The last good state, kept while the feed is broken. */
  readonly good?: {
    readonly exportId: string;
    readonly records: number;
    readonly rejected: number;
    readonly finishedAt: number;
    /** The latest look found nothing else than the one before. */
    readonly unchanged?: true;
  };
  /** What the next look at a place on the web starts from; belongs to `good`. */
  readonly cursor?: FeedCursor;
  /** Facts for people about what was read, e.g. signatures that were not verified. */
  readonly notes?: readonly string[];
  /** First documents that were refused, for people. */
  readonly rejections: readonly string[];
  readonly error?: { readonly kind: ErrorKind; readonly code: string; readonly message: string };
}

export interface SourcePorts {
  readonly clock: Clock;
  /** Sources anywhere else are refused: they speak for the whole cluster. */
  readonly systemNamespace: string;
  record(uid: string): Promise<ImportRecord | undefined>;
  jobState(key: string): Promise<JobState | undefined>;
  enqueue(job: ImportJob): Promise<void>;
}
