// SPDX-License-Identifier: Apache-2.0
/** Process identity, on this process and on a made-up /proc. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify, isRunning, readRecord, startTicksOf } from "./process-identity.ts";

const rest = "1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0";

describe("startTicksOf", () => {
  it.each([
    { name: "plain", stat: `12 (etcd) S ${rest} 777 9 9`, ticks: "777" },
    { name: "a name with spaces and parentheses", stat: `12 (a) S (b) R ${rest} 778 9`, ticks: "778" },
    { name: "cut off", stat: "12 (etcd) S 1 1", ticks: undefined },
    { name: "empty", stat: "", ticks: undefined },
  ])("reads a line: $name", ({ stat, ticks }) => {
    expect(startTicksOf(stat)).toBe(ticks);
  });
});

describe("with a /proc of its own", () => {
  let proc = "";
  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), "proc-"));
  });
  afterEach(() => rm(proc, { recursive: true }));

  async function put(pid: number, state: string, ticks: number, namespace: string): Promise<void> {
    await mkdir(join(proc, String(pid), "ns"), { recursive: true });
    await writeFile(
      join(proc, String(pid), "stat"),
      `${String(pid)} (x) ${state} ${rest} ${String(ticks)} 0\n`,
    );
    await symlink(namespace, join(proc, String(pid), "ns", "pid"));
  }

  const record = { pid: 5, startTicks: "100", pidNamespace: "pid:[1]" };

  it.each([
    { name: "the same process", now: ["S", 100, "pid:[1]"] as const, running: true },
    { name: "a later process with its number", now: ["S", 101, "pid:[1]"] as const, running: false },
    { name: "a process of another namespace", now: ["S", 100, "pid:[2]"] as const, running: false },
    { name: "what is left until its parent asks", now: ["Z", 100, "pid:[1]"] as const, running: false },
  ])("tells $name", async ({ now: [state, ticks, namespace], running }) => {
    await put(5, state, ticks, namespace);
    expect(await isRunning(record, proc)).toBe(running);
  });

  it("tells nothing at all", async () => {
    expect(await isRunning(record, proc)).toBe(false);
  });

  it("refuses a file that is no record, and takes none for none", async () => {
    await writeFile(join(proc, "bad.json"), '{"pid":-1}');
    await expect(readRecord(join(proc, "bad.json"))).rejects.toMatchObject({
      code: "PROCESS_RECORD_INVALID",
    });
    expect(await readRecord(join(proc, "none.json"))).toBeUndefined();
  });
});

it.runIf(process.platform === "linux")("knows this very process", async () => {
  const me = await identify(process.pid);
  expect(me?.pid).toBe(process.pid);
  expect(me !== undefined && (await isRunning(me))).toBe(true);
});
