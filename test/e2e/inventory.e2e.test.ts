// SPDX-License-Identifier: Apache-2.0
/**
 * `stella scan` on the demo's images, as a user runs it: the inventory is what the package managers themselves say,
 * the bytes are the same on every run, and the document is valid CycloneDX.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoImages } from "#hack/images/demo.ts";
import { ensureCommands } from "#hack/lib/commands.ts";
import { silent } from "#hack/lib/log.ts";
import { openImageSource } from "#lib/oci/open-image-source.ts";
import { cycloneDxValidator } from "#test/support/cyclonedx-schema.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..", "..");
const amd64 = { os: "linux", architecture: process.arch === "arm64" ? "arm64" : "amd64" };

interface Bom {
  readonly components: readonly {
    readonly name: string;
    readonly version?: string;
    readonly purl?: string;
  }[];
}

let folder: string;
let target: string;
let bom: Bom;
let root: string;

beforeAll(async () => {
  await ensureCommands([{ command: "dpkg-query", package: "dpkg" }], silent);
  const { layout } = await demoImages(silent);
  folder = await mkdtemp(join(tmpdir(), "stella-e2e-inventory-"));
  target = `oci-dir:${layout}:shop/web:1.0`;
  root = join(folder, "root");
  await unpack(target, root);
  await stella("a.json");
  bom = JSON.parse(await readFile(join(folder, "a.json"), "utf8")) as Bom;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function stella(output: string, ...flags: string[]): Promise<void> {
  const args = [
    "scan",
    target,
    "-o",
    `cyclonedx-json=${join(folder, output)}`,
    "--cache-dir",
    join(folder, "cache"),
    ...flags,
  ];
  await run("npx", ["stella", ...args], { cwd: ROOT });
}

/** The parts of the image's root that the comparison reads, by tar itself; upper layers over lower ones. */
async function unpack(from: string, into: string): Promise<void> {
  await mkdir(into);
  const source = await openImageSource(from);
  const { layers } = await source.resolve(amd64);
  for (const layer of layers) {
    const file = source.layerFile(layer);
    if (file === undefined) throw new Error("the layout keeps its layers in files");
    await run("tar", ["-xzf", file.path, "-C", into, "--no-same-owner", "--exclude=dev/*"]);
  }
  await source.close();
}

const purls = (type: string): readonly string[] =>
  bom.components
    .filter(({ purl }) => purl?.startsWith(`pkg:${type}/`))
    .map(({ purl = "" }) => decodeURIComponent(purl.slice(`pkg:${type}/`.length)))
    .sort();

describe("stella scan", () => {
  it("lists the Debian packages that dpkg-query lists", async () => {
    const format = "${db:Status-Status} ${Package} ${Version} ${Architecture}\\n";
    const { stdout } = await run("dpkg-query", [`--admindir=${root}/var/lib/dpkg`, "-W", `-f=${format}`]);
    const want = stdout
      .trim()
      .split("\n")
      .filter((line) => line.startsWith("installed "))
      .map((line) => line.split(" ").slice(1).join(" "))
      .sort();
    const have = purls("deb").map((purl) => {
      const [, name = "", version = "", query = ""] = /^debian\/([^@]+)@([^?]+)\?(.*)$/.exec(purl) ?? [];
      return `${name} ${version} ${new URLSearchParams(query).get("arch") ?? ""}`;
    });
    expect(want.length).toBeGreaterThan(50);
    expect([...new Set(have)].sort()).toEqual(want);
  });

  it("lists the npm packages that are under node_modules", async () => {
    const found = await readdir(root, { recursive: true });
    const want = new Set<string>();
    for (const path of found) {
      if (!/(^|\/)node_modules\/(@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(path)) continue;
      const { name, version } = JSON.parse(await readFile(join(root, path), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (name !== undefined && version !== undefined) want.add(`${name}@${version}`);
    }
    expect(want.size).toBeGreaterThan(10);
    expect([...new Set(purls("npm"))]).toEqual([...want].sort());
  });

  it("writes the same bytes again: from the cache, without it, and elsewhere", async () => {
    const first = await readFile(join(folder, "a.json"));
    await stella("b.json");
    await stella("c.json", "--force");
    expect((await readFile(join(folder, "b.json"))).equals(first)).toBe(true);
    expect((await readFile(join(folder, "c.json"))).equals(first)).toBe(true);
  });

  it("writes valid CycloneDX 1.6", () => {
    const validate = cycloneDxValidator();
    expect(validate(bom) ? [] : validate.errors).toEqual([]);
  });
});
