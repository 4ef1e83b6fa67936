// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf, type DiffId, type ImageDigest, type LayerDigest } from "#lib/digest.ts";
import { composeSbom } from "../../compose-sbom.ts";
import { scanErrors } from "../../errors.ts";
import { everyEcosystem } from "../../testing/every-ecosystem.ts";
import { linuxAmd64, memoryImage, memoryLayer, readLayer } from "../../testing/images.ts";
import type { Component, Sbom } from "../../types.ts";
import { cycloneDxText, toCycloneDx } from "../cyclonedx/to-cyclonedx.ts";
import { spdxText, toSpdx } from "../spdx/to-spdx.ts";
import { richSbom } from "../testing/rich-sbom.ts";
import { readSbom } from "./read-sbom.ts";

const meta = { imageName: "registry.example/app", toolVersion: "1.0.0" };
const cycloneDx = (sbom: Sbom): string => cycloneDxText(toCycloneDx(sbom, meta));
const spdx = (sbom: Sbom): string => spdxText(toSpdx(sbom, meta));
const file = (name: string): string => readFileSync(join(import.meta.dirname, "testdata", name), "utf8");

async function scanned(): Promise<Sbom> {
  const layer = memoryLayer(everyEcosystem);
  const image = await memoryImage([layer]).resolve(linuxAmd64);
  return composeSbom(image, [(await readLayer(layer)).fragment]);
}

/** What of a component documents keep. */
const kept = ({ architecture, ...component }: Component): unknown => component;

describe("our own documents", () => {
  it.each([
    { format: "CycloneDX", write: cycloneDx },
    { format: "SPDX", write: spdx },
  ])("$format of a scan gives the same components and the same document", async ({ write }) => {
    const sbom = await scanned();
    expect(sbom.components.length).toBeGreaterThan(7);
    const read = readSbom(write(sbom));
    expect(read.components.map(kept)).toEqual(sbom.components.map(kept));
    const { imageDigest, platform, distro, analyzers } = sbom;
    expect(read).toMatchObject({ imageDigest, platform, distro, analyzers });
    expect(write(read)).toBe(write(sbom));
  });

  it("of all fields gives the same document", () => {
    expect(cycloneDx(readSbom(cycloneDx(richSbom)))).toBe(cycloneDx(richSbom));
  });

  it.each([
    { name: "a usage view", text: cycloneDxText(toCycloneDx(richSbom, { ...meta, view: "usage" })) },
    { name: "a usage view", text: spdxText(toSpdx(richSbom, { ...meta, view: "usage" })) },
  ])("$name is no inventory, unless that is asked for", ({ text }) => {
    expect(() => readSbom(text)).toThrow(/lists only what the entry program uses/);
    const used = richSbom.components.filter(({ usedByEntrypoint }) => usedByEntrypoint !== undefined);
    expect(readSbom(text, { partialViews: true }).components).toHaveLength(used.length);
  });
});

const LIBC = "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12";
const ZLIB = "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12";
const DPKG = "var/lib/dpkg/status";
const NODE = "app/node_modules";
const METADATA = "usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA";

const bySyft = [
  [`${LIBC}&upstream=glibc`, "2.36-9+deb12u4", "", "glibc@2.36-9+deb12u4", DPKG],
  [`${ZLIB}&upstream=zlib`, "1:1.2.13.dfsg-1", "Zlib", "zlib@1:1.2.13.dfsg-1", DPKG],
  ["pkg:npm/%40x/y@1.0.0", "1.0.0", "MIT OR ISC", "", `${NODE}/@x/y/package.json`],
  ["pkg:npm/app@1.0.0", "1.0.0", "", "", "app/package.json"],
  ["pkg:npm/lodash@4.17.4", "4.17.4", "MIT", "", `${NODE}/lodash/package.json`],
  ["pkg:pypi/six@1.16.0", "1.16.0", "MIT", "", METADATA],
];
const TRIVY_ZLIB = "pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&epoch=1";
const byTrivy = bySyft.map(([ref = "", version, license, source, place = ""]) => {
  const own = ref.startsWith(ZLIB) ? TRIVY_ZLIB : ref.startsWith(LIBC) ? `${LIBC}.5` : ref;
  return [own, version, license, source, place === DPKG ? "" : place];
});
const withoutPlaces = byTrivy.map((row) => [...row.slice(0, 4), ""]);
const byNpm = [
  ["pkg:npm/%40types/node@20.11.0", "20.11.0", "MIT", "", ""],
  ["pkg:npm/lodash@4.17.4", "4.17.4", "MIT", "", ""],
  ["pkg:npm/undici-types@5.26.5", "5.26.5", "MIT", "", ""],
];
const ours = bySyft
  .filter(([ref]) => ref !== "pkg:npm/app@1.0.0" && ref !== "pkg:pypi/six@1.16.0")
  .map((row) => row.map((text) => (text === "Zlib" ? "" : text)));

const rowOf = ({ bomRef, version, licenses, sourcePackage, evidence }: Component): string[] => [
  bomRef,
  version,
  licenses.join(", "),
  sourcePackage ? `${sourcePackage.name}@${sourcePackage.version}` : "",
  evidence[0]?.path ?? "",
];

const bookworm = { codename: "bookworm", prettyName: "Debian GNU/Linux 12 (bookworm)" };

describe("documents of other tools", () => {
  it.each<{ name: string; rows: unknown; distro: Sbom["distro"] }>([
    { name: "syft-1.4.cdx.json", rows: bySyft, distro: { id: "debian", versionId: "12", ...bookworm } },
    { name: "syft-1.6.cdx.json", rows: bySyft, distro: { id: "debian", versionId: "12", ...bookworm } },
    { name: "syft-2.2.spdx.json", rows: bySyft, distro: { id: "debian", versionId: "12" } },
    { name: "syft-2.3.spdx.json", rows: bySyft, distro: { id: "debian", versionId: "12" } },
    { name: "trivy.cdx.json", rows: byTrivy, distro: { id: "debian", versionId: "12.5" } },
    { name: "trivy.spdx.json", rows: withoutPlaces, distro: { id: "debian", versionId: "12.5" } },
    { name: "npm.cdx.json", rows: byNpm, distro: undefined },
    { name: "npm.spdx.json", rows: byNpm, distro: undefined },
    { name: "buildkit.intoto.json", rows: ours, distro: { id: "debian", versionId: "12", ...bookworm } },
  ])("$name", ({ name, rows, distro }) => {
    const text = file(name);
    const sbom = readSbom(text);
    expect(sbom.components.map(rowOf)).toEqual(rows);
    expect([sbom.distro, sbom.omissions]).toEqual([distro, []]);
    const itself = digestOf(text);
    expect(sbom.layers).toEqual([{ digest: itself, diffId: itself, size: text.length }]);
  });

  it.each(["syft-1.6.cdx.json", "syft-2.3.spdx.json", "trivy.cdx.json", "trivy.spdx.json"])(
    "%s: zlib1g requires libc6",
    (name) => {
      const { components } = readSbom(file(name));
      const [libc, zlib] = components;
      expect(zlib?.dependsOn).toEqual([libc?.bomRef]);
    },
  );

  const layer = (digit: string): Sbom["layers"][number] => ({
    digest: digestOf<LayerDigest>(digit),
    diffId: `sha256:${digit}` as DiffId,
    size: 1,
  });
  const bottom = layer("a078cccabca4b6b7f9be5047912c491c3137ca2e27b269972bd62fcc63c843c6");
  const top = layer("0a3df8f94594ef6a753e04ba9f44436b06dd989269227d51679ace26c4223858");
  const imageDigest =
    "sha256:f00f0a5f5dc26eba36485621b80cc6459dfec0cca8ac2a2aa29959f938470d38" as ImageDigest;
  const image = { imageDigest, platform: linuxAmd64, layers: [bottom, top] };

  it.each(["syft-1.6.cdx.json", "trivy.cdx.json", "trivy.spdx.json"])(
    "%s: components stand in the layers of a known image",
    (name) => {
      const read = readSbom(file(name), { image });
      expect(read.components.map((each) => each.layer.index)).toEqual([0, 0, 1, 1, 1, 1]);
      expect([read.layers, read.imageDigest, read.platform]).toEqual([image.layers, imageDigest, linuxAmd64]);
    },
  );

  it.each(["syft-1.6.cdx.json", "syft-2.3.spdx.json", "buildkit.intoto.json"])(
    "%s is not taken for another image's",
    (name) => {
      const other = { ...image, imageDigest: digestOf<ImageDigest>("other") };
      expect(() => readSbom(file(name), { image: other })).toThrow(
        /it is about sha256:[0-9a-f]{64}, not about/,
      );
      const index = { ...other, indexDigest: imageDigest };
      if (name.startsWith("syft")) expect(readSbom(file(name), { image: index }).components).toHaveLength(6);
    },
  );
});

const bom = (rest: object): string => JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.5", ...rest });
const spdxOf = (rest: object): string => JSON.stringify({ spdxVersion: "SPDX-2.3", ...rest });
const nested = (depth: number): object =>
  depth === 0
    ? { type: "library", name: "x" }
    : { type: "library", name: "x", components: [nested(depth - 1)] };

describe("what is left out", () => {
  it("flattens nested components, and counts what it can't take over", () => {
    const components = [
      {
        type: "application",
        name: "outer",
        components: [{ type: "library", name: "in", purl: "pkg:npm/in@1" }],
      },
      { type: "library", name: "bad", purl: "npm/bad" },
      { type: "library", name: "luarocks", purl: "pkg:luarocks/a@1" },
      { type: "file", name: "/x" },
      { type: "library", name: "ssl", purl: "pkg:deb/debian/ssl@1?distro=debian-12" },
      { type: "library", name: "tls", purl: "pkg:deb/debian/tls@1?distro=debian-13" },
    ];
    const { omissions, ...sbom } = readSbom(bom({ components }));
    expect(sbom.components.map(({ purl }) => purl)).toEqual([
      "pkg:deb/debian/ssl@1?distro=debian-12",
      "pkg:deb/debian/tls@1?distro=debian-13",
      "pkg:npm/in@1",
    ]);
    expect(omissions.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "SBOM_COMPONENTS_WITHOUT_PURL 1 component has no purl, the first at components[0]",
      "SBOM_PURLS_INVALID 1 component has a purl that is not valid, the first at components[1]",
      "SBOM_TYPES_UNKNOWN components of types that are not known: luarocks (1)",
      "DISTRO_UNKNOWN the SBOM names no distro: OS packages can't be matched to a distro's advisories",
    ]);
  });

  it.each([
    {
      purl: "pkg:rpm/redhat/a@1-2?epoch=3&upstream=b-1-2.src.rpm",
      version: "1-2",
      want: ["3:1-2", "b", "3:1-2"],
    },
    { purl: "pkg:rpm/redhat/a@1-2?epoch=3&upstream=b-4-5.src.rpm", version: "", want: ["3:1-2", "b", "4-5"] },
    { purl: "pkg:deb/debian/a@1?upstream=b%402", version: "1", want: ["1", "b", "2"] },
    { purl: "pkg:npm/a@1?upstream=b", version: "1", want: ["1", undefined, undefined] },
    { purl: "pkg:npm/a", version: "7", want: ["7", undefined, undefined] },
    { purl: "pkg:npm/a@1", version: "9", want: ["1", undefined, undefined] },
  ])("version and source of $purl", ({ purl, version, want }) => {
    const [read] = readSbom(bom({ components: [{ type: "library", name: "a", version, purl }] })).components;
    expect([read?.version, read?.sourcePackage?.name, read?.sourcePackage?.version]).toEqual(want);
  });

  it.each([
    { name: "redhat", purl: "pkg:rpm/redhat/a@1?distro=rhel-9.4", want: { id: "rhel", versionId: "9.4" } },
    { name: undefined, purl: "pkg:rpm/redhat/a@1?distro=redhat-9.4", want: { id: "rhel", versionId: "9.4" } },
    {
      name: undefined,
      purl: "pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.6",
      want: { id: "opensuse-leap", versionId: "15.6" },
    },
    { name: undefined, purl: "pkg:deb/debian/a@1?distro=debian", want: { id: "debian", versionId: "" } },
    { name: undefined, purl: "pkg:deb/debian/a@1", want: undefined },
  ])("distro of $name and $purl", ({ name, purl, want }) => {
    const system = name === undefined ? [] : [{ type: "operating-system", name, version: "9.4" }];
    const { distro } = readSbom(bom({ components: [...system, { type: "library", name: "a", purl }] }));
    expect(distro).toEqual(want);
  });

  it.each([
    {
      name: "github.com/BurntSushi/toml",
      purl: "pkg:golang/github.com/burntsushi/toml@v1.5.0",
      want: "pkg:golang/github.com/BurntSushi/toml@v1.5.0",
    },
    {
      name: "github.com/pelletier/go-toml/v2",
      purl: "pkg:golang/github.com/pelletier/go-toml@v2.2.3#v2",
      want: "pkg:golang/github.com/pelletier/go-toml/v2@v2.2.3",
    },
    { name: "toml", purl: "pkg:golang/github.com/A/toml@v1#x", want: "pkg:golang/github.com/A/toml@v1" },
    { name: "stdlib", purl: "pkg:golang/stdlib@v1.26.8", want: "pkg:golang/stdlib@1.26.8" },
    { name: "Flask", purl: "pkg:pypi/Flask@3.0.3", want: "pkg:pypi/flask@3.0.3" },
    { name: "Newtonsoft.Json", purl: "pkg:nuget/Newtonsoft.Json@1", want: "pkg:nuget/Newtonsoft.Json@1" },
  ])("names $name as advisories do: $want", ({ name, purl, want }) => {
    const [read] = readSbom(bom({ components: [{ type: "library", name, purl }] })).components;
    const { namespace, name: last } = read ?? {};
    expect(read?.purl).toBe(want);
    const path = want.slice(want.indexOf("/") + 1, want.lastIndexOf("@"));
    expect(namespace === undefined ? last : `${namespace}/${last ?? ""}`).toBe(path);
  });

  it("keeps one component of a purl at one place, and tells places apart", () => {
    const at = (path: string): object => ({
      type: "library",
      name: "a",
      purl: "pkg:npm/a@1",
      evidence: { occurrences: [{ location: path }] },
    });
    const { components } = readSbom(bom({ components: [at("/x"), at("/x"), at("/y!/z")] }));
    expect(components.map(({ bomRef }) => bomRef)).toEqual(["pkg:npm/a@1#x", "pkg:npm/a@1#y!/z"]);
  });

  it("gives no two components one reference", () => {
    const content = "ab".repeat(32);
    const binary = (name: string, ref: string): object => ({
      type: "file",
      name,
      "bom-ref": ref,
      purl: `pkg:generic/${name}?checksum=sha256:${content}`,
      hashes: [{ alg: "SHA-256", content }],
    });
    const spread = { type: "library", name: "s", purl: "pkg:npm/a@1#x" };
    const components = [binary("a", "r"), binary("b", "s"), binary("c", `bin:${content}#1`)];
    const dependencies = [{ ref: "r", dependsOn: ["s", "none", "r"] }];
    const read = readSbom(bom({ components: [...components, spread], dependencies })).components;
    expect(read.map(({ bomRef }) => bomRef)).toEqual([
      `bin:${content}`,
      `bin:${content}#1`,
      `bin:${content}#2`,
      "pkg:npm/a@1#x",
    ]);
    expect(read[0]?.dependsOn).toEqual([`bin:${content}#1`]);
  });
});

describe("our own facts", () => {
  const withFacts = (facts: Record<string, string>): Sbom =>
    readSbom(
      bom({
        metadata: {
          properties: Object.entries(facts).map(([name, value]) => ({ name: `stella:${name}`, value })),
        },
      }),
    );

  it.each([
    {
      value: "python /usr/bin/python3.11 /app/main.py",
      want: { path: "usr/bin/python3.11", program: "app/main.py" },
    },
    {
      value: "java /usr/bin/java -m org.example.Main",
      want: { path: "usr/bin/java", module: "org.example.Main" },
    },
    { value: "native /app/tool", want: { path: "app/tool" } },
    { value: "frob /app/tool", want: undefined },
    { value: "native", want: undefined },
  ])("entry point $value", ({ value, want }) => {
    const { entryTrace } = withFacts({ entrypoint: value });
    const kind = value.slice(0, value.indexOf(" "));
    const nothing = { argv: [], workingDir: "/", user: "", env: {} };
    expect(entryTrace?.terminal).toEqual(want && { kind, ...want, ...nothing });
  });

  it("a trace that stopped", () => {
    expect(withFacts({ "entrypoint:unresolved": "SHELL_SYNTAX x" }).entryTrace).toEqual({
      steps: [],
      unresolved: { code: "SHELL_SYNTAX", message: "x" },
    });
  });

  it.each([
    [
      "USAGE_LIBRARY_MISSING /a needs b.so, which is not there",
      { code: "USAGE_LIBRARY_MISSING", message: "/a needs b.so, which is not there" },
    ],
    ["of another kind", { code: "USAGE_CUT", message: "of another kind" }],
  ])("what was not followed: %s", (value, want) =>
    expect(withFacts({ "entrypoint:gap": value }).usageGaps).toEqual([want]),
  );

  it("base and analyzers that are none", () => {
    const facts = { "base:layers": "-1", "base:digest": "x", "analyzer:A": "1", "analyzer:os/apk": "x" };
    expect(withFacts(facts)).toMatchObject({ analyzers: {} });
    expect(withFacts(facts).base).toBeUndefined();
  });
});

describe("refuses, with the place", () => {
  it.each<{ name: string; text: string; says: string }>([
    { name: "no JSON", text: "<bom/>", says: "it is not JSON" },
    { name: "a list", text: "[]", says: "the document must be an object" },
    { name: "another document", text: "{}", says: "neither CycloneDX (bomFormat) nor SPDX" },
    { name: "SPDX 3", text: '{"@context": "x", "@graph": []}', says: "it looks like SPDX 3" },
    { name: "an old CycloneDX", text: bom({ specVersion: "1.1" }), says: 'specVersion is "1.1"' },
    { name: "another SPDX", text: spdxOf({ spdxVersion: "SPDX-2.1" }), says: 'spdxVersion is "SPDX-2.1"' },
    { name: "another attestation", text: '{"predicateType": "x"}', says: "an attestation of something else" },
    { name: "components that are none", text: bom({ components: {} }), says: "components must be a list" },
    { name: "a component", text: bom({ components: [1] }), says: "components[0] must be an object" },
    {
      name: "a purl",
      text: bom({ components: [{ components: [{ purl: 1 }] }] }),
      says: "components[0].components[0].purl must be text",
    },
    {
      name: "components in components",
      text: bom({ components: [nested(34)] }),
      says: "nest deeper than 32",
    },
    { name: "values in values", text: `{"a":${"[".repeat(1e6)}`, says: "nest deeper than 100 levels" },
    {
      name: "a name",
      text: bom({ components: [{ name: "x".repeat(5000), purl: "pkg:npm/a@1" }] }),
      says: "components[0].name has 5000 letters, more than 4096",
    },
    {
      name: "a package's reference",
      text: spdxOf({ packages: [{ externalRefs: [{ referenceType: "purl", referenceLocator: 1 }] }] }),
      says: "packages[0].externalRefs[0].referenceLocator must be text",
    },
    {
      name: "a relation",
      text: spdxOf({ relationships: [{}] }),
      says: "relationships[0].relationshipType must be text",
    },
  ])("$name", ({ text, says }) => {
    expect(() => readSbom(text)).toThrow(expect.objectContaining({ code: "SBOM_INVALID" }) as Error);
    expect(() => readSbom(text)).toThrow(says);
  });

  it("a text that is too long", () => {
    expect(() => readSbom(" ".repeat(64 * 1024 * 1024 + 1))).toThrow(/longer than/);
  });
});

function survives(text: string): void {
  try {
    cycloneDx(readSbom(text));
  } catch (error) {
    if (!scanErrors.is(error, "SBOM_INVALID")) throw error;
  }
}

/** The value with what stands at the n-th place of it replaced. */
function replaced(value: unknown, at: number, by: unknown): unknown {
  let count = 0;
  const visit = (each: unknown): unknown => {
    if (count++ === at) return by;
    if (Array.isArray(each)) return each.map(visit);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(value);
}

describe.each([
  "syft-1.6.cdx.json",
  "trivy.cdx.json",
  "trivy.spdx.json",
  "syft-2.2.spdx.json",
  "buildkit.intoto.json",
])("%s survives", (name) => {
  const text = file(name);

  it("cuts and changed letters", () => {
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 3 }), fc.boolean(), (at, noise, isCut) => {
        survives(isCut ? text.slice(0, at) : text.slice(0, at) + noise + text.slice(at + noise.length));
      }),
      { numRuns: 300 },
    );
  });

  it("any value at any place", () => {
    const document = JSON.parse(text) as unknown;
    const strings = fc.constantFrom(
      "__proto__",
      "pkg:",
      "pkg:deb/a/b@%",
      "stella:x",
      "sha256:",
      "\ud800",
      "-1",
    );
    fc.assert(
      fc.property(fc.nat(800), fc.oneof(fc.jsonValue(), strings), (at, value) => {
        survives(JSON.stringify(replaced(document, at, value)));
      }),
      { numRuns: 300 },
    );
  });
});
