// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { analyzeFile } from "../testing/images.ts";
import { conda } from "./conda.ts";

const real = (name: string): string =>
  readFileSync(join(import.meta.dirname, "testdata/conda", name), "utf8");
const META = "opt/conda/envs/x/conda-meta";
const found = (record: unknown): ReturnType<typeof analyzeFile> =>
  analyzeFile(conda, `${META}/a-1-0.json`, JSON.stringify(record));

describe("language/conda", () => {
  it.each([
    {
      name: "libdemo-1.2.3-h1234567_0",
      requires: ["libgcc-ng", "zlib"],
      license: "BSD-3-Clause AND MIT",
      files: ["include/demo.h", "lib/libdemo.so.1"],
    },
    {
      name: "demo-py-0.9-py311h9bf148f_0",
      requires: ["libdemo", "numpy", "python"],
      license: "BSD-3-Clause",
      files: [
        "lib/python3.11/site-packages/demo/__init__.py",
        "lib/python3.11/site-packages/demo_py-0.9.dist-info/METADATA",
      ],
    },
  ])("reads what was installed of $name", ({ name, requires, license, files }) => {
    const [, packageName, version, build] = /^(.+)-([^-]+)-([^-]+)$/.exec(name) ?? [];
    expect(analyzeFile(conda, `${META}/${name}.json`, real(`${name}.json`))).toEqual({
      packages: [
        {
          type: "conda",
          name: packageName,
          version,
          architecture: "linux-64",
          qualifiers: { build, channel: "file:///opt/conda/channel" },
          licenses: [license],
          supplier: "file:///opt/conda/channel",
          requires,
        },
      ],
      ownership: [
        {
          package: packageName,
          architecture: "linux-64",
          version,
          paths: files.map((file) => `opt/conda/envs/x/${file}`).join("\n"),
        },
      ],
    });
  });

  it.each([
    ["https://conda.anaconda.org/conda-forge/linux-64", "https://conda.anaconda.org/conda-forge"],
    ["https://user:secret@host.example/t/tk-1-2/private/linux-64/", "https://host.example/private"],
    ["conda-forge", "conda-forge"],
    [7, undefined],
  ])("takes the channel %s as supplier %s", (channel, want) =>
    expect(found({ name: "a", version: "1", subdir: "linux-64", channel })?.packages?.[0]?.supplier).toBe(
      want,
    ),
  );

  it("leaves out paths that lead elsewhere, and compiled files", () =>
    expect(
      found({
        name: "a",
        version: "1",
        files: ["bin/a", "/etc/x", "../x", "", 7, "a\nb", "lib/__pycache__/a.pyc"],
      })?.ownership,
    ).toEqual([{ package: "a", version: "1", paths: "opt/conda/envs/x/bin/a" }]));

  it.each([
    ["https://conda.anaconda.org/conda-forge/linux-64", "conda-forge"],
    ["https://repo.anaconda.com/pkgs/main/linux-64", "main"],
    ["pkgs/main", "main"],
    ["https://host.example/private", "https://host.example/private"],
  ])("knows the channel %s as %s", (channel, want) =>
    expect(
      found({ name: "a", version: "1", subdir: "linux-64", channel })?.packages?.[0]?.qualifiers,
    ).toEqual({ channel: want }),
  );

  it("says how many requirements it keeps", () =>
    expect(
      found({ name: "a", version: "1", depends: Array.from({ length: 2001 }, (_, i) => `p${i} >=1`) })
        ?.problems,
    ).toEqual(["of its depends 2000 are kept"]));

  it.each([
    ["conda-meta/history.json/x", false],
    ["opt/conda/conda-meta/history", false],
    ["app/my-conda-meta/a.json", false],
    ["conda-meta/a-1-0.json", true],
  ])("wants %s: %s", (path, want) => expect(conda.wants({ path, size: 1, mode: 0o644 })).toBe(want));

  it.each([
    ["what is not JSON", "{", "not JSON"],
    ["a record without a version", '{"name":"a"}', "no usable name or version"],
    ["null", "null", "no usable name or version"],
  ])("refuses %s", (_, text, message) =>
    expect(() => analyzeFile(conda, "conda-meta/a.json", text)).toThrow(`conda-meta/a.json: ${message}`),
  );

  it("survives any JSON with its own error", () => {
    const field = fc.constantFrom("name", "version", "depends", "files", "channel", "subdir", "license");
    const record = fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.array(fc.string()), fc.string()));
    fc.assert(
      fc.property(fc.oneof(record, fc.jsonValue()), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value);
        for (const damaged of [text, text.slice(0, cut % (text.length + 1))]) {
          try {
            analyzeFile(conda, "conda-meta/a.json", damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(StellaError);
          }
        }
      }),
    );
  });
});
