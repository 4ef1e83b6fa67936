// SPDX-License-Identifier: Apache-2.0
/** The static checks, each one passed or failed. All run, so that one failure does not hide another. */
import { spawn } from "node:child_process";
import type { Tally } from "./vitest.ts";

const checks = [
  { name: "types", command: ["tsc", "--noEmit"] },
  {
    name: "lint",
    command: [
      "eslint",
      ".",
      "--max-warnings",
      "0",
      "--cache",
      "--cache-location",
      "node_modules/.cache/eslint/",
    ],
  },
  { name: "format", command: ["prettier", "--check", "--cache", "--log-level", "warn", "."] },
  {
    name: "boundaries",
    command: ["npm", "run", "--silent", "check:boundaries"],
  },
  { name: "dead code", command: ["knip"] },
  { name: "generated files are fresh", command: ["node", "hack/generate/main.ts", "--check"] },
] as const;

/** Side by side, two at a time: each uses one core. */
export async function runChecks(): Promise<Tally> {
  const waiting = [...checks];
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const lane = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const started = performance.now();
      const { ok, output } = await run(check.command);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${ok ? "ok  " : "FAIL"} ${check.name} (${seconds} s)`);
      if (!ok) console.log(output);
      tally[ok ? "passed" : "failed"]++;
    }
  };
  await Promise.all([lane(), lane()]);
  return tally;
}

function run([command, ...args]: readonly [string, ...string[]]): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (text: string): void => {
      output = (output + text).slice(-20_000);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}
