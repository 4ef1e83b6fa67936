// SPDX-License-Identifier: Apache-2.0
/** `stella sbom-generator` over folders, as BuildKit calls it. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readSbom } from "#engines/scanner/index.ts";
import { generateSboms } from "./sbom-generator.ts";
import { stella } from "./testing/stella.ts";

let folder: string;
const at = (...names: readonly string[]): string => join(folder, ...names);
const write = (path: string, text: string): void => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
};

beforeEach(() => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  folder = mkdtempSync(join(tmpdir(), "stella-generator-"));
  write("core/sbom/etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n");
  write(
    "core/sbom/lib/apk/db/installed",
    "P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\np:so:libc.musl-x86_64.so.1=1\n",
  );
  write("extras/sbom-base/app/node_modules/a/package.json", '{"name":"a","version":"1.0.0"}');
  write("extras/note", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const settings = (): Record<string, string> => ({
  BUILDKIT_SCAN_DESTINATION: at("out"),
  BUILDKIT_SCAN_SOURCE: at("core", "sbom"),
  BUILDKIT_SCAN_SOURCE_EXTRAS: at("extras"),
});

interface Statement {
  readonly _type: string;
  readonly predicateType: string;
  readonly predicate: Record<string, unknown> & { readonly packages: readonly object[] };
}

const statement = (name: string): Statement => JSON.parse(readFileSync(at("out", name), "utf8")) as Statement;

it("writes a statement for each root filesystem, and nothing else", async () => {
  for (const [name, value] of Object.entries(settings())) vi.stubEnv(name, value);
  const ran = await stella("sbom-generator");
  expect(ran).toEqual({ exit: 0, out: "", err: "stella: sbom: 1 packages\nstella: sbom-base: 1 packages\n" });
  expect(readdirSync(at("out"))).toEqual(["sbom-base.spdx.json", "sbom.spdx.json"]);
  const { predicate, ...rest } = statement("sbom.spdx.json");
  expect(rest).toEqual({
    _type: "https://in-toto.io/Statement/v0.1",
    predicateType: "https://spdx.dev/Document",
  });
  expect(predicate).toMatchObject({ spdxVersion: "SPDX-2.3", name: "sbom" });
});

it("says nothing of digests, layers and start, which nobody knows yet", async () => {
  await generateSboms(settings());
  expect(readFileSync(at("out", "sbom.spdx.json"), "utf8")).not.toMatch(
    /sha256:|stella:layer|entrypoint|platform/,
  );
});

it("can be read back", async () => {
  await generateSboms(settings());
  const { components, distro } = readSbom(readFileSync(at("out", "sbom.spdx.json"), "utf8"));
  expect([components.map(({ purl }) => purl), distro]).toEqual([
    ["pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.3"],
    { id: "alpine", versionId: "3.20.3" },
  ]);
});

it("gives the same bytes twice", async () => {
  await generateSboms(settings());
  const first = readFileSync(at("out", "sbom.spdx.json"), "utf8");
  await generateSboms(settings());
  expect(readFileSync(at("out", "sbom.spdx.json"), "utf8")).toBe(first);
});

it.each([{ extras: undefined }, { extras: "" }, { extras: "/none/such" }])(
  "does without extras: $extras",
  async ({ extras }) => {
    await generateSboms({ ...settings(), BUILDKIT_SCAN_SOURCE_EXTRAS: extras });
    expect(readdirSync(at("out"))).toEqual(["sbom.spdx.json"]);
  },
);

it("leaves out what packages provide before it gives up on a size", async () => {
  await generateSboms(settings());
  const { length } = readFileSync(at("out", "sbom.spdx.json"));
  await expect(generateSboms(settings(), 1000)).rejects.toMatchObject({ code: "GENERATOR_SBOM_TOO_LARGE" });
  const core = { ...settings(), BUILDKIT_SCAN_SOURCE_EXTRAS: "" };
  const provides = Array.from({ length: 100 }, (_, i) => `so:lib${i}.so.1`).join(" ");
  write("core/sbom/lib/apk/db/installed", `P:musl\nV:1.2.5-r0\nA:x86_64\np:${provides}\n`);
  await generateSboms(core, length + 400);
  const text = readFileSync(at("out", "sbom.spdx.json"), "utf8");
  expect(text).not.toContain("stella:provides");
});

it.each([
  { missing: "BUILDKIT_SCAN_SOURCE", code: "GENERATOR_NOT_IN_BUILD" },
  { missing: "BUILDKIT_SCAN_DESTINATION", code: "GENERATOR_NOT_IN_BUILD" },
])("needs $missing", async ({ missing, code }) => {
  await expect(generateSboms({ ...settings(), [missing]: undefined })).rejects.toMatchObject({ code });
});

it("is not in the list of verbs", async () => {
  expect((await stella("--help")).out).not.toContain("sbom-generator");
});
