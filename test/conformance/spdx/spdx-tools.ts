// SPDX-License-Identifier: Apache-2.0
/** The SPDX project's Python tools in a virtual environment of the developer cache; versions in testdata/requirements.txt. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "#lib/errors.ts";
import { cacheFolder } from "#hack/lib/cache-folder.ts";

const run = promisify(execFile);
const REQUIREMENTS = join(import.meta.dirname, "testdata/requirements.txt");
const MAX_INSTALL_MS = 120_000;

/** Path of `pyspdxtools`, or why there is none. */
export async function findSpdxTools(): Promise<{ program: string } | { reason: string }> {
  const key = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 16);
  const folder = join(cacheFolder(), "spdx-tools", key);
  const program = join(folder, "bin/pyspdxtools");
  const mark = join(folder, "complete"); // a virtual environment can't be moved, so it is made in its place
  if (existsSync(mark)) return { program };
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await run("python3", ["-m", "venv", folder], { timeout: MAX_INSTALL_MS });
    const pip = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", REQUIREMENTS];
    await run(join(folder, "bin/pip"), pip, { timeout: MAX_INSTALL_MS });
    await writeFile(mark, "");
    return { program };
  } catch (error) {
    return { reason: messageOf(error).split("\n", 1)[0] ?? "" };
  }
}

/** What the tools have against a document; empty when it is valid. */
export async function validate(program: string, file: string): Promise<string> {
  try {
    await run(program, ["--infile", file], { timeout: MAX_INSTALL_MS });
    return "";
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}` || messageOf(error);
  }
}
