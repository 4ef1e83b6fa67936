// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a program to its end. A failure carries the command line and the last lines that it printed.
 */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { devErrors } from "./errors.ts";
import { isExecutable } from "./file.ts";

const KEPT_OUTPUT_BYTES = 4 * 1024 * 1024;
const LINES_IN_ERROR = 15;
const ADMIN_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each complete line of either stream. */
  readonly onLine?: (line: string) => void;
}

/** What the program wrote to stdout, at most 4 MiB of it. @throws COMMAND_FAILED, COMMAND_MISSING */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const stdout = collect(options.onLine);
    const both = collect();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout.add(text);
      both.add(text);
    });
    const stderr = collect(options.onLine);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr.add(text);
      both.add(text);
    });
    child.on("error", (cause) => {
      reject(devErrors.make("COMMAND_MISSING", `cannot run ${command}: ${cause.message}`, { cause }));
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve(stdout.text());
      else reject(failure([command, ...args].join(" "), code ?? signal, both.text()));
    });
  });
}

/** Where `name` is, looking at PATH, where administration programs live, and then in `more`. */
export async function findCommand(name: string, more: readonly string[] = []): Promise<string | undefined> {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...ADMIN_FOLDERS, ...more];
  for (const folder of folders.filter((one) => one !== "")) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

function collect(onLine?: (line: string) => void) {
  let all = "";
  let open = "";
  return {
    add(text: string) {
      if (all.length < KEPT_OUTPUT_BYTES) all += text;
      if (!onLine) return;
      const lines = (open + text).split("\n");
      open = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    },
    text: () => all,
  };
}

function failure(commandLine: string, status: number | string | null, output: string) {
  const last = output.trimEnd().split("\n").slice(-LINES_IN_ERROR).join("\n");
  return devErrors.make("COMMAND_FAILED", `${commandLine} ended with ${String(status)}:\n${last}`);
}
