// SPDX-License-Identifier: Apache-2.0
/** What the command does where its stdout can't be written, as a process of its own: streams end in other ways than stand-ins. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { osv, sbomText } from "./testing/documents.ts";
import { stella } from "./testing/stella.ts";

const MAIN = join(import.meta.dirname, "stella.ts");

let folder: string;
let cache: string[];
let target: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stella-output-"));
  cache = ["--cache-dir", join(folder, "cache")];
  target = join(folder, "app.cdx.json");
  writeFileSync(target, sbomText("pkg:npm/lodash@4.17.4"));
  writeFileSync(join(folder, "feed.json"), osv("GHSA-1"));
  await stella("advisories", "import", join(folder, "feed.json"), ...cache);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** @param stdout an open file; unless given a pipe that nobody reads any more */
async function run(args: readonly string[], stdout?: number): Promise<{ exit: unknown; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", stdout ?? "pipe", "pipe"] });
  child.stdout?.destroy();
  let err = "";
  child.stderr?.on("data", (part: Buffer) => (err += part.toString()));
  const [exit] = (await once(child, "close")) as unknown[];
  return { exit, err };
}

const calls: { name: string; args: () => string[] }[] = [
  { name: "a result", args: () => ["scan", `sbom:${target}`, "-o", "packages", ...cache] },
  { name: "an export", args: () => ["advisories", "export", "--json", "-", ...cache] },
  { name: "help", args: () => ["--help"] },
];

it.each(calls)("ends $name quietly where its reader has gone", async ({ args }) => {
  expect(await run(args())).toEqual({ exit: 0, err: "" });
});

it.each(calls)("says that $name does not fit on a full disk", async ({ args }) => {
  const { exit, err } = await run(args(), openSync("/dev/full", "w"));
  expect([exit, err]).toEqual([5, "stella: OUTPUT_FAILED: cannot write stdout: ENOSPC\n"]);
});

it("keeps the verdict where nobody reads it", async () => {
  const args = ["scan", `sbom:${target}`, "--fail-on", "warn", "--no-vex", ...cache];
  const { exit } = await stella(...args);
  expect(await run(args)).toEqual({ exit, err: "" });
  expect(exit).toBe(1);
});
