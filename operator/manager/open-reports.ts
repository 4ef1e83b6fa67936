// SPDX-License-Identifier: Apache-2.0
/** Reports once more as OpenReports, where the cluster has that kind. They go with their Report, as its dependents. */
import { openReportKinds, openReportOf, pickOpenReports } from "#controllers/open-report/index.ts";
import type { OpenReportKind } from "#controllers/open-report/index.ts";
import type { Clock } from "#lib/clock.ts";
import { createApplier, keyOf, runController, source } from "#lib/kube/index.ts";
import type { Controller, KubeClient } from "#lib/kube/index.ts";
import { z } from "zod";
import type { Caches } from "../caches.ts";
import { isSpecChanged } from "./changes.ts";
import type { Manager } from "./run-kind.ts";

/** A kind that is installed later is found within this. */
const LOOK_MS = 10 * 60_000;

export function runOpenReports(
  manager: Manager,
  { caches, clock }: { readonly caches: Caches; readonly clock: Clock },
): Controller {
  const { client } = manager;
  const applier = createApplier({ client, fieldManager: "stellaops-openreport" });
  const served = servedKind(client, clock);
  return runController({
    name: "openreport",
    logger: manager.logger,
    workers: 2,
    onReconcile: manager.onReconcile,
    sources: [
      source(caches.reports, (report) => [keyOf(report)]),
      source(caches.stellaOps, (object, old, type) =>
        isSpecChanged(object, old, type) ? caches.reports.list().map(keyOf) : [],
      ),
    ],
    reconcile: async (key) => {
      const report = caches.reports.byKey(key);
      if (report === undefined || report.metadata.deletionTimestamp !== undefined) return undefined;
      if (caches.stellaOps.get(undefined, "stellaops")?.spec.openReports.enabled !== true) return undefined;
      const kind = await served();
      if (kind === undefined) return { requeueAfterMs: LOOK_MS };
      const intent = openReportOf(report, kind);
      if (intent === undefined) return undefined;
      const { namespace, name } = report.metadata;
      const resource = openReportKinds[kind];
      await applier.applyIfChanged(resource, intent, await client.find(resource, { namespace, name }));
      return undefined;
    },
  });
}

const groupsShape = z.object({
  groups: z.array(z.object({ versions: z.array(z.object({ groupVersion: z.string() })) })),
});

/** What the API server serves, asked at most once in a while. */
function servedKind(client: KubeClient, clock: Clock): () => Promise<OpenReportKind | undefined> {
  let known: { readonly at: number; readonly kind: Promise<OpenReportKind | undefined> } | undefined;
  const look = async (): Promise<OpenReportKind | undefined> => {
    const { groups } = groupsShape.parse(await client.raw("GET", "/apis"));
    return pickOpenReports(
      new Set(groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))),
    );
  };
  return () => {
    if (known === undefined || clock.now() - known.at >= LOOK_MS) {
      const kind = look();
      known = { at: clock.now(), kind };
      kind.catch(() => (known = undefined));
    }
    return known.kind;
  };
}
