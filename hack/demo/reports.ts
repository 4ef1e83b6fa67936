// SPDX-License-Identifier: Apache-2.0
/**
 * Which reports the demo waits for, and how far a list of Reports is from that. Pure.
 */
import { z } from "zod";

export const REGISTRY_HOST = "localhost:30500";

export interface ExpectedReport {
  readonly namespace: string;
  /** Without the registry. */
  readonly repository: string;
  readonly verdict: "pass" | "warn" | "fail";
  /** Findings that a waiver set aside. */
  readonly waived: number;
}

/** What hack/demo/workloads.yaml and config/samples together come to. */
export const expectedReports: readonly ExpectedReport[] = [
  { namespace: "legacy", repository: "shop/legacy", verdict: "pass", waived: 1 },
  { namespace: "shop", repository: "shop/go-api", verdict: "fail", waived: 0 },
  { namespace: "shop", repository: "shop/warn", verdict: "warn", waived: 0 },
  { namespace: "shop", repository: "shop/web", verdict: "fail", waived: 0 },
  { namespace: "shop", repository: "shop/web-fixed", verdict: "pass", waived: 0 },
];

const reportList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ namespace: z.string() }),
      spec: z.object({ repository: z.string() }),
      status: z
        .object({
          verdict: z.string().optional(),
          waived: z.number().optional(),
          conditions: z
            .array(z.object({ type: z.string(), status: z.string(), message: z.string() }))
            .optional(),
        })
        .optional(),
    }),
  ),
});

export interface Progress {
  readonly ready: number;
  /** One line for each report that is not as expected yet. */
  readonly missing: readonly string[];
}

/** @param json what `kubectl get reports -A -o json` printed */
export function progressOf(json: string, expected: readonly ExpectedReport[] = expectedReports): Progress {
  const { items } = reportList.parse(JSON.parse(json));
  const missing = expected.flatMap((want) => {
    const found = items.find(
      ({ metadata, spec }) =>
        metadata.namespace === want.namespace && spec.repository === `${REGISTRY_HOST}/${want.repository}`,
    );
    const lack = found === undefined ? "no report" : lackOf(found, want);
    return lack === undefined ? [] : [`${want.namespace} ${want.repository}: ${lack}`];
  });
  return { ready: expected.length - missing.length, missing };
}

type Report = z.infer<typeof reportList>["items"][number];

/** An old verdict stands while a new one is made, so a report counts only when it is Ready. */
function lackOf({ status }: Report, want: ExpectedReport): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return ready === undefined ? "not ready" : `not ready, ${ready.message}`;
  const verdict = status?.verdict ?? "none";
  if (verdict !== want.verdict) return `verdict ${verdict}, not ${want.verdict}`;
  const waived = status?.waived ?? 0;
  return waived === want.waived ? undefined : `${waived} waived, not ${want.waived}`;
}
