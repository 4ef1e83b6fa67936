// SPDX-License-Identifier: Apache-2.0
/** A Debian root folder with chosen packages, as a layer, with dpkg's own list of them. */
import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import { isKept } from "#hack/images/demo/base-layer.ts";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { ensureCommands } from "#hack/lib/commands.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { run } from "#hack/lib/run.ts";
import type { LayerInput } from "#lib/oci/writer.ts";
import { treeEntries, writeTar } from "#lib/oci/writing/tar.ts";
import { dpkgQuery } from "./truth.ts";
import type { Package } from "./truth.ts";

const SUITE = "bookworm";
const MIRROR = "http://deb.debian.org/debian";

/** debootstrap(8) into `root`, which it makes. */
export async function debianRoot(root: string, include: readonly string[], log: Log): Promise<void> {
  const { debootstrap = "debootstrap", unshare = "unshare" } = await ensureCommands(
    [
      { command: "debootstrap", package: "debootstrap" },
      { command: "unshare", package: "util-linux" },
    ],
    log,
  );
  const packages = join(cacheFolder(), "debian-packages");
  await mkdir(packages, { recursive: true });
  const more = include.length === 0 ? [] : [`--include=${include.join(",")}`];
  await step(log, `installing Debian ${SUITE} with ${include.join(", ") || "nothing more"}`, () =>
    run(
      unshare,
      [
        ...["--mount", "--propagation", "private", "--kill-child", "--fork"],
        ...[debootstrap, "--variant=minbase", `--cache-dir=${packages}`, ...more, SUITE, root, MIRROR],
      ],
      { env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" } },
    ),
  );
}

export async function dpkgTruth(root: string): Promise<readonly Package[]> {
  const format = "${Package} ${Version} ${db:Status-Status}\\n";
  return dpkgQuery(await run("dpkg-query", [`--admindir=${root}/var/lib/dpkg`, "-W", "-f", format]));
}

/** Without caches, manual pages and device files. */
export function debianLayer(root: string): LayerInput {
  return { tar: writeTar(treeEntries(root, { exclude: (path) => !isKept(path) })), createdBy: "debootstrap" };
}

/** A folder as a layer, owned by root. */
export function folderLayer(root: string, createdBy: string): LayerInput {
  return { tar: writeTar(treeEntries(root, { owner: { uid: 0, gid: 0 } })), createdBy };
}
