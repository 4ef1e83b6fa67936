// SPDX-License-Identifier: Apache-2.0
/** All metrics have names that their rules allow; the operator does not start otherwise. */
import { expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";

it("defines every metric", async () => {
  const { registry } = createMetrics();
  expect(await registry.metrics()).toContain("# TYPE stella_rescan_deltas_total counter");
});
