// SPDX-License-Identifier: Apache-2.0
/**
 * How deployment tools judge an object, by the published rules of kstatus for custom resources:
 * sigs.k8s.io/cli-utils, pkg/kstatus/README.md ("The Status Rules" and the conditions Reconciling, Stalled, Ready).
 */

export interface Judged {
  readonly metadata: { readonly generation?: number; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export type Kstatus = "Current" | "InProgress" | "Failed" | "Terminating";

export function kstatusOf({ metadata, status }: Judged): Kstatus {
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  const { observedGeneration, conditions = [] } = status ?? {};
  if (observedGeneration !== undefined && observedGeneration !== metadata.generation) return "InProgress";
  const is = (type: string, value: string): boolean =>
    conditions.some((condition) => condition.type === type && condition.status === value);
  if (is("Stalled", "True")) return "Failed";
  if (is("Reconciling", "True")) return "InProgress";
  return is("Ready", "False") || is("Ready", "Unknown") ? "InProgress" : "Current";
}
