// SPDX-License-Identifier: Apache-2.0
/** `stella scan sbom:FILE`: the same findings as the image's own, and clear words about files that are none. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";
import { stella } from "./testing/stella.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};

const advisory = (id: string, ecosystem: string, name: string, fixed: string): object => ({
  id,
  modified: "2024-01-01T00:00:00Z",
  affected: [
    {
      package: { ecosystem, name },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
    },
  ],
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stella-sbom-"));
  const lodash = JSON.stringify({ name: "lodash", version: "4.17.4", license: "MIT" });
  const status =
    "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9\n\n";
  await writeOciLayout(at("image"), {
    layers: [
      {
        tar: tarBytes([
          { path: "etc/os-release", content: 'ID=debian\nVERSION_ID="12"\n' },
          { path: "var/lib/dpkg/status", content: status },
        ]),
      },
      { tar: tarBytes([{ path: "app/node_modules/lodash/package.json", content: lodash }]) },
    ],
  });
  const advisories = [
    advisory("GHSA-1", "npm", "lodash", "4.17.21"),
    advisory("DSA-1", "Debian:12", "glibc", "2.36-10"),
  ];
  mkdirSync(at("feeds"));
  for (const [i, each] of advisories.entries()) write(`feeds/${i}.json`, JSON.stringify(each));
  await scan(
    `oci-dir:${at("image")}`,
    "-o",
    `cyclonedx-json=${at("a.cdx.json")}`,
    "-o",
    `spdx-json=${at("a.spdx.json")}`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const scan = (target: string, ...args: readonly string[]) =>
  stella("scan", target, "--cache-dir", at("cache"), "--platform", "linux/amd64", ...args);

const report = async (target: string): Promise<Record<string, unknown>> => {
  const { out } = await scan(target, "--advisories", at("feeds"), "--json");
  const { digests, ...rest } = JSON.parse(out) as Record<string, unknown>;
  return rest;
};

describe("an SBOM of ours", () => {
  it.each(["a.cdx.json", "a.spdx.json"])("%s gives the report of the image", async (name) => {
    const own = await report(`oci-dir:${at("image")}`);
    expect(own["findings"]).toHaveLength(2);
    expect(await report(`sbom:${at(name)}`)).toEqual(own);
  });

  it("gives all formats, its own to the letter", async () => {
    const files = [
      "cyclonedx-json=b.cdx.json",
      "spdx-json=b.spdx.json",
      "cyclonedx-pb=b.pb",
      "bom-index=b.bom",
    ];
    const outputs = files.flatMap((each) => ["-o", each.replace("=", `=${folder}/`)]);
    expect(await scan(`sbom:${at("a.cdx.json")}`, "--offline", ...outputs)).toEqual({
      exit: 0,
      out: "",
      err: "",
    });
    expect(readFileSync(at("b.cdx.json"), "utf8")).toBe(readFileSync(at("a.cdx.json"), "utf8"));
    expect(readFileSync(at("b.spdx.json"), "utf8")).toContain("pkg:npm/lodash@4.17.4");
    expect(readFileSync(at("b.pb")).length).toBeGreaterThan(100);
  });

  it("of another tool is linked to no layer documents", async () => {
    const component = { type: "library", name: "a", purl: "pkg:npm/a@1" };
    const text = JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.4", components: [component] });
    const { out } = await scan(`sbom:${write("foreign.json", text)}`, "-o", "cyclonedx-json");
    expect(JSON.parse(out)).not.toHaveProperty("externalReferences");
  });

  it("of a usage view is read only for one", async () => {
    await scan(`oci-dir:${at("image")}`, "--view", "usage", "-o", `cyclonedx-json=${at("usage.json")}`);
    const refused = await scan(`sbom:${at("usage.json")}`, "-o", "spdx-json");
    expect([refused.exit, refused.err]).toEqual([
      2,
      expect.stringContaining("lists only what the entry program uses"),
    ]);
    expect((await scan(`sbom:${at("usage.json")}`, "--view", "usage", "-o", "spdx-json")).exit).toBe(0);
  });
});

describe("stdin", () => {
  const MAIN = join(import.meta.dirname, "stella.ts");
  const from = (input: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "scan", "sbom:-", ...args], {
      input,
      encoding: "utf8",
    });
    return { exit: status, out: stdout, err: stderr };
  };

  it("is read as the file of the same bytes", async () => {
    const text = readFileSync(at("a.cdx.json"), "utf8");
    const piped = from(text, "-o", "cyclonedx-json");
    expect(piped).toEqual(await scan(`sbom:${at("a.cdx.json")}`, "-o", "cyclonedx-json"));
    expect([piped.exit, piped.out]).toEqual([0, expect.stringContaining("pkg:npm/lodash@4.17.4")]);
  });

  it("is refused as any file is", () => {
    expect(from("", "-o", "packages")).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/^stella: SBOM_INVALID: .*not JSON/) as string,
    });
  });
});

describe("refuses", () => {
  const deep = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":${'[{"components":'.repeat(40)}[]${"}]".repeat(40)}}`;

  it.each<{ name: string; file: () => string; says: RegExp; exit?: number }>([
    { name: "no JSON", file: () => write("x.xml", "<bom/>"), says: /SBOM_INVALID: .*not JSON/ },
    { name: "an empty file", file: () => write("x.empty", ""), says: /SBOM_INVALID: .*not JSON/ },
    { name: "another format", file: () => at("feeds/0.json"), says: /SBOM_INVALID: .*neither/ },
    {
      name: "deep nesting",
      file: () => write("deep.json", deep),
      says: /SBOM_INVALID: .*nest deeper than 32/,
    },
    {
      name: "200 MB",
      file: () => {
        truncateSync(write("large.json", "{"), 200_000_000);
        return at("large.json");
      },
      says: /FILE_TOO_LARGE/,
    },
    { name: "a file that is not there", file: () => at("none"), says: /FILE_MISSING/, exit: 4 },
  ])("$name in one line", async ({ file, says, exit = 2 }) => {
    const ran = await scan(`sbom:${file()}`, "-o", "cyclonedx-json");
    expect([ran.exit, ran.out]).toEqual([exit, ""]);
    expect(ran.err).toMatch(says);
    expect(ran.err).toMatch(/^stella: [^\n]+\n$/);
  });

  it.each([
    { args: ["sbom:x", "-o", "layer-sboms=y"], says: "TARGET_WITHOUT_LAYERS: layer-sboms needs" },
    { args: ["a.io/b:1", "-o", "layer-sboms=y", "--attached-sbom", "any"], says: "TARGET_WITHOUT_LAYERS" },
    {
      args: ["a.io/b:1", "--base", "a.io/c:1", "--attached-sbom", "any"],
      says: "TARGET_WITHOUT_LAYERS: --base needs the image's layers, not an attached SBOM",
    },
    {
      args: ["a.io/b:1", "--attach", "--attached-sbom", "any"],
      says: "TARGET_WITHOUT_LAYERS: --attach needs",
    },
    { args: ["oci-dir:x", "--attach", "spdx"], says: "TARGET_NOT_IN_REGISTRY: --attach is for images" },
    { args: ["sbom:x", "--attached-sbom", "any"], says: "TARGET_NOT_IN_REGISTRY" },
    { args: ["--attach", "a.io/b:1"], says: "Allowed choices are cyclonedx, spdx" },
  ])("$args", async ({ args, says }) => {
    const { exit, err } = await stella("scan", ...args);
    expect([exit, err]).toEqual([2, expect.stringContaining(says)]);
  });
});
