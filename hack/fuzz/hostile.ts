// SPDX-License-Identifier: Apache-2.0
/** `npm run fuzz -- --hostile [--only NAME]`: each hostile layer and image in a process of its own, with its time and memory. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CaseResult } from "./hostile/run-case.ts";
import { hostileImages } from "./hostile/images.ts";
import { hostileLayers } from "./hostile/layers.ts";

/** CPU time and memory of one case over what it takes to make its input. */
const MAX_SECONDS = 60;
const MAX_MIB = 1024;
const TIMEOUT_MS = 240_000;

/** @returns the exit code: 1 where a case crashed, or took more than a scan may. */
export async function hostile(only: string | undefined, say: (line: string) => void): Promise<number> {
  const names = [...Object.keys(hostileLayers), ...Object.keys(hostileImages)].filter(
    (name) => only === undefined || name.includes(only),
  );
  let failures = 0;
  for (const name of new Set(names)) {
    const result = measured(name);
    const isGood =
      typeof result !== "string" &&
      !result.outcome.startsWith("CRASH") &&
      result.seconds <= MAX_SECONDS &&
      result.peak - result.before <= MAX_MIB;
    if (!isGood) failures++;
    say(`${isGood ? "ok  " : "FAIL"} ${name}: ${typeof result === "string" ? result : shown(result)}`);
  }
  say(`${new Set(names).size} cases, ${failures} failures`);
  return await Promise.resolve(failures === 0 && names.length > 0 ? 0 : 1);
}

const shown = ({ seconds, before, peak, outcome }: CaseResult): string =>
  `${seconds.toFixed(1)} s, ${peak} MiB (${before} of them for its input); ${outcome}`;

function measured(name: string): CaseResult | string {
  const program = fileURLToPath(new URL("./hostile/run-case.ts", import.meta.url));
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, ["--expose-gc", program, name], {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
    maxBuffer: 1 << 26,
  });
  if (status === 0) return JSON.parse(stdout) as CaseResult;
  return `ended with ${signal ?? status ?? "nothing"}: ${stderr.slice(-1000)}`;
}
