// SPDX-License-Identifier: Apache-2.0
/**
 * kubectl against one cluster.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubectlPath } from "#hack/cluster/index.ts";
import type { Log } from "#hack/lib/log.ts";
import { run } from "#hack/lib/run.ts";

export interface Kubectl {
  readonly program: string;
  /** Flags that name the cluster; they stand first. */
  readonly flags: readonly string[];
  /** What it printed. @throws COMMAND_FAILED with its own last words */
  (...args: string[]): Promise<string>;
}

export interface ClusterNames {
  readonly kubeconfigPath: string;
  readonly context: string;
}

export async function kubectlFor(cluster: ClusterNames, log: Log): Promise<Kubectl> {
  const program = await kubectlPath(log);
  const flags = ["--kubeconfig", cluster.kubeconfigPath, "--context", cluster.context];
  return Object.assign((...args: string[]) => run(program, [...flags, ...args]), { program, flags });
}

/** Server-side apply of a manifest's text. */
export async function applyText(kubectl: Kubectl, text: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "stellaops-demo-"));
  try {
    const file = join(folder, "manifest.yaml");
    await writeFile(file, text);
    await apply(kubectl, "-f", file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Fields that others wrote by hand since the last run become the demo's again. */
export async function apply(kubectl: Kubectl, ...what: string[]): Promise<void> {
  await kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=stellaops-demo", ...what);
}
