// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyzeFile } from "../testing/images.ts";
import { imports } from "./imports.ts";
import { importsOf } from "./python/imports.ts";

/** What Python's own parser finds in some packages of its standard library: a file and its names, one a line. */
const PARSED = `
import ast, glob, json, os
lib = os.path.dirname(os.__file__)
for package in ("asyncio", "email", "importlib", "json", "logging", "multiprocessing", "unittest", "xml"):
    for path in sorted(glob.glob(lib + "/" + package + "/**/*.py", recursive=True)):
        names = set()
        for node in ast.walk(ast.parse(open(path, "rb").read())):
            if isinstance(node, ast.Import): names.update(a.name for a in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module: names.add("." * node.level + node.module)
            elif isinstance(node, ast.ImportFrom):
                names.update("." * node.level + (a.name if a.name != "*" else "") for a in node.names)
        print(json.dumps([path, sorted(names - {"__future__"})]))
`;

describe("importsOf", () => {
  it.each([
    ["plain ones", "import os, a.b as c ,d", ["a.b", "d", "os"]],
    [
      "names from a module",
      "from x.y import z, w as v\nfrom x . y2 import (\n  a, # b\n  c)\n",
      ["x.y", "x.y2"],
    ],
    ["relative ones", "from .a import b\nfrom ...c.d import e\n", ["...c.d", ".a"]],
    [
      "siblings",
      "from . import a, b as c\nfrom .. import (d, # no\n  e as f,\n)\nfrom . import *\n",
      [".", "..d", "..e", ".a", ".b"],
    ],
    ["dots that touch", "from.import a\nfrom.b import c\n", [".a", ".b"]],
    [
      "any indentation and place",
      "try: import a\nexcept E: import b; import c\n\tif x:\n\t\timport d\n",
      ["a", "b", "c", "d"],
    ],
    ["a joined line", "import \\\n  a, \\\r\n b\nfrom c \\\n import d\n", ["a", "b", "c"]],
    [
      "calls",
      'import_module("a.b")\nx = importlib.import_module( \'c\', package=p)\n__import__("d")',
      ["a.b", "c", "d"],
    ],
    [
      "no computed calls",
      '__import__("a" + b)\nimport_module(f"a.{b}")\nimport_module("a.%s" % b)\n__import__("")\nimport_module(".a", p)\n',
      [],
    ],
    ["no comment", "# import a\nx = 1 # from b import c\nimport d # import e\n", ["d"]],
    [
      "no text",
      "'import a'\n\"\"\"\nimport b\n\"\\\"\"\"\" \nimport c\nr'\\'import d'\nx = '''\nfrom e import f'''\n",
      ["c"],
    ],
    ["no end of a text that never ends", "x = 'a\nimport b\n", ["b"]],
    ["names that begin alike", "important = 1\nimports.x\nfrom_ = 2\nimport importlib_x\n", ["importlib_x"]],
    [
      "no cause of an error",
      "raise A from b\nimport c\nyield from d\nx = yield from import_module('e')\n",
      ["c", "e"],
    ],
    ["no compiler directive", "from __future__ import annotations\nimport a\n", ["a"]],
    ["other scripts", "import größe, 模块.子\n", ["größe", "模块.子"]],
    ["nothing", "print('hello')\n", []],
  ])("finds %s", (_, text, want) => expect(importsOf(text)).toEqual(want));

  const parsed = spawnSync("python3", ["-c", PARSED], { encoding: "utf8", maxBuffer: 1 << 26 });
  const lines = parsed.status === 0 ? parsed.stdout.trim().split("\n").filter(Boolean) : [];
  it.skipIf(lines.length === 0)("finds what Python's own parser finds", () => {
    const rows = lines.map((line) => JSON.parse(line) as [string, string[]]);
    const isCall = /import_module\(|__import__\(/;
    const files = rows.map(([path, want]) => ({ path, want, text: readFileSync(path, "utf8") }));
    const plain = files.filter(({ text }) => !isCall.test(text));
    expect(plain.map(({ path, text }) => [path, importsOf(text).toSorted()])).toEqual(
      plain.map(({ path, want }) => [path, want]),
    );
  });

  it.each([
    ["from ", 60_000],
    ["from . ", 60_000],
    ["from a . ", 60_000],
    ["import a as ", 60_000],
    ["import_module(", 60_000],
    ["from a\t", 60_000],
    ['"""', 99_999],
    ["from . import (#", 60_000],
    ["\ud835\udc00\ud83d\ude00", 60_000],
  ])("takes linear time for %j", (piece, times) => {
    const start = performance.now();
    importsOf(`import x\n${piece.repeat(times)}`);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it("returns for any text", () => {
    const piece = fc.constantFrom(
      "import",
      "from",
      "as",
      ".",
      " ",
      "\n",
      "(",
      ")",
      ",",
      "'",
      '"',
      "\\",
      "#",
      "a",
      "*",
      "é",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((pieces) => pieces.join("")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          const names = importsOf(text);
          expect(names).toEqual([...new Set(names)].sort());
          expect(names.filter((name) => /[\s,'"()#]/.test(name) || name === "")).toEqual([]);
        },
      ),
    );
  });
});

describe("entry/imports", () => {
  it("states what a file imports", () =>
    expect(analyzeFile(imports, "app/main.py", "import flask\n")).toEqual({ imports: ["flask"] }));

  it("finds nothing in a file without imports", () =>
    expect(analyzeFile(imports, "app/main.py", "x = 1\n")).toBeUndefined());

  it("says how many it keeps", () => {
    const text = Array.from({ length: 1001 }, (_, i) => `import m${i}`).join("\n");
    const found = analyzeFile(imports, "app/main.py", text);
    expect(found?.imports).toHaveLength(1000);
    expect(found?.problems).toEqual(["it imports 1001 modules; 1000 are kept"]);
  });

  it.each([
    ["app/main.py", true],
    ["main.py", true],
    ["usr/lib/myapp/main.py", true],
    ["app/main.pyc", false],
    ["usr/lib/python3/dist-packages/a/b.py", false],
    ["venv/lib64/python3.11/site-packages/a.py", false],
    ["usr/local/lib/python3.13t/json/__init__.py", false],
    ["usr/share/app/x.py", false],
    ["app/node_modules/node-gyp/gyp/gyp_main.py", false],
  ])("wants %s: %s", (path, want) => expect(imports.wants({ path, size: 1, mode: 0o644 })).toBe(want));
});
