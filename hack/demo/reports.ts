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
          counts: z.record(z.string(), z.number()).optional(),
          digests: z.record(z.string(), z.string()).optional(),
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

/** What a Report says, and by which knowledge. */
export interface SeenReport {
  /** Without the registry. */
  readonly repository: string;
  readonly verdict: string;
  /** Verdict and counts as one text. */
  readonly answer: string;
  /** The verdict's first reason. */
  readonly why: string;
  /** Snapshots of advisories and VEX that it was made with. */
  readonly madeWith: string;
}

/** @param json what `kubectl get reports -A -o json` printed */
export function reportsOf(json: string): readonly SeenReport[] {
  return reportList.parse(JSON.parse(json)).items.map(({ spec, status }) => {
    const { verdict = "none", waived = 0, counts = {}, digests = {} } = status ?? {};
    return {
      repository: spec.repository.replace(`${REGISTRY_HOST}/`, ""),
      verdict,
      answer: JSON.stringify([verdict, waived, counts]),
      why: reasonOf(status?.conditions?.find(({ type }) => type === "Ready")?.message ?? ""),
      madeWith: `${digests["advisories"] ?? ""} ${digests["vex"] ?? ""}`,
    };
  });
}

/** The condition's message is the verdict and then its reasons, parted by semicolons; of a pass, whose word it rests on says most. */
function reasonOf(message: string): string {
  const [verdict, ...reasons] = message.split("; ");
  const word = verdict === "verdict pass" ? reasons.find((reason) => reason.includes("by VEX")) : undefined;
  return word ?? reasons[0] ?? "nothing stands against it";
}

/** Reports that differ in something, in the order of the later list. */
export function changedReports(
  before: readonly SeenReport[],
  after: readonly SeenReport[],
  by: "answer" | "madeWith",
): readonly { readonly before: SeenReport | undefined; readonly after: SeenReport }[] {
  return after.flatMap((now) => {
    const was = before.find(({ repository }) => repository === now.repository);
    return was?.[by] === now[by] ? [] : [{ before: was, after: now }];
  });
}
