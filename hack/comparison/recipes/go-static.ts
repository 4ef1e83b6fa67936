// SPDX-License-Identifier: Apache-2.0
/** Static Go programs and nothing else; one of them has hundreds of modules. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { buildGoProgram } from "#hack/lib/go-build.ts";
import { run } from "#hack/lib/run.ts";
import { withFolders } from "#hack/images/runtime-files.ts";
import { peerPath } from "#hack/peers/programs.ts";
import { toolPath } from "#hack/tools/programs.ts";
import { writeTar } from "#lib/oci/writing/tar.ts";
import type { TarEntry } from "#lib/oci/writing/tar-entry.ts";
import type { Recipe } from "../recipe.ts";
import { goVersion } from "../truth.ts";

const SERVER = join(import.meta.dirname, "../../images/demo/go-api");

export const goStatic: Recipe = {
  name: "go-static",
  title: "three static Go programs from scratch",
  tools: "go version -m",
  version: 2,
  async build(_scratch, log) {
    const programs = {
      server: await buildGoProgram({ name: "demo-go-api", module: SERVER, package: "./server" }, log),
      "usr/bin/health": await toolPath("health", log),
      "usr/bin/syft": await peerPath("syft", log),
    };
    const entries: TarEntry[] = [];
    for (const [path, source] of Object.entries(programs))
      entries.push({ path, mode: 0o755, content: { path: source, size: (await stat(source)).size } });
    const said = await run("go", ["version", "-m", ...Object.values(programs)]);
    return {
      layers: [{ tar: writeTar(withFolders(entries)), createdBy: "go build" }],
      truth: goVersion(said),
    };
  },
};
