// SPDX-License-Identifier: Apache-2.0
/** `stella advisories show` on feeds that are given, and on such that are kept. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stella } from "./testing/stella.ts";

const record = (id: string, fixed: string, more: object = {}): string =>
  JSON.stringify({
    id,
    modified: "2024-01-01T00:00:00Z",
    aliases: ["CVE-2024-0001"],
    affected: [
      {
        package: { ecosystem: "npm", name: "x" },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }],
      },
    ],
    ...more,
  });

let folder: string;
let feed: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stella-show-"));
  feed = join(folder, "osv.jsonl");
  writeFileSync(
    feed,
    [record("GHSA-a", "2.0.0", { database_specific: { severity: "HIGH" } }), record("PYSEC-b", "2.1.0")].join(
      "\n",
    ),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

it("shows what is known of a vulnerability by any of its names", async () => {
  const { out, exit } = await stella("advisories", "show", "ghsa-a", "--advisories", feed);
  expect(exit).toBe(0);
  const lines = out.split("\n").map((line) => line.replaceAll(/ +/g, " "));
  expect(lines).toEqual(expect.arrayContaining(["CVE-2024-0001", "severity high", "also known as GHSA-a"]));
  expect(out).toContain(">=0 <2.1.0");
});

it("gives canonical JSON of what is kept", async () => {
  const cache = join(folder, "cache");
  await stella("advisories", "import", feed, "--cache-dir", cache);
  const { out } = await stella("advisories", "show", "CVE-2024-0001", "--json", "--cache-dir", cache);
  expect(JSON.parse(out)).toMatchObject([
    { id: "CVE-2024-0001", aliases: ["GHSA-a", "PYSEC-b"], affected: [{ package: "npm|x" }] },
  ]);
});

it("says when nobody speaks of it", async () => {
  const { exit, err } = await stella("advisories", "show", "CVE-1999-0001", "--advisories", feed);
  expect([exit, err]).toEqual([4, "stella: ADVISORY_UNKNOWN: no source speaks of CVE-1999-0001\n"]);
});

it("shows what is known beside what is not", async () => {
  const ids = ["CVE-1999-0001", "GHSA-a", "CVE-1999-0002"];
  const text = await stella("advisories", "show", ...ids, "--advisories", feed);
  expect([text.exit, text.err]).toEqual([
    4,
    "stella: ADVISORY_UNKNOWN: no source speaks of CVE-1999-0001, CVE-1999-0002\n",
  ]);
  expect(text.out).toMatch(/^CVE-2024-0001/);
  const json = await stella("advisories", "show", ...ids, "--advisories", feed, "--json");
  expect([json.exit, JSON.parse(json.out)]).toMatchObject([4, [{ id: "CVE-2024-0001" }]]);
});
