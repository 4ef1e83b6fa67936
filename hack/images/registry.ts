// SPDX-License-Identifier: Apache-2.0
/**
 * The image of the development registry (hack/tools/registry), for clusters that have no registry of their own.
 */
import { basename, dirname } from "node:path";
import { packScratchImage } from "#hack/lib/scratch-image.ts";
import type { Log } from "#hack/lib/log.ts";
import { toolPath } from "#hack/tools/programs.ts";
import { cached, inputKey } from "./archive-cache.ts";

export const REGISTRY_IMAGE = "stellaops.local/registry:dev";

/** A docker-archive; the program's own key says when it must be packed anew. */
export async function registryImage(log: Log): Promise<string> {
  const source = await toolPath("registry", log);
  const key = await inputKey({ program: basename(dirname(source)) });
  const build = (path: string) =>
    packScratchImage(
      {
        reference: REGISTRY_IMAGE,
        files: [{ path: "/registry", source }],
        entrypoint: ["/registry", "--listen", "0.0.0.0:5000"],
        user: "65532:65532",
      },
      path,
    );
  return cached({ name: "registry-image", key, suffix: ".tar", build }, log);
}
