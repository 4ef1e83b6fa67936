// SPDX-License-Identifier: Apache-2.0
/** What strangers and full disks do to the command: one clear line, the right exit code, nothing half done. */
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";
import { printable } from "./printable.ts";
import { stella } from "./testing/stella.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string | Uint8Array): string => {
  writeFileSync(at(name), text);
  return at(name);
};

const feed = JSON.stringify({
  id: "GHSA-1",
  modified: "2024-01-01T00:00:00Z",
  affected: [
    {
      package: { ecosystem: "npm", name: "lodash" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "5.0.0" }] }],
    },
  ],
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stella-bad-"));
  const content = JSON.stringify({ name: "lodash", version: "4.17.4" });
  await writeOciLayout(at("image"), [
    { layers: [{ tar: tarBytes([{ path: "app/node_modules/lodash/package.json", content }]) }] },
  ]);
  write("feed.json", feed);
  write("other.json", feed.replace("GHSA-1", "GHSA-2"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const scan = (...args: readonly string[]) =>
  stella(
    "scan",
    `oci-dir:${at("image")}`,
    "--cache-dir",
    at("cache"),
    "--advisories",
    at("feed.json"),
    ...args,
  );

it.each([
  { name: "escapes", text: "a\u001b[31mb\nc", want: "a?[31mb?c" },
  { name: "C1 controls and text direction", text: "\u009b2J\u202e\u2028", want: "?2J??" },
  { name: "endless text", text: "x".repeat(5000), want: `${"x".repeat(2000)}...` },
])("printable: $name", ({ text, want }) => expect(printable(text)).toBe(want));

describe("messages", () => {
  it("are one line without control characters, whatever a stranger wrote", async () => {
    const index = { schemaVersion: 2, mediaType: "\u001b[2J\nevil", manifests: [] };
    mkdirSync(at("hostile"));
    write("hostile/oci-layout", "{}");
    write("hostile/index.json", JSON.stringify(index));
    const { exit, err } = await stella(
      ...["scan", `oci-dir:${at("hostile")}`, "--cache-dir", at("cache"), "--advisories", at("feed.json")],
    );
    expect([exit, /^stella: MANIFEST_INVALID: [^\p{Cc}]+\n$/u.test(err)]).toEqual([2, true]);
  });

  it.each([
    { args: ["--advisories", "FOLDER/empty.txt"], exit: 2, says: "ADVISORIES_EMPTY" },
    { args: ["--policy", "FOLDER"], exit: 4, says: "it is a folder" },
    { args: ["-o", "json=FOLDER"], exit: 2, says: "OUTPUT_UNWRITABLE" },
    { args: ["-o", "json=FOLDER/nowhere/x"], exit: 2, says: "OUTPUT_UNWRITABLE" },
  ])("$says", async ({ args, exit, says }) => {
    write("empty.txt", "");
    const ran = await scan(...args.map((arg) => arg.replace("FOLDER", folder)));
    expect([ran.exit, ran.out]).toEqual([exit, ""]);
    expect(ran.err).toContain(says);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("say that an image is of another platform than the one asked for", async () => {
    expect((await scan("--platform", "windows/arm64")).err).toContain("linux/amd64, not windows/arm64");
  });

  it.each([
    { name: "empty", text: "" },
    { name: "not YAML", text: "{{{" },
    {
      name: "with a bad URL",
      text: "current-context: x\nclusters: [{name: c, cluster: {server: '::'}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]\n",
    },
  ])("name a kubeconfig that is $name", async ({ text }) => {
    const ran = await stella("get", "reports", "--kubeconfig", write("kubeconfig", text));
    expect(ran.exit).toBe(2);
    expect(ran.err).toMatch(/^stella: KUBECONFIG_INVALID: [^\n]*\n$/);
  });
});

describe("files", () => {
  it("writes through a link and leaves the link", async () => {
    write("target.json", "old");
    symlinkSync(at("target.json"), at("link.json"));
    await scan("-o", `json=${at("link.json")}`);
    expect(readFileSync(at("target.json"), "utf8")).toContain("GHSA-1");
  });

  it("takes a compiled snapshot as advisories", async () => {
    await stella("advisories", "import", at("feed.json"), "--cache-dir", at("kept"));
    const { out } = await stella(
      ...["scan", `oci-dir:${at("image")}`, "--cache-dir", at("cache")],
      ...["--advisories", at("kept/advisories/snapshot.bin"), "-o", "json"],
    );
    expect(out).toContain("GHSA-1");
  });

  it("imports side by side lose nothing", async () => {
    const both = ["feed.json", "other.json"];
    await Promise.all(
      both.map((name) => stella("advisories", "import", at(name), "--cache-dir", at("both"))),
    );
    const { out } = await stella(
      ...["scan", `oci-dir:${at("image")}`, "--cache-dir", at("both"), "-o", "json"],
    );
    expect([out.includes("GHSA-1"), out.includes("GHSA-2")]).toEqual([true, true]);
  });

  it("of several imports the one that can't be read takes nothing from those before it", async () => {
    const paths = ["feed.json", "empty.txt", "other.json"].map(at);
    const ran = await stella("advisories", "import", ...paths, "--cache-dir", at("several"));
    expect([ran.exit, ran.err.includes("ADVISORIES_EMPTY")]).toEqual([2, true]);
    const { out } = await stella("advisories", "status", "--cache-dir", at("several"));
    expect([out.includes("feed.json"), out.includes("other.json")]).toEqual([true, false]);
    const scan = await stella("scan", `oci-dir:${at("image")}`, "--cache-dir", at("several"), "-o", "json");
    expect([scan.out.includes("GHSA-1"), scan.out.includes("GHSA-2")]).toEqual([true, false]);
  });

  it("an import that can't be kept leaves what was there", async () => {
    await stella("advisories", "import", at("feed.json"), "--cache-dir", at("full"));
    const snapshot = at("full/advisories/snapshot.bin");
    const hash = (): string => createHash("sha256").update(readFileSync(snapshot)).digest("hex");
    const before = hash();
    const stem = createHash("sha256").update("other.json").digest("hex").slice(0, 16);
    mkdirSync(at(`full/advisories/${stem}.export`)); // no file can take its place
    const ran = await stella("advisories", "import", at("other.json"), "--cache-dir", at("full"));
    expect([ran.exit, hash()]).toEqual([5, before]);
    expect((await stella("advisories", "status", "--cache-dir", at("full"))).out).not.toContain("other");
  });

  it("a damaged cache says so", async () => {
    await stella("advisories", "import", at("feed.json"), "--cache-dir", at("hurt"));
    write("hurt/advisories/snapshot.bin", "STELLADV");
    const ran = await stella("scan", `oci-dir:${at("image")}`, "--cache-dir", at("hurt"));
    expect([ran.exit, ran.err.includes("ADVISORIES_DAMAGED")]).toEqual([2, true]);
  });
});
