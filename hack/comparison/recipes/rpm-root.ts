// SPDX-License-Identifier: Apache-2.0
/** A root whose packages rpm(8) itself installed from packages that rpmbuild made of inputs/rpm-root; it calls itself Fedora. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureCommands } from "#hack/lib/commands.ts";
import { run } from "#hack/lib/run.ts";
import { folderLayer } from "../debian-root.ts";
import { inputs, type Recipe } from "../recipe.ts";
import { rpmQuery } from "../truth.ts";
import { pipTruth } from "./python-app.ts";

/** Where Fedora keeps it since 36. */
const DATABASE = "/usr/lib/sysimage/rpm";
const RELEASE = `NAME="Fedora Linux"\nVERSION="40 (Container Image)"\nID=fedora\nVERSION_ID=40\nPRETTY_NAME="Fedora Linux 40"\n`;
const QUERY = "%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\n";

export const rpmRoot: Recipe = {
  name: "rpm-root",
  title: "rpm's own database (SQLite) of packages made for this",
  tools: "rpm -qa, pip list",
  version: 2,
  async build(scratch, log) {
    const commands = [
      { command: "rpm", package: "rpm" },
      { command: "rpmbuild", package: "rpm" },
      { command: "pip3", package: "python3-pip" },
    ];
    const { rpm = "rpm", rpmbuild = "rpmbuild", pip3 = "pip3" } = await ensureCommands(commands, log);
    const [top, layer] = [join(scratch, "top"), join(scratch, "root")];
    await run(rpmbuild, [
      "-bb",
      "--define",
      `_topdir ${top}`,
      "--define",
      "dist .fc40",
      join(inputs("rpm-root"), "comparison.spec"),
    ]);
    const built = (await readdir(join(top, "RPMS"), { recursive: true })).filter((name) =>
      name.endsWith(".rpm"),
    );
    await mkdir(join(layer, "etc"), { recursive: true });
    const database = ["--root", layer, "--define", `_dbpath ${DATABASE}`];
    const packages = built.sort().map((name) => join(top, "RPMS", name));
    await run(rpm, [...database, "--install", "--nodeps", "--ignoreos", ...packages]);
    await writeFile(join(layer, "etc", "os-release"), RELEASE);
    const site = join(layer, "usr/lib/python3.12/site-packages");
    return {
      layers: [folderLayer(layer, "rpm --install")],
      truth: [
        ...rpmQuery(await run(rpm, [...database, "-qa", "--qf", QUERY])),
        ...(await pipTruth(pip3, site)),
      ],
    };
  },
};
