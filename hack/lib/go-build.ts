// SPDX-License-Identifier: Apache-2.0
/**
 * Builds Go programs of our own small modules into the cache folder, once for each state of their sources.
 * A program's key covers go.mod, go.sum, its own files and its flags, so a warm run needs no Go at all.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { exists } from "./file.ts";
import { withLock } from "./lock.ts";
import type { Log } from "./log.ts";
import { step } from "./progress.ts";
import { run } from "./run.ts";

export interface GoProgram {
  readonly name: string;
  /** Folder with go.mod, absolute. */
  readonly module: string;
  /** Import path, or `./folder` inside the module. */
  readonly package: string;
  readonly linkerFlags?: string;
  /** GOEXPERIMENT at build. */
  readonly experiment?: string;
}

/** Absolute path of the static program. @throws COMMAND_FAILED with the compiler's words */
export async function buildGoProgram(program: GoProgram, log: Log): Promise<string> {
  const key = (await programKey(program)).slice(0, 16);
  const folder = join(cacheFolder(), "bin", `${program.name}-${key}`);
  const path = join(folder, program.name);
  if (await exists(path)) return path;
  return withLock(`building ${folder}`, log, async () => {
    if (!(await exists(path))) await compile(program, folder, log);
    return path;
  });
}

/** Several programs, one after the other: each compilation uses every core by itself. */
export async function buildGoPrograms<Name extends string>(
  programs: readonly (GoProgram & { readonly name: Name })[],
  log: Log,
): Promise<Readonly<Record<Name, string>>> {
  const paths: Partial<Record<Name, string>> = {};
  for (const program of programs) paths[program.name] = await buildGoProgram(program, log);
  return paths as Record<Name, string>;
}

/** Hex SHA-256 over everything of ours that decides the program's bytes. */
export async function programKey(program: GoProgram): Promise<string> {
  const files = [join(program.module, "go.mod"), join(program.module, "go.sum")];
  if (program.package.startsWith("./")) {
    const folder = join(program.module, program.package);
    const names = (await readdir(folder)).filter((name) => !name.endsWith("_test.go"));
    files.push(...names.sort().map((name) => join(folder, name)));
  }
  const flags = [program.package, program.linkerFlags ?? "", program.experiment ?? []].flat();
  const hash = createHash("sha256").update(JSON.stringify(flags));
  for (const file of files) hash.update(await readFile(file));
  return hash.digest("hex");
}

async function compile(program: GoProgram, folder: string, log: Log): Promise<void> {
  await mkdir(join(cacheFolder(), "bin"), { recursive: true });
  const scratch = await mkdtemp(`${folder}.building-`);
  let packages = 0;
  const flags = ["-trimpath", "-mod=readonly", "-buildvcs=false", "-v"];
  const linker = ["-ldflags", `-s -w ${program.linkerFlags ?? ""}`.trim()];
  try {
    await step(
      log,
      `building ${program.name}`,
      () =>
        run("go", ["build", ...flags, ...linker, "-o", join(scratch, program.name), program.package], {
          cwd: program.module,
          env: {
            ...{ CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" },
            ...(program.experiment === undefined ? {} : { GOEXPERIMENT: program.experiment }),
          },
          onLine: () => packages++,
        }),
      () => `${String(packages)} packages so far`,
    );
    await rename(scratch, folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
