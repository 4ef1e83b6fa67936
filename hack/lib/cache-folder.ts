// SPDX-License-Identifier: Apache-2.0
/**
 * The one folder that holds what developer scripts build or keep: programs keyed by their lock files,
 * and the state of local clusters. Removing it is always safe once no cluster runs.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** STELLAOPS_DEV_CACHE, or `~/.cache/stellaops-dev`; absolute. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env["STELLAOPS_DEV_CACHE"];
  return chosen ? resolve(chosen) : join(homedir(), ".cache", "stellaops-dev");
}
