// SPDX-License-Identifier: Apache-2.0
/** Facts of layers that are made to hurt whoever composes them. Each is within the limits of what a layer may state. */
import type { ComposedFrom } from "#engines/scanner/compose-sbom.ts";
import type { BinaryFact, FileFacts, Fragment, PackageFact } from "#engines/scanner/facts.ts";
import type { TreeEntryType } from "#engines/scanner/layer/tree.ts";
import { fragmentOf, imageOf } from "./image-of.ts";

export interface HostileImage {
  readonly image: ComposedFrom;
  readonly fragments: readonly Fragment[];
}

const list = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => make(i));
const numbered = (count: number, prefix = "p"): string[] => list(count, (i) => `${prefix}${i}`);

function composed(
  fragments: readonly Fragment[],
  config: Partial<ComposedFrom["config"]> = {},
): HostileImage {
  return { fragments, image: imageOf(fragments, config) };
}

const deb = (name: string, more: Partial<PackageFact> = {}): PackageFact => ({
  type: "deb",
  name,
  version: "1",
  architecture: "amd64",
  ...more,
});
const status = (packages: readonly PackageFact[]): FileFacts => ({
  path: "var/lib/dpkg/status",
  analyzer: "os/dpkg",
  packages,
});
const npm = (name: string, requires: readonly string[], at = "app"): FileFacts => ({
  path: `${at}/node_modules/${name}/package.json`,
  analyzer: "language/node",
  packages: [{ type: "npm", name, version: "1", requires, contents: [`${at}/node_modules/${name}`] }],
});
const pypi = (name: string, more: Partial<PackageFact> = {}, at = `lib/${name}`): FileFacts => ({
  path: `${at}-1.dist-info/METADATA`,
  analyzer: "language/python",
  packages: [{ type: "pypi", name, version: "1", ...more }],
});

const elf = (path: string, more: Partial<BinaryFact> = {}): FileFacts => ({
  path,
  analyzer: "native/binary",
  binary: {
    format: "elf",
    architecture: "amd64",
    kind: "executable",
    sha256: "00".repeat(32),
    isStatic: false,
    needed: [],
    ...more,
  },
});
const runtime = [elf("usr/bin/node"), elf("usr/bin/python3"), elf("usr/bin/app")];
const node = { entrypoint: ["/usr/bin/node", "/app/index.js"] };
const python = { entrypoint: ["/usr/bin/python3", "/app/main.py"] };
const appManifest = (requires: readonly string[]): FileFacts => ({
  path: "app/package.json",
  analyzer: "entry/manifest",
  manifest: { bin: {}, scripts: {}, requires },
});
const script = (path: string, interpreter: string, text = ""): FileFacts => ({
  path,
  analyzer: "entry/script",
  script: { interpreter: [interpreter], text },
});
const withScript = (files: readonly FileFacts[]): FileFacts[] => [
  ...runtime,
  script("app/index.js", "/usr/bin/node"),
  script("app/main.py", "/usr/bin/python3"),
  ...files,
];
const imports = (path: string, names: readonly string[]): FileFacts => ({
  path,
  analyzer: "entry/imports",
  imports: names,
});

const TREE_LINKS = 100_000;
const longTarget = `${"a/".repeat(1000)}../`.repeat(2).slice(0, 4000);

export const hostileImages: Readonly<Record<string, () => HostileImage>> = {
  "250,000 components": () =>
    composed([
      fragmentOf([status(list(125_000, (i) => deb(`a${i}`)))], { name: "1" }),
      fragmentOf(
        list(125_000, (i) => npm(`b${i}`, [])),
        { name: "2" },
      ),
    ]),
  "200,000 versions of one package": () =>
    composed([fragmentOf([status(list(200_000, (i) => deb("a", { version: String(i), requires: ["a"] })))])]),
  "50,000 packages that provide one name and require it": () =>
    composed([fragmentOf([status(list(50_000, (i) => deb(`a${i}`, { provides: ["v"], requires: ["v"] })))])]),
  "10,000 packages that require 10,000 names": () => {
    const names = numbered(10_000);
    return composed([fragmentOf([status(names.map((name) => deb(name, { requires: names })))])]);
  },
  "50,000 Python packages of one name": () =>
    composed([fragmentOf(list(50_000, (i) => pypi("a", { requires: ["a"] }, `lib/p${i}/a`)))]),
  "150,000 Python packages of one name": () =>
    composed([
      fragmentOf(list(150_000, (i) => pypi("a", i === 0 ? { requires: ["a"] } : {}, `lib/p${i}/a`))),
    ]),
  "a cycle of 100,000 npm packages": () =>
    composed(
      [
        fragmentOf(
          withScript([appManifest(["p0"]), ...list(100_000, (i) => npm(`p${i}`, [`p${(i + 1) % 100_000}`]))]),
        ),
      ],
      node,
    ),
  "5,000 npm packages that require each other": () => {
    const names = numbered(5000);
    return composed(
      [
        fragmentOf(
          withScript([
            appManifest(names.slice(0, 1)),
            ...names.map((name) => npm(name, names.slice(0, 2000))),
          ]),
        ),
      ],
      node,
    );
  },
  "npm packages deep in folders that require what is not there": () => {
    const at = `app${"/node_modules/x".repeat(100)}`;
    return composed(
      [fragmentOf(withScript(list(5000, (i) => npm(`p${i}`, numbered(2000, "gone"), at))))],
      node,
    );
  },
  "20,000 modules that import 1,000 names beside 20,000 distributions": () => {
    const names = numbered(1000, "m");
    const files = list(20_000, (i) =>
      imports(`app/m${i}.py`, i < 50 ? list(1000, (k) => (k < 400 ? `m${i * 400 + k}` : `q${k}`)) : names),
    );
    return composed(
      [
        fragmentOf(
          withScript([
            imports("app/main.py", numbered(1000, "m")),
            ...files,
            ...list(20_000, (i) => pypi(`d${i}`, { modules: [`d${i}`] })),
          ]),
        ),
      ],
      python,
    );
  },
  "a chain of 5,000 libraries, each needing 100 that are not there": () =>
    composed(
      [
        fragmentOf([
          elf("usr/bin/app", { needed: ["l0"] }),
          ...list(5000, (i) =>
            elf(`usr/lib/l${i}`, {
              kind: "library",
              needed: [...numbered(100, `gone${i}-`), `l${i + 1}`],
              rpath: numbered(100, "/opt/r"),
            }),
          ),
        ]),
      ],
      { entrypoint: ["/usr/bin/app"] },
    ),
  "2,000 used packages with 2,000 native modules": () =>
    composed(
      [
        fragmentOf(
          withScript([
            appManifest(numbered(2000)),
            ...list(2000, (i) => npm(`p${i}`, [])),
            ...list(2000, (i) =>
              elf(`app/node_modules/p${i}/b.node`, {
                kind: "library",
                needed: ["l0"],
                sha256: String(i).padStart(64, "0"),
              }),
            ),
            ...list(2000, (i) =>
              elf(`usr/lib/l${i}`, {
                kind: "library",
                needed: [`l${i + 1}`, "gone"],
                sha256: `f${String(i).padStart(63, "0")}`,
              }),
            ),
          ]),
        ),
      ],
      node,
    ),
  "a start through 100,000 links in a chain": () =>
    composed(
      [
        fragmentOf(runtime, {
          tree: list(TREE_LINKS, (i) => ["l", `l${i}`, `l${i + 1}`] as [TreeEntryType, string, string]),
        }),
      ],
      { entrypoint: ["/l0"] },
    ),
  "100,000 links around a circle": () =>
    composed([
      fragmentOf(
        list(20_000, (i) => elf(`l${i % 100}/b${i}`)),
        {
          tree: list(
            TREE_LINKS,
            (i) => ["l", `l${i}`, `l${(i * 7 + 1) % 100}/x`] as [TreeEntryType, string, string],
          ),
        },
      ),
    ]),
  "20,000 links with targets of 2,000 folders": () =>
    composed([
      fragmentOf(
        list(2000, (i) => elf(`l${i}/x`)),
        {
          tree: list(
            20_000,
            (i) => ["l", `l${i}`, `${longTarget}l${i + 1}`] as [TreeEntryType, string, string],
          ),
        },
      ),
    ]),
  "200,000 files whited out, and again": () =>
    composed(
      list(20, (i) =>
        fragmentOf(i % 2 === 0 ? list(100_000, (k) => npm(`p${k}`, [])) : [], {
          name: String(i),
          whiteouts: i % 2 === 0 ? [] : ["app"],
        }),
      ),
    ),
  "1,000 layers over 100,000 files": () =>
    composed([
      fragmentOf(
        list(100_000, (k) => npm(`p${k}`, [])),
        { name: "bottom" },
      ),
      ...list(999, (i) =>
        fragmentOf([], { name: String(i), tree: [["f", `x${i}`]], whiteouts: [`gone${i}`] }),
      ),
    ]),
  "an entry script that calls itself": () =>
    composed(
      [
        fragmentOf([
          ...runtime,
          elf("bin/sh"),
          script("e", "/bin/sh", 'while :; do . /e; /e "$@"; done; f() { f; f; }; f; exec /e "$@"\n'),
        ]),
      ],
      { entrypoint: ["/e"] },
    ),
};
