// SPDX-License-Identifier: Apache-2.0
/** What the engines tell of by themselves. Lists are bounded; totals count all. */
import type { Digest } from "../digest.ts";

export interface DeltaFinding {
  readonly id: string;
  readonly purl: string;
  readonly severity: string;
  readonly action: string;
  readonly fixedVersion?: string;
}

/** New advisories, VEX statements or scores changed what a report says, though neither image nor policy changed. */
export interface RescanDelta {
  readonly kind: "rescan.delta";
  readonly namespace: string;
  readonly imageDigest: Digest;
  readonly verdict: { readonly before: string; readonly after: string };
  /** Worst first, at most 50 of each. */
  readonly added: readonly DeltaFinding[];
  readonly gone: readonly DeltaFinding[];
  readonly changed: readonly { readonly before: DeltaFinding; readonly after: DeltaFinding }[];
  readonly totals: { readonly added: number; readonly gone: number; readonly changed: number };
  /** Of those added. */
  readonly newCriticals: number;
  readonly reports: { readonly before: Digest; readonly after: Digest };
}
