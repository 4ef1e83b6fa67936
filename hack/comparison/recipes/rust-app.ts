// SPDX-License-Identifier: Apache-2.0
/** A Rust program that carries its crates' list (cargo-auditable), with the libraries it is linked to, and no package manager. */
import { copyFile, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { exists } from "#hack/lib/file.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { run } from "#hack/lib/run.ts";
import { librariesOf, withFolders } from "#hack/images/runtime-files.ts";
import { writeTar } from "#lib/oci/writing/tar.ts";
import type { TarEntry } from "#lib/oci/writing/tar-entry.ts";
import { inputs, type Recipe } from "../recipe.ts";
import { rustAuditInfo } from "../truth.ts";

const TOOLS = { "cargo-auditable": "0.6.7", "rust-audit-info": "0.5.4" };
const PROGRAM = "comparison-rust-app";

export const rustApp: Recipe = {
  name: "rust-app",
  title: "a Rust program built with cargo-auditable, on its shared libraries alone",
  tools: "rust-audit-info",
  version: 1,
  async build(scratch, log) {
    const bin = await cargoTools(log);
    const project = join(scratch, "project");
    await mkdir(join(project, "src"), { recursive: true });
    for (const name of ["Cargo.toml", "Cargo.lock", "src/main.rs"])
      await copyFile(join(inputs("rust-app"), name), join(project, name));
    const target = join(cacheFolder(), "rust-target");
    await step(log, `building ${PROGRAM}`, () =>
      run("cargo", ["auditable", "build", "--release", "--locked", "--target-dir", target], {
        cwd: project,
        env: { PATH: `${bin}:${process.env["PATH"] ?? ""}` },
      }),
    );
    const program = join(target, "release", PROGRAM);
    const files = [program, ...librariesOf(await run("ldd", [program]))];
    const entries: TarEntry[] = [];
    for (const source of files) {
      const path = source === program ? "app" : source.replace(/^\/+/, "");
      entries.push({ path, mode: 0o755, content: { path: source, size: (await stat(source)).size } });
    }
    return {
      layers: [{ tar: writeTar(withFolders(entries)), createdBy: "cargo auditable build" }],
      truth: rustAuditInfo(await run(join(bin, "rust-audit-info"), [program])),
    };
  },
};

async function cargoTools(log: Log): Promise<string> {
  const root = join(cacheFolder(), "cargo");
  for (const [name, version] of Object.entries(TOOLS)) {
    if (await exists(join(root, "bin", name))) continue;
    await step(log, `building ${name}`, () =>
      run("cargo", ["install", "--locked", "--root", root, `${name}@${version}`]),
    );
  }
  return join(root, "bin");
}
