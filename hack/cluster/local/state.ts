// SPDX-License-Identifier: Apache-2.0
/**
 * The one fact about a local cluster that everything else follows from, kept as JSON in its folder.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { LARGEST_NUMBER } from "./address-plan.ts";
import type { ClusterPaths } from "./paths.ts";
import { clusterErrors } from "../errors.ts";

const stateSchema = z.object({
  name: z.string(),
  /** See address-plan.ts. */
  number: z.int().min(1).max(LARGEST_NUMBER),
  cniFolder: z.string(),
  containerd: z.string(),
  ctr: z.string(),
});

export type ClusterState = Readonly<z.infer<typeof stateSchema>>;

/** undefined when there is no such cluster. @throws CLUSTER_STATE_INVALID */
export async function readState(paths: ClusterPaths): Promise<ClusterState | undefined> {
  let text;
  try {
    text = await readFile(paths.state, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw clusterErrors.make(
      "CLUSTER_STATE_INVALID",
      `${paths.state} does not describe a cluster; remove it with down`,
      { cause },
    );
  }
}

export async function writeState(paths: ClusterPaths, state: ClusterState): Promise<void> {
  await writeFile(`${paths.state}.new`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${paths.state}.new`, paths.state);
}
