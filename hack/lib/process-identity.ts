// SPDX-License-Identifier: Apache-2.0
/**
 * Tells one process from another that was given the same number later: PID, start time and PID namespace
 * together, from proc(5). Signals go only to a process that is still the recorded one.
 */
import { readFile, readlink } from "node:fs/promises";
import { z } from "zod";
import { devErrors } from "./errors.ts";

const recordSchema = z.object({
  /** As the host numbers it. */
  pid: z.int().positive(),
  /** Clock ticks since boot. */
  startTicks: z.string().regex(/^\d+$/),
  /** Link text of ns/pid, as in `pid:[4026531836]`. */
  pidNamespace: z.string(),
});

export type ProcessRecord = Readonly<z.infer<typeof recordSchema>>;

/** Field 22 of a `/proc/PID/stat` line. The second field, a name in parentheses, may hold anything. */
export function startTicksOf(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 1).trim();
  return fields.split(/\s+/)[19];
}

/** What now has the number `pid`; undefined when nothing has. */
export async function identify(pid: number, proc = "/proc"): Promise<ProcessRecord | undefined> {
  try {
    const stat = await readFile(`${proc}/${String(pid)}/stat`, "utf8");
    const startTicks = startTicksOf(stat);
    if (startTicks === undefined || stateOf(stat) === "Z") return undefined;
    return { pid, startTicks, pidNamespace: await readlink(`${proc}/${String(pid)}/ns/pid`) };
  } catch {
    return undefined;
  }
}

/** A record written by the process itself or by its starter; undefined when there is none. @throws PROCESS_RECORD_INVALID */
export async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  let text;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw devErrors.make("PROCESS_RECORD_INVALID", `${path} is not a process record`, { cause });
  }
}

export async function isRunning(record: ProcessRecord, proc = "/proc"): Promise<boolean> {
  const now = await identify(record.pid, proc);
  return now?.startTicks === record.startTicks && now.pidNamespace === record.pidNamespace;
}

/** False, and no signal, when the recorded process has ended. */
export async function signalRecorded(record: ProcessRecord, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await isRunning(record))) return false;
  try {
    process.kill(record.pid, signal);
    return true;
  } catch {
    return false;
  }
}

function stateOf(stat: string): string | undefined {
  return stat.slice(stat.lastIndexOf(")") + 1).trim()[0];
}
