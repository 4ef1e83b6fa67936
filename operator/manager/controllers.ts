// SPDX-License-Identifier: Apache-2.0
/** All controllers of the operator, started together by the leader. */
import { reconcileNotify } from "#controllers/notify/index.ts";
import { reconcileReport } from "#controllers/report/index.ts";
import type { ReportPorts } from "#controllers/report/index.ts";
import { reconcileScan } from "#controllers/scan/index.ts";
import type { ScanPorts } from "#controllers/scan/index.ts";
import { reconcileScanPolicy } from "#controllers/scan-policy/index.ts";
import { reconcileSchedule } from "#controllers/schedule/index.ts";
import type { SchedulePorts } from "#controllers/schedule/index.ts";
import { reconcileSource } from "#controllers/source/index.ts";
import type { SourcePorts } from "#controllers/source/index.ts";
import { reconcileStellaOps } from "#controllers/stella-ops/index.ts";
import type { StellaOpsPorts } from "#controllers/stella-ops/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { keyOf, source } from "#lib/kube/index.ts";
import type { Controller } from "#lib/kube/index.ts";
import type { Clock } from "#lib/clock.ts";
import { BY_DIGEST, BY_UID } from "../caches.ts";
import type { Caches } from "../caches.ts";
import { isSpecChanged } from "./changes.ts";
import { runOpenReports } from "./open-reports.ts";
import { runKind } from "./run-kind.ts";
import type { Manager } from "./run-kind.ts";
import { runWorkloads } from "./workloads.ts";
import type { WorkloadOptions } from "./workloads.ts";

export interface ControllerPorts {
  readonly clock: Clock;
  readonly caches: Caches;
  readonly scan: ScanPorts;
  readonly report: ReportPorts;
  readonly source: SourcePorts;
  readonly schedule: SchedulePorts;
  readonly stellaOps: StellaOpsPorts;
  readonly workload: WorkloadOptions;
}

export interface Controllers {
  readonly scan: Controller;
  readonly report: Controller;
  readonly advisorySource: Controller;
  readonly vexSource: Controller;
  readonly schedule: Controller;
  /** A job about the object with this uid ended. */
  scanSettled(uid: string): void;
  /** Snapshots changed: every Report is looked at. */
  knowledgeChanged(): void;
  stop(): Promise<void>;
}

export function startControllers(manager: Manager, ports: ControllerPorts): Controllers {
  const { caches, clock } = ports;
  const allReports = (): readonly string[] => caches.reports.list().map(keyOf);
  const reportsIn = (namespace: string | undefined): readonly string[] =>
    caches.reports
      .list()
      .filter((report) => report.metadata.namespace === namespace)
      .map(keyOf);
  const reportsOf = (digests: readonly (string | undefined)[]): readonly string[] =>
    digests.flatMap((digest) =>
      digest === undefined ? [] : caches.reports.byIndex(BY_DIGEST, digest).map(keyOf),
    );
  const singleton = (): readonly string[] => ["stellaops"];

  const started = {
    stellaOps: runKind(manager, {
      name: "stellaops",
      store: caches.stellaOps,
      sources: [
        source(caches.deployments, singleton),
        source(caches.services, singleton),
        source(caches.advisorySources, singleton),
        source(caches.vexSources, singleton),
        source(caches.scanPolicies, singleton),
      ],
      reconcile: (object) => reconcileStellaOps(object, ports.stellaOps),
      workers: 1,
    }),
    workload: runWorkloads(manager, ports.workload),
    scan: runKind(manager, {
      name: "scan",
      store: caches.scans,
      reconcile: (scan) => reconcileScan(scan, ports.scan),
      workers: 4,
    }),
    report: runKind(manager, {
      name: "report",
      store: caches.reports,
      sources: [
        source(caches.scans, ({ spec, status }) =>
          reportsOf([spec.digest, status?.imageDigest, status?.indexDigest]),
        ),
        source(caches.pods, (pod, old) => {
          const digests = [...pod.facts.images, ...(old?.facts.images ?? [])].map((image) => image.digest);
          return reportsOf(digests).filter((key) => key.startsWith(`${pod.facts.namespace}/`));
        }),
        source(caches.scanPolicies, (policy, old, type) => {
          if (!isSpecChanged(policy, old, type)) return [];
          return policy.metadata.namespace === ports.workload.systemNamespace
            ? allReports()
            : reportsIn(policy.metadata.namespace);
        }),
        source(caches.namespaces, (namespace, old) =>
          canonicalJson(namespace.metadata.labels ?? {}) === canonicalJson(old?.metadata.labels ?? {})
            ? []
            : reportsIn(namespace.metadata.name),
        ),
        source(caches.stellaOps, (object, old, type) =>
          isSpecChanged(object, old, type) ? allReports() : [],
        ),
      ],
      reconcile: (report) => reconcileReport(report, ports.report),
      workers: 2,
    }),
    scanPolicy: runKind(manager, {
      name: "scanpolicy",
      store: caches.scanPolicies,
      reconcile: (policy) => Promise.resolve(reconcileScanPolicy(policy, clock)),
    }),
    advisorySource: runKind(manager, {
      name: "advisorysource",
      store: caches.advisorySources,
      reconcile: (object) => reconcileSource("AdvisorySource", object, ports.source),
    }),
    vexSource: runKind(manager, {
      name: "vexsource",
      store: caches.vexSources,
      reconcile: (object) => reconcileSource("VexSource", object, ports.source),
    }),
    schedule: runKind(manager, {
      name: "schedule",
      store: caches.schedules,
      reconcile: (schedule) => reconcileSchedule(schedule, ports.schedule),
    }),
    notifyRule: runKind(manager, {
      name: "notifyrule",
      store: caches.notifyRules,
      reconcile: (rule) => Promise.resolve(reconcileNotify(rule, clock)),
    }),
    notifyChannel: runKind(manager, {
      name: "notifychannel",
      store: caches.notifyChannels,
      reconcile: (channel) => Promise.resolve(reconcileNotify(channel, clock)),
    }),
    openReport: runOpenReports(manager, ports),
  };
  return {
    ...started,
    scanSettled: (uid) => {
      for (const scan of caches.scans.byIndex(BY_UID, uid)) started.scan.queue.add(keyOf(scan));
    },
    knowledgeChanged: () => {
      for (const key of allReports()) started.report.queue.add(key);
    },
    stop: async () => {
      await Promise.all(Object.values(started).map((controller) => controller.stop()));
    },
  };
}
