// SPDX-License-Identifier: Apache-2.0
/** The embedded stores under a real kill -9: a child process works, is killed in the middle, another one finishes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFolderObjectStore } from "../folder/index.ts";
import { openSqliteCatalog, openSqliteQueues } from "../sqlite/index.ts";
import { expectCode, numbers } from "./bench.ts";

interface Moment {
  readonly word: string;
  readonly count: number;
}

/** Runs the child to its end, or kills it where it freezes. @returns what it said. */
async function runChild(
  mode: "work" | "write",
  folder: string,
  killAt?: Moment,
  beforeKill: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const script = fileURLToPath(new URL("./kill-child.ts", import.meta.url));
  const freeze = killAt === undefined ? [] : [killAt.word, String(killAt.count)];
  const child = spawn(process.execPath, [script, mode, folder, ...freeze], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "close");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (killAt === undefined || said(lines, killAt.word).length < killAt.count) continue;
    await beforeKill();
    child.kill("SIGKILL");
  }
  await gone;
  return lines;
}

/** Ids, in order, of the lines that begin with a word. */
function said(lines: readonly string[], word: string): string[] {
  const ids = lines.map((line) => line.split(" ")).filter(([first]) => first === word);
  return ids.map(([, id]) => id ?? "").sort();
}

describe("kill -9", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "stella-kill-"));
    file = path.join(folder, "stella.db");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    { moment: "after 20 jobs", killAt: { word: "done", count: 20 } },
    { moment: "as a job begins", killAt: { word: "start", count: 13 } },
    { moment: "between the effect's record and the job's end", killAt: { word: "recorded", count: 7 } },
  ])("in the middle of 50 jobs, $moment: none lost, no recorded effect repeated", async ({ killAt }) => {
    const ids = numbers(50).map((n) => `job-${String(n).padStart(2, "0")}`);
    const queues = await openSqliteQueues(file);
    for (const [n, id] of ids.entries()) await queues.queue("scan").add(id, { layer: n }, { maxAttempts: 1 });
    await queues.close();

    const first = await runChild("work", folder, killAt);
    expect(said(first, killAt.word)).toHaveLength(killAt.count);
    expect(said(first, "idle")).toEqual([]);

    const catalog = await openSqliteCatalog(file);
    const results = catalog.collection<{ layer: number }>("results");
    const recorded = (await results.list()).map(({ id }) => id);
    expect(recorded).toEqual(expect.arrayContaining(said(first, "done")));
    expect(recorded.length).toBeLessThan(50);

    const second = await runChild("work", folder);
    expect(said(second, "idle")).toHaveLength(1);
    expect((await results.list()).map(({ id, version }) => ({ id, version }))).toEqual(
      ids.map((id) => ({ id, version: 1 })),
    );
    await catalog.close();
    expect(said(second, "start").filter((id) => said(first, "done").includes(id))).toEqual([]);

    const effects = (await readFile(path.join(folder, "effects"), "utf8")).trimEnd().split("\n");
    for (const id of recorded) expect(effects.filter((effect) => effect === id)).toEqual([id]);
    expect(new Set(effects)).toEqual(new Set(ids));

    const after = await openSqliteQueues(file);
    expect(await after.queue("scan").stats()).toEqual({ waiting: 0, running: 0, dead: 0 });
    await after.close();
  });

  it("frees the ownership of the queues, which a living process holds", async () => {
    const queues = await openSqliteQueues(file);
    for (const n of numbers(20)) await queues.queue("scan").add(`j${n}`, { layer: n });
    await queues.close();
    await runChild("work", folder, { word: "done", count: 2 }, () =>
      expectCode(openSqliteQueues(file), "QUEUE_IN_USE"),
    );
    const heir = await openSqliteQueues(file);
    const { waiting, running } = await heir.queue("scan").stats();
    expect(running).toBe(0);
    expect([15, 16, 17, 18]).toContain(waiting); // up to three more may have ended unsaid
    await heir.close();
  });

  it("in the middle of an object leaves a temporary file at most, and that is swept", async () => {
    await runChild("write", folder, { word: "writing", count: 1 });
    const root = path.join(folder, "objects");
    expect(await readdir(path.join(root, "tmp"))).toHaveLength(1);
    const objects = await openFolderObjectStore(root, { sweepAfterMs: 0 });
    expect(await readdir(path.join(root, "tmp"))).toEqual([]);
    expect((await objects.list("")).map(({ key }) => key)).toEqual(["whole"]);
    expect(await objects.head("half")).toBeUndefined();
  });
});
