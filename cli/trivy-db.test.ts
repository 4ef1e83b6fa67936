// SPDX-License-Identifier: Apache-2.0
/** `stella advisories export --trivy-db`: files, times, and what is said about it. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readBolt } from "#lib/boltdb/testing/read.ts";
import { stella } from "./testing/stella.ts";

let folder = "";
const at = (name: string): string => join(folder, name);
const osv = (id: string, ecosystem: string, events: object[]): string =>
  JSON.stringify({
    id,
    modified: "2024-01-01T00:00:00Z",
    affected: [{ package: { ecosystem, name: "a" }, ranges: [{ type: "ECOSYSTEM", events }] }],
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trivy-db-"));
  const records = [
    osv("GHSA-1", "npm", [{ introduced: "0" }, { fixed: "1.0.0" }]),
    osv("GHSA-2", "GitHub Actions", [{ introduced: "0" }]),
  ];
  writeFileSync(at("feed.jsonl"), records.join("\n"));
  writeFileSync(at("actions.json"), osv("GHSA-2", "GitHub Actions", [{ introduced: "0" }]));
  await stella("advisories", "import", at("feed.jsonl"), "--cache-dir", at("cache"));
  await stella("advisories", "import", at("actions.json"), "--cache-dir", at("actions"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const exportTo = (target: string, ...more: readonly string[]) =>
  stella("advisories", "export", "--trivy-db", at(target), "--cache-dir", at("cache"), ...more);

it("writes a database and its metadata, and says what has no place there", async () => {
  const ran = await exportTo("db", "--time", "2026-01-31T12:00:00+01:00");
  expect(ran).toEqual({
    exit: 0,
    out: `${at("db")}: advisories 1, vulnerabilities 1, buckets 1\n`,
    err: "stella: not as it is here: 1 about an ecosystem that Trivy does not match (GHSA-2 github a)\n",
  });
  expect(readdirSync(at("db")).sort()).toEqual(["metadata.json", "trivy.db"]);
  expect(JSON.parse(readFileSync(at("db/metadata.json"), "utf8"))).toEqual({
    Version: 2,
    UpdatedAt: "2026-01-31T11:00:00.000Z",
    NextUpdate: "2026-02-01T11:00:00.000Z",
    DownloadedAt: "2026-01-31T11:00:00.000Z",
  });
  expect(Object.keys(readBolt(readFileSync(at("db/trivy.db"))).root)).toEqual([
    "data-source",
    "npm::GitHub Security Advisory npm",
    "vulnerability",
  ]);
});

it("writes the same database at any time, over one that is there", async () => {
  await exportTo("twice");
  const first = readFileSync(at("twice/trivy.db"));
  await exportTo("twice", "--time", "2030-01-01T00:00:00Z");
  expect(readFileSync(at("twice/trivy.db")).equals(first)).toBe(true);
  expect(readFileSync(at("twice/metadata.json"), "utf8")).toContain("2030-01-01");
});

it.each([
  { name: "no form", args: ["--cache-dir", "FOLDER/cache"], exit: 2, says: "--trivy-db <dir>" },
  {
    name: "no time",
    args: ["--trivy-db", "FOLDER/x", "--time", "yesterday"],
    exit: 2,
    says: "2026-01-31T12:00:00Z",
  },
  {
    name: "nothing imported",
    args: ["--trivy-db", "FOLDER/x", "--cache-dir", "FOLDER/none"],
    exit: 4,
    says: "ADVISORIES_MISSING",
  },
  {
    name: "nothing that Trivy matches",
    args: ["--trivy-db", "FOLDER/x", "--cache-dir", "FOLDER/actions"],
    exit: 2,
    says: "TRIVY_DB_EMPTY",
  },
  {
    name: "a file where the folder should be",
    args: ["--trivy-db", "FOLDER/feed.jsonl", "--cache-dir", "FOLDER/cache"],
    exit: 5,
    says: "TRIVY_DB_UNWRITABLE",
  },
])("$name: $exit", async ({ args, exit, says }) => {
  const ran = await stella("advisories", "export", ...args.map((arg) => arg.replace("FOLDER", folder)));
  expect({ exit: ran.exit, out: ran.out }).toEqual({ exit, out: "" });
  expect(ran.err).toContain(says);
});
