// SPDX-License-Identifier: Apache-2.0
/** What the report controller asks for. */
import type { Clock } from "#lib/clock.ts";
import type { Report } from "#crds/index.ts";
import type { ReportSummary } from "#engines/evaluation/index.ts";

/** What is known of the contents of an image. */
export type ImageFactsState =
  | { readonly state: "scanned" }
  | {
      readonly state: "pending";
      readonly reason: "WaitingForScan" | "WaitingForFeeds";
      readonly message: string;
    }
  | { readonly state: "failed"; readonly reason: string; readonly message: string };

export interface Evaluation {
  readonly summary: ReportSummary;
  /** What could not be read or is not covered; first lines. */
  readonly omissions: readonly string[];
  /** Milliseconds since the epoch at which the answer was made. */
  readonly evaluatedAt: number;
  /** Milliseconds since the epoch at which the answer ends by itself (a waiver ends, an age is reached, a VEX claim of the future comes). */
  readonly validUntil?: number;
}

export interface RunningState {
  /** Workloads whose Pods run the image in the Report's namespace, sorted by kind and name. */
  readonly owners: readonly { readonly kind: string; readonly name: string }[];
  /** Discovery is on and its view of Pods is complete; without it no Report is removed. */
  readonly reliable: boolean;
}

export interface ReportPorts {
  readonly clock: Clock;
  facts(imageDigest: string): Promise<ImageFactsState>;
  running(namespace: string, imageDigest: string): RunningState;
  /** The answer for the inputs in force now; computed only when no equal question was answered before. */
  evaluate(report: Report): Promise<Evaluation>;
  retentionMs(): number;
  /** Whether discovery made this Report, so that it may remove it. */
  remove(report: Report): Promise<void>;
}
