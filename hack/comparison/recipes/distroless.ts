// SPDX-License-Identifier: Apache-2.0
/** Debian packages unpacked without dpkg, each with its control file and md5sums in status.d, as distroless images have them. */
import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { ensureCommands } from "#hack/lib/commands.ts";
import { run } from "#hack/lib/run.ts";
import { folderLayer } from "../debian-root.ts";
import { inputs, type Recipe } from "../recipe.ts";
import type { Package } from "../truth.ts";
import { installWheels, pipTruth } from "./python-app.ts";

const PACKAGES = [
  ...[
    "base-files",
    "ca-certificates",
    "libbz2-1.0",
    "libc6",
    "libcom-err2",
    "libcrypt1",
    "libdb5.3",
    "libexpat1",
  ],
  ...["libffi8", "libgcc-s1", "liblzma5", "libncursesw6", "libpython3.11-minimal", "libpython3.11-stdlib"],
  ...["libreadline8", "libsqlite3-0", "libssl3", "libtinfo6", "libuuid1", "netbase", "python3.11-minimal"],
  ...["tzdata", "zlib1g"],
];

export const distroless: Recipe = {
  name: "distroless",
  title: "Debian packages in status.d, Python and wheels",
  tools: "dpkg-deb -f, pip list",
  version: 2,
  async build(scratch, log) {
    const { pip3 = "pip3" } = await ensureCommands([{ command: "pip3", package: "python3-pip" }], log);
    const [layer, downloads] = [join(scratch, "root"), join(cacheFolder(), "comparison-debs")];
    await rm(downloads, { recursive: true, force: true });
    await mkdir(downloads, { recursive: true });
    await run("apt-get", ["download", "-q", ...PACKAGES], { cwd: downloads });
    const status = join(layer, "var/lib/dpkg/status.d");
    await mkdir(status, { recursive: true });
    const truth: Package[] = [];
    for (const name of (await readdir(downloads)).sort()) {
      const file = join(downloads, name);
      await run("dpkg-deb", ["--extract", file, layer]);
      const [id = "", version = ""] = (
        await run("dpkg-deb", ["--show", "--showformat", "${Package} ${Version}", file])
      ).split(" ");
      await writeFile(join(status, id), await run("dpkg-deb", ["--field", file]));
      await copyFile(await controlFile(file, join(scratch, id)), join(status, `${id}.md5sums`));
      truth.push({ type: "deb", name: id, version });
    }
    const site = join(layer, "usr/lib/python3/dist-packages");
    await mkdir(site, { recursive: true });
    await installWheels(pip3, join(inputs("distroless"), "requirements.txt"), site);
    return {
      layers: [folderLayer(layer, "dpkg-deb --extract")],
      truth: [...truth, ...(await pipTruth(pip3, site))],
    };
  },
};

/** The md5sums of a package's control archive, which lists its files. */
async function controlFile(file: string, scratch: string): Promise<string> {
  await run("dpkg-deb", ["--control", file, scratch]);
  return join(scratch, "md5sums");
}
