// SPDX-License-Identifier: Apache-2.0
/** Addresses where the command takes paths: first and later imports, scans, what goes wrong, and a process that is killed. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { zipOf } from "#engines/evaluation/advisories/testing/archives.ts";
import { startFileServer } from "#lib/http/testing/file-server.ts";
import type { FileServer } from "#lib/http/testing/file-server.ts";
import { createAuthority, issueServing } from "#lib/pki/authority.ts";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";
import { stella } from "./testing/stella.ts";
import type { Ran } from "./testing/stella.ts";
import { addressName, shownAddress } from "./web-feed.ts";

const record = (id: string, more: object = {}): string =>
  JSON.stringify({
    id,
    modified: "2024-01-01T00:00:00Z",
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [
      {
        package: { ecosystem: "npm", name: "lodash" },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "4.17.21" }] }],
      },
    ],
    ...more,
  });
const vex = JSON.stringify({
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": "https://acme.example/1",
  author: "Acme",
  timestamp: "2024-01-01T00:00:00Z",
  version: 1,
  statements: [
    {
      vulnerability: { name: "GHSA-1" },
      products: [{ "@id": "pkg:npm/lodash" }],
      status: "not_affected",
      justification: "vulnerable_code_not_present",
    },
  ],
});

let server: FileServer;
let cache: string;
beforeEach(async () => {
  server = await startFileServer();
  cache = mkdtempSync(join(tmpdir(), "stella-web-"));
});
afterEach(async () => {
  await server.close();
  rmSync(cache, { recursive: true });
});

const kept = (): readonly string[] => readdirSync(join(cache, "advisories")).sort();
const importing = (...args: readonly string[]): Promise<Ran> =>
  stella("advisories", "import", ...args, "--cache-dir", cache);
const plain = (text: string): string =>
  text.replaceAll(server.origin, "").replace(/sha256:[0-9a-f]+/g, "DIGEST");
const asked = (): readonly string[] => {
  const urls = server.requests.map(({ url }) => url);
  server.requests.length = 0;
  return urls;
};

describe("stella advisories import", () => {
  it("of an address keeps it, and says when nothing changed", async () => {
    server.put("/feeds/all.zip", zipOf({ "1.json": record("GHSA-1") }));
    const address = `${server.origin}/feeds/all.zip`;
    const first = await importing(address);
    expect([first.exit, plain(first.out), first.err]).toEqual([0, "all.zip: 1 record, export DIGEST\n", ""]);
    expect(readdirSync(join(cache, "advisories/downloads"))).toEqual([]);
    const before = kept();
    const second = await importing(address);
    expect([second.exit, plain(second.out)]).toEqual([0, "all.zip: unchanged, 1 record, export DIGEST\n"]);
    expect(kept()).toEqual(before);
    expect(JSON.parse((await importing(address, "--json")).out)).toMatchObject([
      { name: "all.zip", path: address, records: 1, unchanged: true },
    ]);
    server.put("/feeds/all.zip", zipOf({ "1.json": record("GHSA-1"), "2.json": record("GHSA-2") }));
    expect(plain((await importing(address)).out)).toBe("all.zip: 2 records, export DIGEST\n");
  });

  it("of OSV's bucket fetches what changed, and gives what a first import gives", async () => {
    const publish = (ids: readonly string[]): void => {
      const records = Object.fromEntries(ids.map((id) => [`${id}.json`, record(id)]));
      server.put("/npm/modified_id.csv", ids.map((id) => `2024-01-01T00:00:00Z,${id}\n`).join(""));
      server.put("/npm/all.zip", zipOf(records));
      for (const [name, text] of Object.entries(records)) server.put(`/npm/${name}`, text);
    };
    const many = Array.from({ length: 20 }, (_, i) => `GHSA-${i}`);
    publish(many);
    await importing(server.origin, "--ecosystem", "npm");
    publish([...many, "GHSA-new"]);
    asked();
    const changed = await importing(server.origin, "--ecosystem", "npm");
    expect(asked()).toEqual(["/npm/modified_id.csv", "/npm/GHSA-new.json"]);
    const afresh = await importing(server.origin, "--ecosystem", "npm", "--name", "afresh");
    const exports = [changed.out, afresh.out].map((text) => /sha256:.*/.exec(text)?.[0]);
    expect(changed.out).toContain("21 records");
    // The name of a source is part of its export.
    expect(exports[0]).not.toBe(exports[1]);
    rmSync(join(cache, "advisories"), { recursive: true });
    expect((await importing(server.origin, "--ecosystem", "npm")).out).toBe(changed.out);
  });

  it.each([
    { name: "the cursor", harm: (file: string) => file.endsWith(".cursor") },
    { name: "the parts", harm: (file: string) => file.endsWith(".parts") },
  ])("reads everything anew when $name was damaged", async ({ harm }) => {
    server.put("/a.json", record("GHSA-1"));
    await importing(`${server.origin}/a.json`);
    for (const file of kept().filter(harm)) writeFileSync(join(cache, "advisories", file), "x");
    const ran = await importing(`${server.origin}/a.json`);
    expect(plain(ran.out)).toBe("a.json: 1 record, export DIGEST\n");
  });

  it("keeps files and addresses side by side", async () => {
    server.put("/a.json", record("GHSA-1"));
    writeFileSync(join(cache, "b.json"), record("GHSA-2"));
    await importing(`${server.origin}/a.json`, join(cache, "b.json"));
    const ran = await importing(`${server.origin}/a.json`, join(cache, "b.json"));
    expect(plain(ran.out)).toBe(
      "a.json: unchanged, 1 record, export DIGEST\nb.json: 1 record, export DIGEST\n",
    );
    const { out } = await stella("advisories", "status", "--cache-dir", cache);
    expect(out).toMatch(/a\.json +1 [^]*b\.json +1 /);
  });

  it.each<{ name: string; args: () => readonly string[]; exit: number; says: string }>([
    {
      name: "an address that is not there",
      args: () => [`${server.origin}/none.json?token=secret`],
      exit: 4,
      says: "stella: HTTP_MISSING: /none.json is not there (404)\n",
    },
    {
      name: "nothing that could be read",
      args: () => [`${server.origin}/empty.json?token=secret`],
      exit: 2,
      says: "stella: ADVISORIES_EMPTY: /empty.json holds no advisory that could be read",
    },
    {
      name: "two addresses with one name",
      args: () => [`${server.origin}/x/a.json`, `${server.origin}/y/a.json`],
      exit: 2,
      says: "stella: ADVISORIES_NAMED_TWICE: two sources would be kept as a.json",
    },
    {
      name: "OSV's bucket without ecosystems",
      args: () => [server.origin, "--layout", "osv"],
      exit: 2,
      says: "stella: FEED_PLACE_INVALID: the layout osv needs ecosystems\n",
    },
    {
      name: "a layout of a file",
      args: () => ["a.json", "--layout", "osv"],
      exit: 2,
      says: "stella: ADVISORIES_NOT_ON_WEB: --layout, --ecosystem and --ca-file are for web addresses, not for a.json\n",
    },
    {
      name: "a login in the address",
      args: () => ["https://user:secret@h.example/a.json"],
      exit: 2,
      says: "stella: FEED_PLACE_INVALID: an address must not hold a login\n",
    },
  ])("says what is wrong: $name", async ({ args, exit, says }) => {
    server.put("/empty.json", "{}");
    const ran = await importing(...args());
    expect([ran.exit, plain(ran.err).startsWith(says) ? says : plain(ran.err)]).toEqual([exit, says]);
    expect(ran.err).not.toContain("secret");
  });

  it("trusts the CA that is given", async () => {
    const validity = { notBefore: Date.parse("2020-01-01"), notAfter: Date.parse("2100-01-01") };
    const authority = await createAuthority("Test CA", validity);
    const pair = await issueServing(authority, ["localhost"], validity);
    const secure = await startFileServer({ tls: { cert: pair.certificate, key: pair.key } });
    secure.put("/a.json", record("GHSA-1"));
    writeFileSync(join(cache, "ca.pem"), authority.certificate);
    expect((await importing(`${secure.origin}/a.json`)).err).toContain("its certificate is not trusted");
    expect((await importing(`${secure.origin}/a.json`, "--ca-file", join(cache, "ca.pem"))).exit).toBe(0);
    await secure.close();
  });

  it("leaves nothing half when it is killed, and cleans up the next time", async () => {
    const zip = zipOf({ "1.json": record("GHSA-1"), "2.json": record("GHSA-2") });
    server.put("/all.zip", zip);
    const hung = Promise.withResolvers<undefined>();
    server.intercept = (_, response) => {
      response.writeHead(200, { "content-length": zip.length });
      response.write(zip.subarray(0, 300), () => hung.resolve(undefined));
      return true;
    };
    const command = [
      join(import.meta.dirname, "stella.ts"),
      "advisories",
      "import",
      `${server.origin}/all.zip`,
    ];
    const child = spawn(process.execPath, [...command, "--cache-dir", cache], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await hung.promise;
    const downloads = join(cache, "advisories/downloads");
    const begun = (): readonly string[] =>
      readdirSync(downloads).flatMap((folder) => readdirSync(join(downloads, folder)));
    while (begun().length === 0) await new Promise(setImmediate); // its folder was made before the request
    child.kill("SIGKILL");
    await ended;
    expect([kept(), begun()]).toEqual([["downloads"], ["1"]]);
    const scan = await stella("advisories", "show", "GHSA-1", "--cache-dir", cache);
    expect(scan.err).toContain("ADVISORIES_MISSING");

    server.intercept = undefined;
    expect(plain((await importing(`${server.origin}/all.zip`)).out)).toBe(
      "all.zip: 2 records, export DIGEST\n",
    );
    expect(readdirSync(downloads)).toEqual([]);
  });
});

describe("stella scan", () => {
  const image = async (): Promise<string> => {
    const layout = join(cache, "image");
    const content = JSON.stringify({ name: "lodash", version: "4.17.4" });
    await writeOciLayout(layout, {
      layers: [{ tar: tarBytes([{ path: "app/node_modules/lodash/package.json", content }]) }],
      config: {},
    });
    return `oci-dir:${layout}`;
  };

  it("takes advisories and VEX from addresses, and keeps neither", async () => {
    server.put("/a.json", record("GHSA-1"));
    server.put("/hub.zip", zipOf({ "pkg/lodash.json": vex, "pkg/README.md": "words" }));
    const scan = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await stella("scan", await image(), ...args, "--cache-dir", cache, "--json")).out);
    const advisories = ["--advisories", `${server.origin}/a.json?token=secret`];
    expect(await scan(...advisories)).toMatchObject({ findings: [{ id: "GHSA-1" }] });
    const judged = await scan(...advisories, "--vex", `${server.origin}/hub.zip?token=secret`);
    expect(judged).toMatchObject({
      findings: [{ id: "GHSA-1", vex: { status: "not_affected", source: "hub.zip" } }],
    });
    expect(JSON.stringify(judged)).not.toContain("secret");
    expect(kept()).toEqual(["downloads"]);
    expect(readdirSync(join(cache, "advisories/downloads"))).toEqual([]);
  });
});

it.each([
  ["https://h.example/feeds/all.zip?a=b", {}, "all.zip"],
  ["https://h.example/", {}, "h.example"],
  ["https://h.example/csaf/", {}, "csaf"],
  ["https://h.example", { ecosystem: ["npm", "PyPI"] }, "h.example/npm+PyPI"],
])("%s is kept as a name of its own", (address, flags, want) => {
  expect(addressName(address, flags)).toBe(want);
  expect(shownAddress(address)).not.toContain("?");
});
