// SPDX-License-Identifier: Apache-2.0
/** `stella advisories export --json` and `delta`: one text for one state of knowledge, and what is another between two. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { osv } from "./testing/documents.ts";
import { stella } from "./testing/stella.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stella-export-"));
  writeFileSync(at("a.json"), osv("GHSA-1", ["CVE-2024-0002"]));
  writeFileSync(at("b.json"), osv("GHSA-2", ["CVE-2024-0001"]));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("is one text, whatever the order of imports, the folder and the names", async () => {
  await stella("advisories", "import", at("a.json"), at("b.json"), "--cache-dir", at("one"));
  await stella("advisories", "import", at("b.json"), "--name", "z", "--cache-dir", at("two"));
  await stella("advisories", "import", at("a.json"), "--cache-dir", at("two"));
  const { out } = await stella("advisories", "export", "--json", at("one.jsonl"), "--cache-dir", at("one"));
  const { out: text, err } = await stella("advisories", "export", "--json", "-", "--cache-dir", at("two"));
  expect(readFileSync(at("one.jsonl"), "utf8")).toBe(text);
  const digest = `export sha256:${createHash("sha256").update(text).digest("hex")}\n`;
  expect([out, err]).toEqual([expect.stringContaining(digest), expect.stringContaining(digest)]);
  const lines = text.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { format: "stellaops.vulnerabilities/1", advisories: 2, vulnerabilities: 2 },
    { id: "CVE-2024-0001", aliases: ["GHSA-2"] },
    { id: "CVE-2024-0002", aliases: ["GHSA-1"] },
  ]);
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

it("needs a place that can be written", async () => {
  await stella("advisories", "import", at("a.json"), "--cache-dir", at("one"));
  const ran = await stella("advisories", "export", "--json", at("none/x"), "--cache-dir", at("one"));
  expect([ran.exit, ran.err]).toEqual([5, expect.stringContaining("VULNERABILITIES_UNWRITABLE")]);
});

it("tells the packages about which two states differ", async () => {
  const delta = (...args: readonly string[]) => stella("advisories", "delta", ...args);
  const { out } = await delta(at("a.json"), at("b.json"), "--json");
  expect(JSON.parse(out)).toMatchObject({ changedProductKeys: ["npm|lodash"], changedCoverage: [] });
  expect((await delta(at("a.json"), at("b.json"))).out).toMatch(
    /advisories +npm\|lodash\nsha256:.*: 1 packages/,
  );
  expect((await delta(at("a.json"), at("a.json"))).out).toMatch(/^sha256:.*: 0 packages/);
  expect((await delta(at("a.json"), at("none"))).exit).toBe(4);
});
