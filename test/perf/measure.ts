// SPDX-License-Identifier: Apache-2.0
/** Runs a command to its end and says what it cost. Linux: peak memory and CPU are read from /proc while it runs. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Cost {
  readonly wallMs: number;
  /** User and system time of all threads; of children that the command starts, none. */
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly output: string;
}

const TICK_MS = 10; // USER_HZ is 100 on every Linux that Node runs on
const POLL_MS = 5;

export async function measure(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Cost> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let [cpuMs, peakMb, output, complaint] = [0, 0, "", ""];
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  child.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
  const poll = setInterval(() => {
    try {
      const stat = readFileSync(`/proc/${child.pid ?? 0}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      cpuMs = Math.max(cpuMs, (Number(fields[11]) + Number(fields[12])) * TICK_MS);
      const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8"))?.[1];
      peakMb = Math.max(peakMb, Number(peak ?? 0) / 1024);
    } catch {
      // it has just ended
    }
  }, POLL_MS);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  const wallMs = performance.now() - start;
  clearInterval(poll);
  if (code !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${complaint.slice(-2000)}`);
  return { wallMs, cpuMs, peakMb, output };
}

/** The run of middle wall time out of `times`; `prepare` is not measured. */
export async function middleOf(
  times: number,
  prepare: () => Promise<void>,
  run: () => Promise<Cost>,
): Promise<Cost> {
  const costs: Cost[] = [];
  for (let i = 0; i < times; i++) {
    await prepare();
    costs.push(await run());
  }
  return costs.sort((a, b) => a.wallMs - b.wallMs)[Math.floor(times / 2)] as Cost;
}
