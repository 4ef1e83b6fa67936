// SPDX-License-Identifier: Apache-2.0
/**
 * The layer that holds one demo application: npm packages below srv/app, Python packages where Debian's Python looks.
 * Nothing of a package is run, and archives are checked against the digests in the lock files.
 */
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureCommands } from "#hack/lib/commands.ts";
import { exists } from "#hack/lib/file.ts";
import type { Log } from "#hack/lib/log.ts";
import { run } from "#hack/lib/run.ts";
import { byText } from "#lib/compare.ts";
import { treeEntries } from "#lib/oci/writing/tar.ts";
import type { TarEntry } from "#lib/oci/writing/tar-entry.ts";
import { fromRegistry } from "./from-registry.ts";

const PYTHON = "3.11";
const SITE = `usr/local/lib/python${PYTHON}/dist-packages`;

/** Entries of the layer; the files lie in `scratch` until it is removed by the caller. */
export async function appLayer(folder: string, scratch: string, log: Log): Promise<AsyncIterable<TarEntry>> {
  const source = join(import.meta.dirname, folder);
  const root = join(scratch, folder);
  await npmPackages(source, join(root, "srv", "app"), log);
  if (await exists(join(source, "requirements.txt"))) {
    await pythonPackages(join(source, "requirements.txt"), join(root, SITE), `${root}.wheels`, log);
  }
  return treeEntries(root, { owner: { uid: 0, gid: 0 } });
}

async function npmPackages(source: string, target: string, log: Log): Promise<void> {
  const { npm = "npm" } = await ensureCommands([{ command: "npm", package: "npm" }], log);
  await mkdir(target, { recursive: true });
  for (const name of ["package.json", "package-lock.json"])
    await copyFile(join(source, name), join(target, name));
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--install-links=false"];
  await fromRegistry("packages from the npm registry", () =>
    run(npm, ["ci", "--ignore-scripts", ...quiet, "--prefix", target], { cwd: target }),
  );
}

/** Wheels are only unpacked: what pip would write of its own differs between machines. */
async function pythonPackages(requirements: string, target: string, wheels: string, log: Log): Promise<void> {
  const { pip3 = "pip3", python3 = "python3" } = await ensureCommands(
    [
      { command: "pip3", package: "python3-pip" },
      { command: "python3", package: "python3" },
    ],
    log,
  );
  const exact = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--disable-pip-version-check"];
  const platform = ["--platform=any", "--implementation=py", "--abi=none", `--python-version=${PYTHON}`];
  await fromRegistry("packages from PyPI", () =>
    run(pip3, [
      "download",
      "--quiet",
      ...exact,
      ...platform,
      "--dest",
      wheels,
      "--requirement",
      requirements,
    ]),
  );
  await mkdir(target, { recursive: true });
  for (const wheel of (await readdir(wheels)).sort(byText)) {
    await run(python3, ["-m", "zipfile", "-e", join(wheels, wheel), target]);
  }
  await rm(wheels, { recursive: true, force: true });
}
