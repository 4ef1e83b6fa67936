// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { pypiName } from "#lib/purl/index.ts";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import type { FileFacts } from "../facts.ts";
import { analyzeFile, memoryLayer, readLayer } from "../testing/images.ts";
import { python } from "./python.ts";

const testdata = join(import.meta.dirname, "testdata/python");
const SITE = "usr/lib/python3/site-packages";
const METADATA = "usr/lib/python3/dist-packages/Foo_Bar-1.0.dist-info/METADATA";

/** What Python itself finds installed: name, version and metadata file, one a line. */
const LIST = `
import importlib.metadata as m
for d in m.distributions():
    p = getattr(d, "_path", None)
    if p is None: continue
    for n in ("METADATA", "PKG-INFO"):
        f = p / n if p.is_dir() else p
        if f.is_file():
            print(d.metadata["Name"], d.version, f, sep="\\t"); break
`;

const extras = (byName: Readonly<Record<string, readonly string[]>>): object => ({ extras: byName });

describe("language/python", () => {
  it.each([
    {
      name: "an expression",
      text: "Metadata-Version: 2.4\nName: Foo.Bar_baz\nVersion: 1.0\nLicense-Expression: MIT OR Apache-2.0\nLicense: x\n\nName: no\n",
      want: { type: "pypi", name: "foo-bar-baz", version: "1.0", licenses: ["MIT OR Apache-2.0"], line: 2 },
    },
    {
      name: "classifiers",
      text: "Name: a\nVersion: 1\nClassifier: License :: OSI Approved :: MIT License\nClassifier: Topic :: X\n\nClassifier: License :: Other/Proprietary License\n",
      want: { type: "pypi", name: "a", version: "1", licenses: ["MIT License"], line: 1 },
    },
    {
      name: "a short free text",
      text: "Name: a\r\nVersion: 1\r\nLicense: BSD\r\n\r\nx",
      want: { type: "pypi", name: "a", version: "1", licenses: ["BSD"], line: 1 },
    },
    {
      name: "a whole licence as free text, with blank lines in it",
      text: "Name: a\nLicense: Copyright\n        \n  Permission is\nVersion: 1\nRequires-Dist: b\n",
      want: { type: "pypi", name: "a", version: "1", requires: ["b"], line: 1 },
    },
    {
      name: "requirements",
      text: 'Name: a\nVersion: 1\nRequires-Dist: Zope.Interface (>=3)\nRequires-Dist: b[x]>=1; python_version < "3"\nRequires-Dist: c @ https://x/y.whl\nRequires-Dist: d ; extra == "t"\nRequires-Dist: e; "t" == extra\nRequires-Dist: f; os_name == "nt" and extra == \'t\'\nRequires-Dist: b\nRequires-Dist: extra-thing; platform_system == "Linux"\nRequires-Dist: ???\n',
      want: {
        type: "pypi",
        name: "a",
        version: "1",
        requires: ["b", "c", "extra-thing", "zope-interface"],
        requiresWithExtras: ["b[x]"],
        ...extras({ t: ["d", "e", "f"] }),
        line: 1,
      },
    },
    {
      name: "extras, and requirements with extras under them",
      text: 'Name: a\nVersion: 1\nProvides-Extra: All_In\nRequires-Dist: b[Y_z, x ,?]\nRequires-Dist: c[h]>=1 ; extra == "All_In"\nRequires-Dist: c; extra == "constructor" or extra == "two"\nRequires-Dist: d; extra in "q"\n',
      want: {
        type: "pypi",
        name: "a",
        version: "1",
        requires: ["b"],
        requiresWithExtras: ["b[x,y-z]"],
        ...extras({ "all-in": ["c[h]"], constructor: ["c"], two: ["c"] }),
        line: 1,
      },
    },
    {
      name: "an author",
      text: "Name: a\nVersion: 1\nAuthor: Jane Doe\nMaintainer: M\nAuthor-email: x@y.z\n",
      want: { type: "pypi", name: "a", version: "1", supplier: "Jane Doe", line: 1 },
    },
    {
      name: "a maintainer",
      text: "Name: a\nVersion: 1\nAuthor: UNKNOWN\nMaintainer: M\n",
      want: { type: "pypi", name: "a", version: "1", supplier: "M", line: 1 },
    },
    {
      name: "authors by e-mail",
      text: 'Name: a\nVersion: 1\nAuthor-email: a@b.c, Jane Doe <j@d.e>, "Roe, Richard" <r@r.e>, <n@n.n>\n',
      want: { type: "pypi", name: "a", version: "1", supplier: "Jane Doe, Roe, Richard", line: 1 },
    },
  ])("reads metadata with $name", ({ text, want }) => {
    expect(analyzeFile(python, METADATA, text)).toEqual({ packages: [want] });
  });

  it.each([
    ["no version", "Name: a\n\nVersion: 1\n"],
    ["no name", "Name: UNKNOWN\nVersion: 1\n"],
    ["an endless name", `Name: ${"a".repeat(1000)}\nVersion: 1\n`],
    ["nothing", ""],
  ])("refuses metadata with %s", (_, text) =>
    expect(() => analyzeFile(python, METADATA, text)).toThrow(`${METADATA}: no usable name or version`),
  );

  it.each([
    {
      name: "RECORD with modules, libraries and commands",
      file: "a-1.dist-info/RECORD",
      text: 'a/__init__.py,sha256=x,1\na/b/c.py,,\na.libs/liba.so.1,,\n_a.cpython-311-x86_64-linux-gnu.so,,\nsix.py,,\n__pycache__/six.cpython-311.pyc,,\n"odd,""name"".txt",,\n../../../bin/a,,\n/etc/a.conf,,\n../../../../../../out,,\na-1.dist-info/RECORD,,\n\n',
      contents: [
        "etc/a.conf",
        "usr/bin/a",
        `${SITE}/_a.cpython-311-x86_64-linux-gnu.so`,
        `${SITE}/a`,
        `${SITE}/a-1.dist-info`,
        `${SITE}/a.libs`,
        `${SITE}/odd,"name".txt`,
        `${SITE}/six.py`,
      ],
      modules: ["_a", "a", "six"],
    },
    {
      name: "RECORD of a package in a shared namespace",
      file: "g-1.dist-info/RECORD",
      text: "google/cloud/storage/__init__.py,,\ngoogle/cloud/storage/x/y.py,,\ngoogle/cloud/one_pb2.py,,\ngoogle/type/a_pb2.py,,\n",
      contents: ["google/cloud/one_pb2.py", "google/cloud/storage", "google/type"].map((p) => `${SITE}/${p}`),
      modules: ["google.cloud.one_pb2", "google.cloud.storage", "google.type"],
    },
    {
      name: "RECORD of an editable install",
      file: "e-1.dist-info/RECORD",
      text: "__editable__.e-1.pth,,\n__editable___e_1_finder.py,,\n",
      contents: [`${SITE}/__editable__.e-1.pth`, `${SITE}/__editable___e_1_finder.py`],
      modules: [],
    },
    {
      name: "direct_url.json of an editable install",
      file: "e-1.dist-info/direct_url.json",
      text: '{"dir_info": {"editable": true}, "url": "file:///srv/my%20proj"}',
      contents: ["srv/my proj"],
      modules: [],
    },
    {
      name: "installed-files.txt",
      file: "a.egg-info/installed-files.txt",
      text: "../a/__init__.py\n../b.py\n../../../../bin/a\nPKG-INFO\n",
      contents: ["usr/bin/a", `${SITE}/a`, `${SITE}/a.egg-info`, `${SITE}/b.py`],
      modules: ["a", "b"],
    },
    {
      name: "top_level.txt",
      file: "a.egg-info/top_level.txt",
      text: "b\n\na\n",
      contents: ["a", "a.py", "b", "b.py"].map((name) => `${SITE}/${name}`),
      modules: ["a", "b"],
    },
    {
      name: "top_level.txt of an egg",
      file: "a-1-py3.8.egg/EGG-INFO/top_level.txt",
      text: "a\n",
      contents: [`${SITE}/a-1-py3.8.egg`],
      modules: ["a"],
    },
  ])("reads $name", ({ file, text, contents, modules }) =>
    expect(analyzeFile(python, `${SITE}/${file}`, text)).toEqual({ installed: { contents, modules } }),
  );

  it.each([
    ["{}", undefined],
    ['{"url":"https://x/y.whl","archive_info":{}}', undefined],
    ['{"url":"file:///srv/p","dir_info":{}}', undefined],
    ['{"url":"file:///%zz","dir_info":{"editable":true}}', undefined],
    ["null", undefined],
  ])("finds no project in direct_url.json %s", (text, want) =>
    expect(analyzeFile(python, `${SITE}/e-1.dist-info/direct_url.json`, text)).toEqual(want),
  );

  it("says how much of a large distribution it leaves out", () => {
    const record = (count: number, name: (i: number) => string): string =>
      Array.from({ length: count }, (_, i) => `${name(i)},,`).join("\n");
    const path = `${SITE}/a-1.dist-info/RECORD`;
    expect(
      analyzeFile(
        python,
        path,
        record(5001, (i) => `data${i}.txt`),
      )?.problems,
    ).toEqual(["1 of its files and modules are left out: too many"]);
    expect(
      analyzeFile(
        python,
        path,
        record(100_002, (i) => (i === 0 ? "a/__init__.py" : `a/d${i}/x.py`)),
      )?.problems,
    ).toEqual(["2 of its files and modules are left out: too many"]);
  });

  it.each([
    ["x/a.egg-info/PKG-INFO", true],
    ["a.dist-info/METADATA", true],
    ["x/a-1.egg-info", true],
    ["site-packages/a.egg/EGG-INFO/PKG-INFO", true],
    ["site-packages/setuptools/_vendor/zipp-3.19.2.dist-info/METADATA", true],
    ["lib/site-packages/a-1-py3.8.egg", true],
    ["x/a-1-py3.8.egg", false],
    ["x/METADATA", false],
    ["METADATA", false],
    [".dist-info/METADATA", false],
    ["x/.egg-info", false],
    ["a-1/PKG-INFO", false],
    ["a.dist-info/WHEEL", false],
    ["pip/_vendor/vendor.txt", false],
    ["usr/lib/python2.7/lib-dynload/Python-2.7.egg-info", false],
    ["usr/lib/python2.7/wsgiref.egg-info", false],
    ["site-packages/pkg_resources/tests/data/x/a-1.egg/EGG-INFO/PKG-INFO", false],
    ["opt/conda/pkgs/six-1.16.0-pyhd3eb1b0_1/site-packages/six-1.16.0.dist-info/METADATA", false],
    ["opt/conda/envs/a-b-c/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA", true],
    ["root/.cache/uv/archive-v0/a8d3/six-1.16.0.dist-info/METADATA", false],
  ])("wants %s: %s", (path, want) => expect(python.wants({ path, size: 1, mode: 0o644 })).toBe(want));

  describe("in environments that pip and setuptools made", async () => {
    const layer = memoryLayer(gunzipSync(readFileSync(join(testdata, "environments.tar.gz"))));
    const { fragment } = await readLayer(layer, {}, [python]);
    const listed = JSON.parse(readFileSync(join(testdata, "installed.json"), "utf8")) as Record<
      "venv" | "old" | "eggs",
      string[]
    > & { modules: Record<string, string[]> };
    const filesOf = (environment: string): FileFacts[] =>
      fragment.files.filter(({ path }) => path.startsWith(`${environment}/`));
    const normalized = (text: string): string => text.replace(/^\S+/, pypiName);

    it.each(["venv", "old", "eggs"] as const)("finds what pip lists in %s", (environment) => {
      const got = filesOf(environment).flatMap(({ packages = [] }) =>
        packages.map(({ name, version }) => `${name} ${version}`),
      );
      expect(got.toSorted()).toEqual(listed[environment].map(normalized).toSorted());
      expect(fragment.omissions).toEqual([]);
    });

    it("finds the modules that Python finds", () => {
      const want = new Map(
        Object.entries(listed.modules).map(([name, modules]) => [pypiName(name), modules]),
      );
      want.set("ed-pkg", []); // they stand in the project's folder
      want.set("ruamel-yaml-clib", ["_ruamel_yaml"]); // top_level.txt claims more than was installed
      const folder = (path: string): string => path.slice(0, path.lastIndexOf("/"));
      const records = new Map(
        filesOf("venv").flatMap(({ path, installed }) =>
          path.endsWith("/RECORD") ? [[folder(path), installed]] : [],
        ),
      );
      const got = filesOf("venv").flatMap(({ path, packages = [] }) =>
        packages.map(({ name }): [string, string[]] => {
          const modules = records.get(folder(path))?.modules ?? [];
          return [name, [...new Set(modules.map((module) => module.split(".")[0] ?? ""))]];
        }),
      );
      expect(new Map(got)).toEqual(want);
    });

    it("reads a zipped egg", () =>
      expect(filesOf("eggs").find(({ path }) => path.endsWith(".egg"))).toEqual({
        path: "eggs/lib/python3.8/site-packages/egg_pkg-1.2-py3.8.egg",
        analyzer: "language/python",
        packages: [{ type: "pypi", name: "egg-pkg", version: "1.2", line: 2, inner: "EGG-INFO/PKG-INFO" }],
        installed: {
          contents: ["eggs/lib/python3.8/site-packages/egg_pkg-1.2-py3.8.egg"],
          modules: ["legpkg"],
        },
      }));

    it("reads an editable install", () =>
      expect(filesOf("venv").filter(({ path }) => path.includes("/Ed.Pkg-"))).toMatchObject([
        { packages: [{ name: "ed-pkg", version: "0.3", supplier: "Jane Doe", requires: ["six"] }] },
        { installed: { modules: [] } },
        { installed: { contents: ["srv/proj"], modules: [] } },
      ]));
  });

  const python3 = spawnSync("python3", ["-c", LIST], { encoding: "utf8" });
  const listed = python3.status === 0 ? python3.stdout.trim().split("\n").filter(Boolean) : [];
  it.skipIf(listed.length === 0)("finds what the machine's Python finds installed", () => {
    const rows = listed.map((line) => line.split("\t") as [string, string, string]);
    const got = rows.map(([, , path]) => {
      const fact = analyzeFile(python, path.slice(1), readFileSync(path))?.packages?.[0];
      return `${fact?.name ?? ""} ${fact?.version ?? ""}`;
    });
    expect(got).toEqual(rows.map(([name, version]) => `${pypiName(name)} ${version}`));
  });

  it("survives any text with its own error", () => {
    const file = fc.constantFrom(
      "a.dist-info/METADATA",
      "a.dist-info/RECORD",
      "a.dist-info/direct_url.json",
      "a.egg-info/installed-files.txt",
      "a.egg-info/top_level.txt",
      "a.egg",
    );
    const piece = fc.constantFrom(
      "Name: a\n",
      "Version: 1\n",
      "Requires-Dist: ",
      "Author-email: <",
      ">",
      '"',
      ",",
      "../",
      "/",
      "\n",
      " ",
      "a.py",
      "__init__.py",
    );
    const text = fc.oneof(
      fc.array(piece).map((pieces) => pieces.join("")),
      fc.string(),
    );
    fc.assert(
      fc.property(file, text, (name, content) => {
        try {
          analyzeFile(python, `${SITE}/${name}`, content);
        } catch (error) {
          expect(error).toBeInstanceOf(StellaError);
        }
      }),
    );
  });

  it("takes linear time and space for hostile files", () => {
    for (const content of [
      '"'.repeat(4_000_000),
      "a/b/c/d/e/f/g/h/i,\n".repeat(200_000),
      `"${'""'.repeat(2_000_000)}`,
    ])
      analyzeFile(python, `${SITE}/a.dist-info/RECORD`, content);
    const header = `Name: a\nVersion: 1\nAuthor-email: ${"<>,".repeat(500_000)}\nLicense: x\n${" x\n".repeat(500_000)}`;
    expect(analyzeFile(python, METADATA, header)?.packages).toHaveLength(1);
  });
});
