// SPDX-License-Identifier: Apache-2.0
/** Some thirty npm packages and what they need, on Debian. Traps: aliases, bundled packages, test fixtures, optional packages of other platforms. */
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ensureCommands } from "#hack/lib/commands.ts";
import { run } from "#hack/lib/run.ts";
import { debianLayer, debianRoot, dpkgTruth, folderLayer } from "../debian-root.ts";
import { inputs, type Recipe } from "../recipe.ts";
import { goVersion, npmList } from "../truth.ts";

export const nodeApp: Recipe = {
  name: "node-app",
  title: "Debian, a Node application with an npm lock file",
  tools: "dpkg-query, npm ls --all, go version -m",
  version: 2,
  async build(scratch, log) {
    const { npm = "npm" } = await ensureCommands([{ command: "npm", package: "npm" }], log);
    const [root, layer] = [join(scratch, "root"), join(scratch, "app")];
    await debianRoot(root, [], log);
    const app = join(layer, "srv", "app");
    await mkdir(app, { recursive: true });
    for (const name of ["package.json", "package-lock.json"])
      await copyFile(join(inputs("node-app"), name), join(app, name));
    await run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: app });
    const listed = await run(npm, ["ls", "--all", "--parseable", "--long"], { cwd: app });
    const programs = await run("go", ["version", "-m", app]);
    return {
      layers: [debianLayer(root), folderLayer(layer, "npm ci")],
      truth: [...(await dpkgTruth(root)), ...npmList(listed), ...goVersion(programs)],
    };
  },
};
