// SPDX-License-Identifier: Apache-2.0
/** .NET programs as PyPI ships them: a shared framework, an application and a library, each with its deps.json. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ensureCommands } from "#hack/lib/commands.ts";
import { folderLayer } from "../debian-root.ts";
import { inputs, type Recipe } from "../recipe.ts";
import { dotnetDeps, type Package } from "../truth.ts";
import { installWheels, pipTruth } from "./python-app.ts";

export const dotnetApp: Recipe = {
  name: "dotnet-app",
  title: ".NET Core's framework and two programs, in wheels from PyPI",
  tools: "deps.json (packages of which a file is there), pip list",
  version: 2,
  async build(scratch) {
    const { pip3 = "pip3" } = await ensureCommands(
      [{ command: "pip3", package: "python3-pip" }],
      () => undefined,
    );
    const layer = join(scratch, "app");
    const site = join(layer, "usr/lib/python3.11/site-packages");
    await mkdir(site, { recursive: true });
    await installWheels(pip3, join(inputs("dotnet-app"), "requirements.txt"), site);
    const files = await readdir(site, { recursive: true });
    const truth: Package[] = [];
    for (const list of files.filter((name) => name.endsWith(".deps.json"))) {
      const beside = new Set(
        files.filter((name) => name.startsWith(dirname(list))).map((name) => basename(name)),
      );
      truth.push(...dotnetDeps(await readFile(join(site, list), "utf8"), (file) => beside.has(file)));
    }
    return {
      layers: [folderLayer(layer, "pip install")],
      truth: [...truth, ...(await pipTruth(pip3, site))],
    };
  },
};
