// SPDX-License-Identifier: Apache-2.0
/**
 * Programs that scripts expect of the system. What is missing is installed from Debian; a program that is
 * there already, from whatever source, is left alone. No installed service is started.
 */
import { rm, writeFile } from "node:fs/promises";
import { devErrors } from "./errors.ts";
import { withLock } from "./lock.ts";
import type { Log } from "./log.ts";
import { step } from "./progress.ts";
import { findCommand, run } from "./run.ts";

const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

/** A program and the Debian package that has it. `folders` are looked at besides PATH. */
export interface SystemCommand {
  readonly command: string;
  readonly package: string;
  readonly folders?: readonly string[];
}

/** Where each program is, by name. @throws COMMAND_MISSING when it is absent and cannot be installed */
export async function ensureCommands(
  commands: readonly SystemCommand[],
  log: Log,
): Promise<Readonly<Record<string, string>>> {
  let found = await locate(commands);
  const missing = commands.filter(({ command }) => found[command] === undefined);
  if (missing.length > 0) {
    await withLock("apt", log, () => install(missing, log));
    found = await locate(commands);
  }
  const lost = commands.filter(({ command }) => found[command] === undefined);
  if (lost.length > 0) throw absent(lost);
  return found;
}

async function locate(commands: readonly SystemCommand[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { command, folders } of commands) {
    const path = await findCommand(command, folders);
    if (path !== undefined) found[command] = path;
  }
  return found;
}

async function install(missing: readonly SystemCommand[], log: Log): Promise<void> {
  if (process.getuid?.() !== 0 || (await findCommand("apt-get")) === undefined) throw absent(missing);
  const packages = [...new Set(missing.map((one) => one.package))].sort();
  await step(log, `installing Debian packages ${packages.join(" ")}`, () =>
    withoutServiceStarts(async () => {
      const apt = ["-q", "-o", "DPkg::Lock::Timeout=300"];
      const env = { DEBIAN_FRONTEND: "noninteractive" };
      await run("apt-get", [...apt, "update"], { env });
      await run("apt-get", [...apt, "install", "-y", "--no-install-recommends", ...packages], { env });
    }),
  );
}

/** Debian asks policy-rc.d before it starts a service; 101 means no. An existing policy is the owner's and stays. */
async function withoutServiceStarts(work: () => Promise<void>): Promise<void> {
  let ours = false;
  try {
    await writeFile(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755, flag: "wx" });
    ours = true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  try {
    await work();
  } finally {
    if (ours) await rm(SERVICE_POLICY, { force: true });
  }
}

function absent(commands: readonly SystemCommand[]) {
  const list = commands.map((one) => `${one.command} (Debian package ${one.package})`).join(", ");
  return devErrors.make(
    "COMMAND_MISSING",
    `these programs are needed: ${list}; install them, or run as root on Debian`,
  );
}
