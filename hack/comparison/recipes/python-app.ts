// SPDX-License-Identifier: Apache-2.0
/** Wheels in Debian's Python, beside Python packages of Debian itself. Traps: vendored distributions of setuptools, namespace packages. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ensureCommands } from "#hack/lib/commands.ts";
import { run } from "#hack/lib/run.ts";
import { debianLayer, debianRoot, dpkgTruth, folderLayer } from "../debian-root.ts";
import { inputs, type Recipe } from "../recipe.ts";
import { pipList } from "../truth.ts";

const PYTHON = "3.11";
const PLATFORMS = ["manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64", "any"];

export const pythonApp: Recipe = {
  name: "python-app",
  title: "Debian with Python packages of its own, and wheels from PyPI",
  tools: "dpkg-query, pip list (also of what setuptools carries)",
  version: 2,
  async build(scratch, log) {
    const { pip3 = "pip3" } = await ensureCommands([{ command: "pip3", package: "python3-pip" }], log);
    const [root, layer] = [join(scratch, "root"), join(scratch, "app")];
    await debianRoot(root, ["python3-minimal", "python3-requests", "python3-yaml"], log);
    const site = join(layer, "usr/local/lib", `python${PYTHON}`, "dist-packages");
    await mkdir(site, { recursive: true });
    await installWheels(pip3, join(inputs("python-app"), "requirements.txt"), site);
    const paths = [site, join(site, "setuptools/_vendor"), join(root, "usr/lib/python3/dist-packages")];
    const truth = [await dpkgTruth(root)];
    for (const path of paths) truth.push(await pipTruth(pip3, path));
    return { layers: [debianLayer(root), folderLayer(layer, "pip install")], truth: truth.flat() };
  },
};

/** Of the lock file, with its digests, for Debian's Python; nothing of a package is run. */
export async function installWheels(pip3: string, requirements: string, target: string): Promise<void> {
  await run(pip3, [
    ...["install", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"],
    ...[
      "--python-version",
      PYTHON,
      "--implementation",
      "cp",
      "--abi",
      "cp311",
      "--abi",
      "abi3",
      "--abi",
      "none",
    ],
    ...PLATFORMS.flatMap((one) => ["--platform", one]),
    ...["--target", target, "--requirement", requirements],
  ]);
}

export async function pipTruth(pip3: string, path: string) {
  return pipList(
    await run(pip3, ["list", "--path", path, "--format", "json", "--disable-pip-version-check"]),
  );
}
