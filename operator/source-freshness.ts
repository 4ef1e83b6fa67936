// SPDX-License-Identifier: Apache-2.0
/** How fresh what is known is, source by source: for the condition of the whole, and for metrics. */
import type { FeedState } from "#controllers/stella-ops/ports.ts";
import { byText } from "#lib/compare.ts";
import { keyOf } from "#lib/kube/index.ts";
import type { Caches } from "./caches.ts";
import type { OperatorMetrics } from "./metrics.ts";

type Sources = Pick<Caches, "advisorySources" | "vexSources">;

interface SourceState extends FeedState {
  /** Unix time; 0: never. */
  readonly lastSuccess: number;
}

/** Sorted by kind and name. Suspended ones count, they grow stale all the same; those outside the system namespace are refused. */
export function sourceStates(
  { advisorySources, vexSources }: Sources,
  systemNamespace: string,
): readonly SourceState[] {
  return [
    ...advisorySources.list().map((source) => ({ kind: "AdvisorySource" as const, source })),
    ...vexSources.list().map((source) => ({ kind: "VexSource" as const, source })),
  ]
    .filter(({ source }) => source.metadata.namespace === systemNamespace)
    .map(({ kind, source }) => ({
      kind,
      name: keyOf(source),
      fresh:
        source.status?.conditions?.some(({ type, status }) => type === "Fresh" && status === "True") === true,
      lastSuccess: Math.floor(Date.parse(source.status?.lastSuccess ?? "") / 1000) || 0,
    }))
    .sort((a, b) => byText(a.kind, b.kind) || byText(a.name, b.name));
}

/** Read with each scrape. */
export function measureSources(
  sources: Sources,
  systemNamespace: string,
  { own }: Pick<OperatorMetrics, "own">,
): void {
  own.sourceSuccess.onScrape(() => {
    const states = sourceStates(sources, systemNamespace);
    own.sourceSuccess.replace(
      states.map(({ kind, name, lastSuccess }) => [lastSuccess, { kind, source: name }]),
    );
    for (const kind of ["AdvisorySource", "VexSource"] as const) {
      own.staleSources.set(states.filter((state) => state.kind === kind && !state.fresh).length, { kind });
    }
  });
}
