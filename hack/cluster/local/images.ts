// SPDX-License-Identifier: Apache-2.0
/**
 * Images on a local node: the node's own two, packed from programs built here, and whatever is loaded later.
 */
import { basename, dirname, join } from "node:path";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { exists } from "#hack/lib/file.ts";
import { run } from "#hack/lib/run.ts";
import { packScratchImage } from "#hack/lib/scratch-image.ts";
import { messageOf } from "#lib/errors.ts";
import { DNS_IMAGE } from "./cluster-dns.ts";
import { PAUSE_IMAGE } from "./configs.ts";
import type { ClusterPaths } from "./paths.ts";
import type { Programs } from "./programs.ts";
import { clusterErrors } from "../errors.ts";

/** Archives of the images that a node needs before any Pod can run. */
export async function ownImages(programs: Programs): Promise<string[]> {
  const pause = await archiveOf(PAUSE_IMAGE, "/pause", programs.built.pause);
  const coredns = await archiveOf(DNS_IMAGE, "/coredns", programs.built.coredns);
  return [pause, coredns];
}

/** @throws IMAGE_ARCHIVE_UNREADABLE with containerd's words */
export async function importImage(ctr: string, paths: ClusterPaths, archivePath: string): Promise<void> {
  if (!(await exists(archivePath))) {
    throw clusterErrors.make("IMAGE_ARCHIVE_UNREADABLE", `no image archive at ${archivePath}`);
  }
  try {
    await run(ctr, ["--address", paths.containerdSocket, "-n", "k8s.io", "images", "import", archivePath]);
  } catch (cause) {
    const why = messageOf(cause).split("\n").at(-1) ?? "";
    throw clusterErrors.make("IMAGE_ARCHIVE_UNREADABLE", `containerd did not take ${archivePath}: ${why}`, {
      cause,
    });
  }
}

/** Cached beside the program under the same key. */
async function archiveOf(reference: string, path: string, program: string): Promise<string> {
  const archive = join(cacheFolder(), "images", `${basename(dirname(program))}.tar`);
  if (!(await exists(archive))) {
    await packScratchImage({ reference, files: [{ path, source: program }], entrypoint: [path] }, archive);
  }
  return archive;
}
