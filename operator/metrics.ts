// SPDX-License-Identifier: Apache-2.0
/** Metrics of the operator process. Labels come from closed sets. */
import { Registry, collectDefaultMetrics } from "prom-client";
import { NAMED, defineMetrics } from "#lib/metrics.ts";

export type OperatorMetrics = ReturnType<typeof createMetrics>;

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export const queueNames = ["scan", "import", "run"] as const;
export type QueueName = (typeof queueNames)[number];

const controllers = [
  "stellaops",
  "workload",
  "scan",
  "report",
  "scanpolicy",
  "advisorysource",
  "vexsource",
  "schedule",
  "notifyrule",
  "notifychannel",
  "openreport",
] as const;
export type ControllerName = (typeof controllers)[number];

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const own = defineMetrics(registry, {
    scanSeconds: {
      type: "histogram",
      name: "stella_scan_seconds",
      unit: "seconds",
      help: "From the start of a scan job to its record.",
      labels: { result: ["succeeded", "failed"] },
      buckets: SECONDS,
    },
    scanLayers: {
      type: "counter",
      name: "stella_scan_layers_total",
      unit: "layers",
      help: "Layers of scanned images, by whether they had to be read.",
      labels: { source: ["cached", "analyzed"] },
    },
    evaluationSeconds: {
      type: "histogram",
      name: "stella_evaluation_seconds",
      unit: "seconds",
      help: "To join, judge and store one report.",
      buckets: SECONDS,
    },
    rescanDeltas: {
      type: "counter",
      name: "stella_rescan_deltas_total",
      unit: "deltas",
      help: "Reports that new advisories, VEX or scores changed, by whether the verdict changed.",
      labels: { verdict: ["same", "changed"] },
    },
    reconcileSeconds: {
      type: "histogram",
      name: "stella_reconcile_seconds",
      unit: "seconds",
      help: "Of one reconcile.",
      labels: { controller: controllers, result: ["done", "requeued", "retry", "recheck", "stalled"] },
      buckets: SECONDS,
    },
    requestSeconds: {
      type: "histogram",
      name: "stella_api_request_seconds",
      unit: "seconds",
      help: "Of one REST request, by class of status.",
      labels: { status: ["2xx", "3xx", "4xx", "5xx"] },
      buckets: SECONDS,
    },
    queueJobs: {
      type: "gauge",
      name: "stella_queue_jobs",
      unit: "jobs",
      help: "Jobs by queue and state.",
      labels: { queue: queueNames, state: ["waiting", "running", "dead"] },
    },
    sourceSuccess: {
      type: "gauge",
      name: "stella_source_last_success_timestamp_seconds",
      unit: "seconds",
      help: "When a source was last read well, in Unix time; 0: never.",
      labels: { kind: ["AdvisorySource", "VexSource"], source: NAMED },
    },
    staleSources: {
      type: "gauge",
      name: "stella_stale_sources",
      unit: "sources",
      help: "Sources that are older than their spec.staleAfter, or were never read.",
      labels: { kind: ["AdvisorySource", "VexSource"] },
    },
    imagesWithoutDigest: {
      type: "gauge",
      name: "stella_undiscovered_images",
      unit: "images",
      help: "Running images that no registry knows by digest; they are not scanned.",
    },
  });
  return { registry, own };
}
