// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { TarFile } from "#lib/tar/testing/write-tar.ts";
import { elfFile } from "#lib/elf/testing/elf-file.ts";
import { headerBlob, stringArray, text, uint32s } from "#lib/rpmdb/testing/header-blob.ts";
import { ndbOf } from "#lib/rpmdb/testing/ndb.ts";
import { composeSbom } from "./compose-sbom.ts";
import { goBinary } from "./testing/go-binary.ts";
import { everyEcosystem } from "./testing/every-ecosystem.ts";
import { linuxAmd64, memoryImage, memoryLayer, readLayer } from "./testing/images.ts";
import type { Sbom } from "./types.ts";

async function compose(...layers: (readonly TarFile[])[]): Promise<Sbom> {
  const made = layers.map((files) => memoryLayer(files));
  const image = await memoryImage(made).resolve(linuxAmd64);
  const fragments = await Promise.all(made.map(async (layer) => (await readLayer(layer)).fragment));
  return composeSbom(image, fragments);
}

/** `purl in layer` for each component. */
const shown = ({ components }: Sbom): string[] =>
  components.map(({ purl, layer }) => `${purl} in ${layer.index}`);

const npm = (name: string, version = "1.0.0", folder = "app"): TarFile => ({
  path: `${folder}/node_modules/${name}/package.json`,
  content: JSON.stringify({ name, version }),
});
const osRelease: TarFile = { path: "etc/os-release", content: "ID=alpine\nVERSION_ID=3.20\n" };
const apkDb = (...packages: string[]): TarFile => ({
  path: "lib/apk/db/installed",
  content: packages
    .map((item) => `P:${item.split("@")[0] ?? ""}\nV:${item.split("@")[1] ?? ""}\nA:x86_64\n`)
    .join("\n"),
});
const apk = (item: string): string => `pkg:apk/alpine/${item}?arch=x86_64&distro=alpine-3.20`;

describe("composeSbom", () => {
  it.each<{ name: string; layers: TarFile[][]; want: string[] }>([
    {
      name: "adds layers up",
      layers: [[npm("a")], [npm("b")]],
      want: ["pkg:npm/a@1.0.0 in 0", "pkg:npm/b@1.0.0 in 1"],
    },
    {
      name: "deletes a file",
      layers: [[npm("a"), npm("b")], [{ path: "app/node_modules/a/.wh.package.json" }]],
      want: ["pkg:npm/b@1.0.0 in 0"],
    },
    {
      name: "deletes a folder",
      layers: [[npm("a"), npm("b")], [{ path: "app/node_modules/.wh.a" }]],
      want: ["pkg:npm/b@1.0.0 in 0"],
    },
    {
      name: "does not delete what only begins alike",
      layers: [[npm("ab")], [{ path: "app/node_modules/.wh.a" }]],
      want: ["pkg:npm/ab@1.0.0 in 0"],
    },
    {
      name: "empties an opaque folder, and keeps what the layer itself puts there",
      layers: [[npm("a")], [{ path: "app/.wh..wh..opq" }, npm("b")]],
      want: ["pkg:npm/b@1.0.0 in 1"],
    },
    {
      name: "a whiteout does not hide the same layer's file",
      layers: [[npm("a")], [{ path: "app/node_modules/.wh.a" }, npm("a", "2.0.0")]],
      want: ["pkg:npm/a@2.0.0 in 1"],
    },
    {
      name: "an upgrade belongs to the layer that made it",
      layers: [[npm("a")], [npm("a", "1.0.1")], [npm("a", "1.0.1")]],
      want: ["pkg:npm/a@1.0.1 in 1"],
    },
    {
      name: "a rewritten file with the same package belongs to the first layer",
      layers: [[npm("a")], [npm("a")]],
      want: ["pkg:npm/a@1.0.0 in 0"],
    },
    {
      name: "a package that went and came back belongs to where it came back",
      layers: [[npm("a")], [{ path: "app/.wh.node_modules" }], [npm("a")]],
      want: ["pkg:npm/a@1.0.0 in 2"],
    },
    {
      name: "a file without facts replaces one with facts",
      layers: [[npm("a")], [{ path: npm("a").path, content: "{}" }]],
      want: [],
    },
    {
      name: "a file replaces a folder",
      layers: [[npm("a")], [{ path: "app/node_modules", content: "x" }]],
      want: [],
    },
    {
      name: "a link replaces a folder",
      layers: [[npm("a")], [{ path: "app", type: "2", linkPath: "/srv" }]],
      want: [],
    },
    {
      name: "a folder replaces a file",
      layers: [[npm("a")], [{ path: npm("a").path, type: "5" }]],
      want: [],
    },
    {
      name: "a folder keeps what is below",
      layers: [[npm("a")], [{ path: "app/", type: "5" }]],
      want: ["pkg:npm/a@1.0.0 in 0"],
    },
    {
      name: "one file under two names of a link is one",
      layers: [[{ path: "srv", type: "2", linkPath: "app" }, npm("a")], [npm("a", "2.0.0", "srv")]],
      want: ["pkg:npm/a@2.0.0 in 1"],
    },
    {
      name: "a whiteout through a link",
      layers: [
        [{ path: "srv", type: "2", linkPath: "/app" }, npm("a")],
        [{ path: "srv/node_modules/.wh.a" }],
      ],
      want: [],
    },
    {
      name: "links in a circle",
      layers: [
        [
          { path: "x", type: "2", linkPath: "y" },
          { path: "y", type: "2", linkPath: "x" },
          npm("a", "1.0.0", "x"),
        ],
      ],
      want: ["pkg:npm/a@1.0.0 in 0"],
    },
    {
      name: "a link out of the root stays inside",
      layers: [[{ path: "srv", type: "2", linkPath: "../../../app" }, npm("a")], [npm("a", "2.0.0", "srv")]],
      want: ["pkg:npm/a@2.0.0 in 1"],
    },
    {
      name: "a hard link to a lower layer's file",
      layers: [[npm("a")], [{ path: "b/node_modules/a/package.json", type: "1", linkPath: npm("a").path }]],
      want: ["pkg:npm/a@1.0.0 in 0", "pkg:npm/a@1.0.0 in 1"],
    },
    {
      name: "the last database holds, each package since its own layer",
      layers: [
        [osRelease, apkDb("a@1", "b@1", "c@1")],
        [apkDb("a@1", "b@2", "d@1")],
        [apkDb("a@1", "b@2", "d@1", "e@1")],
      ],
      want: [`${apk("a@1")} in 0`, `${apk("b@2")} in 1`, `${apk("d@1")} in 1`, `${apk("e@1")} in 2`],
    },
  ])("$name", async ({ layers, want }) => expect(shown(await compose(...layers))).toEqual(want));

  it("leaves out what a library's deps.json names and no file of which is there", async () => {
    const deps = (file: string): TarFile => ({
      path: `${file}.deps.json`,
      content: JSON.stringify({
        runtimeTarget: { name: "t" },
        targets: { t: { "A/1.0.0": { runtime: { "lib/net6.0/A.dll": {} } } } },
        libraries: { "A/1.0.0": { type: "package" } },
      }),
    });
    const sbom = await compose([deps("app/App"), { path: "app/A.dll", content: "MZ" }, deps("lib/Lib")]);
    expect(sbom.components.map(({ evidence }) => evidence[0]?.path)).toEqual(["app/App.deps.json"]);
  });

  it("names what a layer took away", async () => {
    const sbom = await compose([npm("a"), npm("b")], [{ path: "app/node_modules/.wh.a" }, npm("b", "2.0.0")]);
    expect(sbom.removed).toEqual([
      { purl: "pkg:npm/a@1.0.0", path: npm("a").path, addedIn: 0, removedIn: 1 },
      { purl: "pkg:npm/b@1.0.0", path: npm("b").path, addedIn: 0, removedIn: 1 },
    ]);
  });

  it("names a runtime that no package manager put there", async () => {
    const version = (path: string): TarFile => ({ path, content: "go1.22.1\n" });
    const sbom = await compose([
      osRelease,
      { path: "lib/apk/db/installed", content: "P:go\nV:1.22.1-r0\nA:x86_64\nF:usr/lib/go\nR:VERSION\n" },
      version("usr/lib/go/VERSION"),
      version("usr/local/go/VERSION"),
    ]);
    const runtimes = sbom.components.filter(({ type }) => type === "generic");
    expect(runtimes.map(({ evidence }) => evidence[0]?.path)).toEqual(["usr/local/go/VERSION"]);
  });

  it("knows owners by their own records: two environments of conda, two kernels of rpm", async () => {
    const record = (env: string, version: string): TarFile => ({
      path: `opt/${env}/conda-meta/numpy-${version}-0.json`,
      content: JSON.stringify({
        name: "numpy",
        version,
        build: "py312_0",
        subdir: "linux-64",
        channel: "https://conda.anaconda.org/conda-forge/linux-64",
        files: ["lib/site-packages/numpy.egg-info"],
      }),
    });
    const egg = (folder: string): TarFile => ({
      path: `${folder}/numpy.egg-info`,
      content: "Name: numpy\nVersion: 1\n",
    });
    const kernel = (version: string): Buffer =>
      headerBlob([
        text(1000, "kernel"),
        text(1001, version),
        text(1002, "1"),
        text(1022, "x86_64"),
        stringArray(1117, ["numpy.egg-info"]),
        uint32s(1116, [0]),
        stringArray(1118, [`/lib/modules/${version}/`]),
      ]);
    const sbom = await compose([
      record("a", "2.0"),
      egg("opt/a/lib/site-packages"),
      record("b", "1.26"),
      egg("opt/b/lib/site-packages"),
      { path: "var/lib/rpm/Packages.db", content: ndbOf([kernel("6.1"), kernel("5.14")]) },
      egg("lib/modules/6.1"),
      egg("lib/modules/5.14"),
    ]);
    const conda = (version: string): string =>
      `pkg:conda/numpy@${version}?build=py312_0&channel=conda-forge&subdir=linux-64`;
    expect(
      sbom.components.flatMap(({ evidence, ownedBy }) => (ownedBy ? [[evidence[0]?.path, ownedBy]] : [])),
    ).toEqual([
      ["lib/modules/5.14/numpy.egg-info", "pkg:rpm/linux/kernel@5.14-1?arch=x86_64"],
      ["lib/modules/6.1/numpy.egg-info", "pkg:rpm/linux/kernel@6.1-1?arch=x86_64"],
      ["opt/a/lib/site-packages/numpy.egg-info", conda("2.0")],
      ["opt/b/lib/site-packages/numpy.egg-info", conda("1.26")],
    ]);
  });

  it("makes a component of each binary that nothing claims, one for all its copies", async () => {
    const binary = (path: string): TarFile => ({
      path,
      mode: 0o755,
      content: elfFile({ type: 2, parts: [{ type: 1, offset: 0, bytes: 4096 }], size: 4096 }),
    });
    const sbom = await compose([
      osRelease,
      { path: "lib/apk/db/installed", content: "P:a\nV:1\nA:x86_64\nF:usr/bin\nR:owned\n" },
      npm("n"),
      ...["usr/bin/owned", "opt/x", "opt/y", "app/node_modules/n/build/addon.node"].map(binary),
    ]);
    const [found, ...more] = sbom.components.filter(({ type }) => type === "generic");
    expect([found?.bomRef, found?.evidence, more]).toEqual([
      expect.stringMatching(/^bin:[0-9a-f]{64}$/),
      [{ path: "opt/x" }, { path: "opt/y" }],
      [],
    ]);
  });

  it("gives one purl in two places two references", async () => {
    const sbom = await compose([npm("a"), npm("a", "1.0.0", "other"), npm("b")]);
    expect(sbom.components.map(({ bomRef }) => bomRef)).toEqual([
      "pkg:npm/a@1.0.0#app/node_modules/a/package.json",
      "pkg:npm/a@1.0.0#other/node_modules/a/package.json",
      "pkg:npm/b@1.0.0",
    ]);
  });

  it("takes a release file where there is no os-release", async () => {
    const sbom = await compose([{ path: "etc/alpine-release", content: "3.20.3\n" }, apkDb("a@1")]);
    expect(shown(sbom)).toEqual(["pkg:apk/alpine/a@1?arch=x86_64&distro=alpine-3.20.3 in 0"]);
    expect(sbom.omissions).toEqual([]);
  });

  it("says when the distro is not known", async () => {
    const sbom = await compose([apkDb("a@1")]);
    expect(shown(sbom)).toEqual(["pkg:apk/linux/a@1?arch=x86_64 in 0"]);
    expect(sbom.omissions.map(({ code }) => code)).toEqual(["DISTRO_UNKNOWN"]);
  });

  it("leaves out a package whose name no purl can have, and says so", async () => {
    const modules = "path\tx\nmod\texample.com/app/\tv1.0.0\t\ndep\texample.com/b\tv1.0.0\t\n";
    const content = goBinary({ goVersion: "go1.22.1", modules });
    const sbom = await compose([{ path: "bin/app", mode: 0o755, content }], [{ path: "bin/.wh.app" }]);
    const before = await compose([{ path: "bin/app", mode: 0o755, content }]);
    expect(shown(before)).toEqual(["pkg:golang/example.com/b@v1.0.0 in 0", "pkg:golang/stdlib@1.22.1 in 0"]);
    expect(before.omissions).toMatchObject([
      { code: "PACKAGE_NAME_INVALID", path: "bin/app", message: 'a golang package is named ""' },
    ]);
    expect(sbom.removed?.map(({ purl }) => purl).sort()).toEqual([
      "pkg:golang/example.com/b@v1.0.0",
      "pkg:golang/stdlib@1.22.1",
    ]);
  });

  it("says when a hard link leads to a file never read", async () => {
    const sbom = await compose([npm("a")], [{ path: npm("b").path, type: "1", linkPath: "nowhere" }]);
    expect(sbom.omissions).toEqual([
      expect.objectContaining({ code: "LINK_TARGET_UNREAD", path: npm("b").path }),
    ]);
  });

  it("refuses fragments of other layers", async () => {
    const one = memoryLayer([npm("a")]);
    const image = await memoryImage([memoryLayer([npm("b")])]).resolve(linuxAmd64);
    const { fragment } = await readLayer(one);
    expect(() => composeSbom(image, [fragment])).toThrow("the fragment of layer 0 is not of");
  });

  it("states all that it knows of an image of every ecosystem", async () => {
    const { components, distro, omissions, analyzers } = await compose(everyEcosystem);
    expect({
      components: components.map(({ layer, ...rest }) => ({ ...rest, layer: layer.index })),
      distro,
      omissions,
      analyzers,
    }).toMatchSnapshot();
  });
});
