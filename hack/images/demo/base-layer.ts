// SPDX-License-Identifier: Apache-2.0
/**
 * The layer that the demo's Debian images share: bookworm's minimal system from debootstrap(8), less what an image
 * does not need and what differs between two runs.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { ensureCommands } from "#hack/lib/commands.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { run } from "#hack/lib/run.ts";
import { treeEntries } from "#lib/oci/writing/tar.ts";
import { writeTarFile } from "#lib/oci/writer.ts";
import { cached, inputKey } from "../archive-cache.ts";
import { imageErrors } from "../errors.ts";
import { fromRegistry } from "./from-registry.ts";

const SUITE = "bookworm";
const MIRROR = "http://deb.debian.org/debian";
/** Raise to build the layer anew, with what Debian has then. */
const VERSION = 1;

/** Emptied folders stay; what is in them goes. */
const EMPTIED = /^(?:dev|proc|sys|run|tmp|var\/tmp|var\/cache|var\/log|var\/lib\/apt\/lists)\//;
const LEFT_OUT =
  /^(?:debootstrap|etc\/(?:resolv\.conf|hostname|machine-id|\.pwd\.lock|(?:passwd|group|g?shadow)-)|usr\/share\/(?:man|locale|info|lintian))(?:\/|$)/;
const COPYRIGHT = /^usr\/share\/doc(?:\/[^/]+(?:\/copyright)?)?$/;

/** Path of an uncompressed tar of the layer. @throws IMAGE_PLATFORM_UNSUPPORTED, IMAGE_PACKAGES_UNAVAILABLE */
export async function debianBaseLayer(log: Log): Promise<string> {
  const key = await baseLayerKey();
  return cached(
    { name: `debian-${SUITE}`, key, suffix: ".tar", build: (path) => buildLayer(path, log) },
    log,
  );
}

export function baseLayerKey(): Promise<string> {
  return inputKey({ suite: SUITE, version: String(VERSION), arch: process.arch });
}

/** Whether a path of the new root belongs into the layer. */
export function isKept(path: string): boolean {
  if (EMPTIED.test(path) || LEFT_OUT.test(path)) return false;
  if (path.startsWith("var/lib/dpkg/") && path.endsWith("-old")) return false;
  return !path.startsWith("usr/share/doc/") || COPYRIGHT.test(path);
}

async function buildLayer(path: string, log: Log): Promise<void> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw imageErrors.make(
      "IMAGE_PLATFORM_UNSUPPORTED",
      "the demo's Debian images are built in a chroot: run this as root on Debian or a system with debootstrap",
    );
  }
  const { debootstrap = "debootstrap", unshare = "unshare" } = await ensureCommands(
    [
      { command: "debootstrap", package: "debootstrap" },
      { command: "unshare", package: "util-linux" },
    ],
    log,
  );
  const root = `${path}.root`;
  const packages = join(cacheFolder(), "debian-packages");
  await mkdir(packages, { recursive: true });
  let last = "";
  try {
    // Mounts that debootstrap makes end with this mount namespace, whatever happens to debootstrap.
    const args = ["--mount", "--propagation", "private", "--kill-child", "--fork"];
    const command = [debootstrap, "--variant=minbase", `--cache-dir=${packages}`, SUITE, root, MIRROR];
    await step(
      log,
      `installing Debian ${SUITE} into a folder`,
      () =>
        fromRegistry(`Debian's packages from ${MIRROR}`, () =>
          run(unshare, [...args, ...command], {
            env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
            onLine: (line) => (last = line.replace(/^I: /, "")),
          }),
        ),
      () => last,
    );
    await fixDates(join(root, "etc", "shadow"));
    await writeTarFile(path, treeEntries(root, { exclude: (one) => !isKept(one) }));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** shadow(5) tells the day of the last password change, which is the day of the build. */
async function fixDates(shadow: string): Promise<void> {
  const lines = (await readFile(shadow, "utf8")).split("\n");
  const fixed = lines.map((line) => line.replace(/^([^:]*:[^:]*):\d+:/, "$1:0:"));
  await writeFile(shadow, fixed.join("\n"));
}
