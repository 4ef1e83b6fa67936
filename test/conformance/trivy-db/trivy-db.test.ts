// SPDX-License-Identifier: Apache-2.0
/**
 * Exported databases read by bbolt itself (go.etcd.io/bbolt, of the version that trivy has) and by trivy's own matchers, which
 * must find what ours find: for every package of the kit and of every distro and ecosystem, at and around every bound.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileFeed } from "#engines/evaluation/advisories/adapters/file-feed.ts";
import {
  compileSnapshot,
  composeTrivyDb,
  importSource,
  openSnapshot,
  trivyMetadata,
  type SourceExport,
} from "#engines/evaluation/index.ts";
import { logToStderr } from "#hack/lib/log.ts";
import { peerHelperPath } from "#hack/peers/programs.ts";
import { writeBoltFile, type BoltEntry } from "#lib/boltdb/index.ts";
import { ourAnswers, trivyAnswers, type Answer } from "./answers.ts";
import { everyPlatform } from "./every-platform.ts";
import { questionsOf, type Question } from "./questions.ts";

/** A minute where nothing is built yet and the modules are to be fetched. */
const BUILD_MS = 600_000;
const kit = join(import.meta.dirname, "../../../config/kit");
const TIME = "2026-01-01T00:00:00Z";

let folder = "";
let bbolt = "";
let detect = "";
let fromKit: SourceExport;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trivy-db-"));
  bbolt = await peerHelperPath("bbolt", logToStderr);
  detect = await peerHelperPath("detect", logToStderr);
  fromKit = (await importSource({ name: "kit", feed: fileFeed(kit) })).export;
  await writeBoltFile(join(folder, "trivy.db"), composeTrivyDb([fromKit, everyPlatform]).entries);
  const times = { updatedAt: TIME, nextUpdate: TIME, downloadedAt: TIME };
  await writeFile(join(folder, "metadata.json"), trivyMetadata(times));
}, BUILD_MS);
afterAll(() => rm(folder, { recursive: true }));

function ask(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(bbolt, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: "" });
  return stdout;
}

describe("bbolt", () => {
  it("finds every page of the database reached once and in order", () => {
    expect(ask("check", join(folder, "trivy.db"))).toBe("OK\n");
  });

  it("reads buckets, keys and values", () => {
    const file = join(folder, "trivy.db");
    const { buckets } = composeTrivyDb([fromKit, everyPlatform]);
    expect(ask("buckets", file).trim().split("\n")).toEqual(
      [...buckets, "Red Hat CPE", "data-source", "vulnerability"].sort(),
    );
    expect(JSON.parse(ask("get", file, "debian 12", "coreutils", "CVE-2016-2781"))).toEqual({
      Severity: 1,
      Status: 5,
    });
    expect(ask("keys", file, "npm::Node.js Ecosystem Security Working Group", "ms")).toContain(
      "CVE-2015-8315\n",
    );
  });

  const key = (index: number): Buffer => Buffer.from(String(index).padStart(8, "0"));
  const rows = (count: number, bytes: number): BoltEntry[] =>
    Array.from({ length: count }, (_, index) => ({ key: key(index), value: Buffer.alloc(bytes, "v") }));
  it.each([
    { name: "nothing", entries: [] },
    { name: "a bucket of nothing", entries: [{ key: key(1), entries: [] }] },
    {
      name: "a value a page long, less, and more",
      entries: [4055, 4056, 4057, 8151, 8152, 8153].map((bytes, at) => ({
        key: key(at),
        value: Buffer.alloc(bytes, "v"),
      })),
    },
    {
      name: "buckets around the size that stands in its parent",
      entries: [983, 984, 985, 986].map((bytes, at) => ({ key: key(at), entries: rows(1, bytes) })),
    },
    {
      name: "buckets in buckets",
      entries: [
        {
          key: key(1),
          entries: [
            {
              key: key(2),
              entries: [
                { key: key(3), entries: rows(500, 20) },
                ...rows(400, 90).map((row) => ({ ...row, key: Buffer.from(`z${row.key.toString()}`) })),
              ],
            },
          ],
        },
      ],
    },
    {
      name: "keys of 30 KB",
      entries: Array.from({ length: 9 }, (_, at) => ({
        key: Buffer.alloc(30_000, String(at)),
        value: key(at),
      })),
    },
    { name: "100 000 keys", entries: rows(100_000, 10) },
    { name: "a value of 20 MB", entries: rows(2, 20_000_000) },
  ])("checks $name", async ({ entries }) => {
    const file = join(folder, "case.db");
    await writeBoltFile(file, [{ key: Buffer.from("root"), entries }]);
    expect(ask("check", file)).toBe("OK\n");
    const keys = ask("keys", file, "root").split("\n").slice(0, -1);
    expect(keys).toEqual(entries.map((entry) => entry.key.toString()));
    for (const entry of entries.slice(0, 3)) {
      if ("value" in entry)
        expect(
          ask("get", file, "root", entry.key.toString()) === `${Buffer.from(entry.value).toString()}\n`,
        ).toBe(true);
    }
  });
});

describe("trivy's matchers", () => {
  const compare = (source: SourceExport): readonly { question: Question; ours: Answer; theirs: Answer }[] => {
    const questions = questionsOf([source], 40);
    const ours = ourAnswers(openSnapshot(compileSnapshot([fromKit, everyPlatform])), questions);
    const theirs = trivyAnswers(detect, folder, questions);
    return questions.map((question, at) => ({ question, ours: ours[at]!, theirs: theirs[at]! }));
  };

  it("find what ours find in the kit's packages", () => {
    const compared = compare(fromKit);
    expect(compared.length).toBeGreaterThan(1000);
    expect(compared.filter(({ ours }) => ours.ids.length > 0).length).toBeGreaterThan(500);
    expect(compared.filter(({ ours, theirs }) => ours.ids.join() !== theirs.ids.join())).toEqual([]);
  });

  it("find what ours find in the packages of every distro and ecosystem", () => {
    const compared = compare(everyPlatform);
    const found = compared.filter(({ ours }) => ours.ids.length > 0);
    const spaces = (rows: typeof compared) =>
      [...new Set(rows.map(({ question: { distro, ecosystem } }) => distro ?? ecosystem))].sort();
    expect(spaces(found)).toEqual(spaces(compared));
    expect(compared.filter(({ ours, theirs }) => ours.ids.join() !== theirs.ids.join())).toEqual([]);
  });

  it("give the severities that ours give, where theirs have a word for it", () => {
    const wrong = [...compare(fromKit), ...compare(everyPlatform)].filter(({ ours, theirs }) =>
      ours.ids.some((id) => {
        const [own = "", other = ""] = [ours.severities[id], theirs.severities[id]];
        return (own === "none" ? "low" : own) !== other;
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("name the fix that ours name, among those of all ranges", () => {
    const wrong = [...compare(fromKit), ...compare(everyPlatform)].filter(({ ours, theirs }) =>
      ours.ids.some((id) => {
        const own = (ours.fixes[id] ?? "").replace(/^0:/, "");
        return own !== "" && !(theirs.fixes[id] ?? "").split(", ").includes(own);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("tell a status apart where there is no fix", () => {
    const statuses = everyPlatformStatuses();
    expect(statuses).toEqual({
      "CVE-2024-1001": "will_not_fix",
      "CVE-2024-1002": "fix_deferred",
      "CVE-2024-1003": "end_of_life",
      "CVE-2024-1004": "affected",
      "CVE-2024-1005": "under_investigation",
    });
  });

  function everyPlatformStatuses(): Readonly<Record<string, string>> {
    const target = {
      OS: { Family: "debian", Name: "12.5" },
      Packages: [{ Name: "open", SrcName: "open", SrcVersion: "1-1" }],
    };
    const { stdout, status } = spawnSync(detect, ["-db", folder], {
      input: `${JSON.stringify(target)}\n`,
      encoding: "utf8",
    });
    expect(status).toBe(0);
    const detected = JSON.parse(stdout) as readonly {
      readonly VulnerabilityID: string;
      readonly Status: string;
    }[];
    return Object.fromEntries(detected.map(({ VulnerabilityID, Status }) => [VulnerabilityID, Status]));
  }
});
