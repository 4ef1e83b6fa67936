// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { advisorySourceObject, vexSourceObject } from "#controllers/testing/objects.ts";
import { createMetrics } from "./metrics.ts";
import { measureSources } from "./source-freshness.ts";
import { testCaches } from "./testing/bench.ts";

const fresh = (status: "True" | "False") => [
  { type: "Fresh", status, reason: "x", message: "", lastTransitionTime: "2024-01-01T00:00:00Z" },
];

it("says of each source when it was read last, and how many are stale", async () => {
  const { caches, feed } = testCaches();
  const metrics = createMetrics();
  measureSources(caches, "team", metrics);
  const scrape = async (): Promise<string[]> =>
    (await metrics.registry.metrics())
      .split("\n")
      .filter((line) => /^stella_(?:source|stale)/.test(line))
      .sort();
  feed.advisorySources.set(
    advisorySourceObject({
      metadata: { name: "osv" },
      status: { lastSuccess: "2024-01-01T00:00:00Z", conditions: fresh("True") },
    }),
  );
  feed.vexSources.set(vexSourceObject({ metadata: { name: "hub" }, status: { conditions: fresh("False") } }));
  feed.vexSources.set(vexSourceObject({ metadata: { name: "mine", namespace: "elsewhere" } }));
  expect(await scrape()).toEqual([
    'stella_source_last_success_timestamp_seconds{kind="AdvisorySource",source="team/osv"} 1704067200',
    'stella_source_last_success_timestamp_seconds{kind="VexSource",source="team/hub"} 0',
    'stella_stale_sources{kind="AdvisorySource"} 0',
    'stella_stale_sources{kind="VexSource"} 1',
  ]);
});
