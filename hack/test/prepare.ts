// SPDX-License-Identifier: Apache-2.0
/** What end-to-end tests need and build on first use: before them, with progress, so that no test waits for a build. */
import { clusterDown, clusterUp } from "#hack/cluster/index.ts";
import { demoImages } from "#hack/images/demo.ts";
import { productImage } from "#hack/images/product.ts";
import { registryImage } from "#hack/images/registry.ts";
import { logToStderr } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { toolPath } from "#hack/tools/programs.ts";

const CLUSTER = "prepare";

/** @throws what building and starting them throw */
export async function prepare(): Promise<void> {
  const log = logToStderr;
  await step(log, "a cluster can be made here", async () => {
    await clusterUp({ name: CLUSTER, log });
    await clusterDown({ name: CLUSTER, log });
  });
  await step(log, "tools of the tests", async () => {
    await toolPath("registry", log);
    await toolPath("crane", log);
  });
  await step(log, "images", async () => {
    await productImage(log);
    await registryImage(log);
    await demoImages(log);
  });
}
