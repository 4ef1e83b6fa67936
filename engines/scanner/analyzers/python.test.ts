// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pypiName } from "#lib/purl/index.ts";
import { describe, expect, it } from "vitest";
import { analyzeFile } from "../testing/images.ts";
import { python } from "./python.ts";

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
      text: "Name: a\nVersion: 1\nLicense: BSD\n",
      want: { type: "pypi", name: "a", version: "1", licenses: ["BSD"], line: 1 },
    },
    {
      name: "a whole licence as free text",
      text: "Name: a\nVersion: 1\nLicense: Copyright\n  Permission is\n",
      want: { type: "pypi", name: "a", version: "1", line: 1 },
    },
    { name: "no version", text: "Name: a\n\nVersion: 1\n", want: undefined },
  ])("reads metadata with $name", ({ text, want }) => {
    expect(analyzeFile(python, METADATA, text)?.packages?.[0]).toEqual(want);
  });

  it.each([
    ["x/a.egg-info/PKG-INFO", true],
    ["x/a-1.egg-info", true],
    ["x/METADATA", false],
    ["x/a.dist-info/RECORD", false],
  ])("wants %s: %s", (path, wanted) => {
    expect(analyzeFile(python, path, "Name: a\nVersion: 1\n") !== undefined).toBe(wanted);
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
});
