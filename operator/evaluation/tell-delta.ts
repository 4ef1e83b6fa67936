// SPDX-License-Identifier: Apache-2.0
/** A report that new knowledge has changed is told of: in the log, in a metric, and as an Event on the Report. */
import { describeDelta } from "#engines/evaluation/index.ts";
import type { RescanDelta } from "#lib/contracts/events.ts";
import { createEventRecorder } from "#lib/kube/index.ts";
import type { BackendOptions } from "../backend.ts";
import type { ImageCatalog } from "./images.ts";

/** The reason of the Event. */
const REASON = "RescanDelta";

export function tellDelta(
  { client, caches, config, logger, metrics }: BackendOptions,
  images: Pick<ImageCatalog, "find">,
): (delta: RescanDelta) => void {
  const events = createEventRecorder({
    client,
    controller: "stella-ops.org/report",
    instance: config.podName,
    logger,
  });
  const announce = async (delta: RescanDelta): Promise<void> => {
    const { verdict } = delta;
    for (const report of caches.reports.list()) {
      if (report.metadata.namespace !== delta.namespace) continue;
      // A Report names the digest that its Pods run, which may be an index that leads to the image.
      const image = await images.find(report.spec.imageDigest);
      if (image?.imageDigest !== delta.imageDigest) continue;
      events.record({
        regarding: report,
        type: verdict.after === "fail" && verdict.before !== "fail" ? "Warning" : "Normal",
        reason: REASON,
        action: "Evaluate",
        note: describeDelta(delta),
      });
    }
  };
  return (delta) => {
    const { namespace, imageDigest, verdict, totals, newCriticals } = delta;
    logger.info({ namespace, imageDigest, verdict, totals, newCriticals }, "report changed by new knowledge");
    metrics.own.rescanDeltas.add(1, { verdict: verdict.before === verdict.after ? "same" : "changed" });
    announce(delta).catch((error: unknown) => logger.warn({ err: error }, "delta not announced"));
  };
}
