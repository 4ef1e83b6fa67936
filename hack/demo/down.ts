// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run demo:down`: removes the demo's cluster, or from an existing cluster all that the demo put there.
 */
import { join } from "node:path";
import { clusterDown, clusterUp } from "#hack/cluster/index.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { kubectlFor } from "./kubectl.ts";
import { refuseForeignNamespaces } from "./ownership.ts";
import { clusterOf, type DemoOptions } from "./up.ts";

const HERE = import.meta.dirname;
const CONFIG = join(HERE, "..", "..", "config");

export async function demoDown(options: DemoOptions, log: Log): Promise<void> {
  if (options.context === undefined) {
    await clusterDown({ ...clusterOf(options), log });
    return;
  }
  const kubectl = await kubectlFor(await clusterUp({ ...clusterOf(options), log }), log);
  await refuseForeignNamespaces(kubectl);
  // The samples hold the StellaOps object, which owns the webhook's registration: with it gone, Pods start again.
  const parts = [
    ["-f", join(HERE, "workloads.yaml")],
    ["-k", join(HERE, "samples")],
    ["-f", join(HERE, "registry.yaml")],
    ["-k", join(CONFIG, "default")],
  ] as const;
  for (const [flag, path] of parts) {
    await step(log, `removing what ${path} has`, () =>
      kubectl("delete", flag, path, "--ignore-not-found", "--timeout=120s"),
    );
  }
}
