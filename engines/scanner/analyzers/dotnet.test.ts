// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { analyzeFile } from "../testing/images.ts";
import { dotnet } from "./dotnet.ts";

const real = (name: string): Buffer => readFileSync(new URL(`testdata/dotnet/${name}`, import.meta.url));
const nbgv = real("nbgv.deps.json");

/** A self-contained application with the runtime it brings, a metapackage in the middle, and a package without files. */
const selfContained = `{
  "runtimeTarget": { "name": ".NETCoreApp,Version=v8.0/linux-x64", "signature": "" },
  "targets": {
    ".NETCoreApp,Version=v8.0": {},
    ".NETCoreApp,Version=v8.0/linux-x64": {
      "App/1.0.0": { "dependencies": { "Meta": "1.0.0" }, "runtime": { "App.dll": {} } },
      "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {
        "runtime": { "System.Private.CoreLib.dll": { "assemblyVersion": "8.0.0.0" } },
        "native": { "libcoreclr.so": { "fileVersion": "0.0.0.0" } }
      },
      "First/1.0.0": { "dependencies": { "meta": "1.0.0" }, "runtime": { "lib/net8.0/First.dll": {} } },
      "Meta/1.0.0": { "dependencies": { "LAST": "2.0.0-rc.1", "Empty": "1.0.0", "First": "1.0.0" } },
      "Empty/1.0.0": { "runtime": { "lib/net45/_._": {} } },
      "Last/2.0.0-rc.1": {
        "resources": { "lib/net8.0/de/Last.resources.dll": { "locale": "de" } },
        "runtime": { "lib/net8.0/Last.dll": { "localPath": "plug/Last.dll" } },
        "runtimeTargets": { "runtimes/win/lib/net8.0/Last.dll": { "rid": "win", "assetType": "runtime" } }
      },
      "Evil/1.0.0": { "runtimeTargets": { "../../etc/passwd": {} }, "runtime": { "a/": {}, "c:\\\\x.dll": {} } }
    }
  },
  "libraries": {
    "App/1.0.0": { "type": "project" },
    "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": { "type": "runtimepack" },
    "First/1.0.0": { "type": "package" },
    "Meta/1.0.0": { "type": "package" },
    "Empty/1.0.0": { "type": "package" },
    "Last/2.0.0-rc.1": { "type": "package" },
    "Evil/1.0.0": { "type": "package" }
  }
}`;
const lineOf = (key: string): number =>
  selfContained.split("\n").findLastIndex((row) => row.includes(`"${key}"`)) + 1;

describe("language/dotnet, deps.json", () => {
  it("reads the packages that brought files, and what they need", () => {
    expect(analyzeFile(dotnet, "app/App.deps.json", selfContained)).toEqual({
      packages: [
        {
          type: "nuget",
          name: "Microsoft.NETCore.App.Runtime.linux-x64",
          version: "8.0.1",
          line: lineOf("runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1"),
          contents: ["app/System.Private.CoreLib.dll", "app/libcoreclr.so"],
        },
        {
          type: "nuget",
          name: "First",
          version: "1.0.0",
          line: lineOf("First/1.0.0"),
          requires: ["Last"],
          contents: ["app/First.dll"],
        },
        {
          type: "nuget",
          name: "Last",
          version: "2.0.0-rc.1",
          line: lineOf("Last/2.0.0-rc.1"),
          contents: [
            "app/de/Last.resources.dll",
            "app/plug/Last.dll",
            "app/runtimes/win/lib/net8.0/Last.dll",
          ],
        },
        { type: "nuget", name: "Evil", version: "1.0.0", line: lineOf("Evil/1.0.0"), contents: [] },
      ],
    });
  });

  it("agrees with the files of a real application", () => {
    const files = real("nbgv.files.txt").toString().trim().split("\n");
    const packages = analyzeFile(dotnet, "nbgv.deps.json", nbgv)?.packages ?? [];
    expect(packages).toHaveLength(37);
    expect(packages.find(({ name }) => name === "System.Text.Json")).toEqual({
      type: "nuget",
      name: "System.Text.Json",
      version: "10.0.9",
      line: expect.any(Number) as number,
      requires: ["System.IO.Pipelines", "System.Text.Encodings.Web"],
      contents: ["System.Text.Json.dll"],
    });
    const claimed = packages.flatMap(({ contents = [] }) => contents);
    expect(claimed.filter((path) => !files.includes(path))).toEqual([]);
    expect(files.filter((path) => !claimed.includes(path))).toEqual([
      "Nerdbank.GitVersioning.dll",
      "Nerdbank.GitVersioning.pdb",
      "Nerdbank.GitVersioning.xml",
      "nbgv.deps.json",
      "nbgv.dll",
      "nbgv.exe",
      "nbgv.runtimeconfig.json",
      "nbgv.xml",
    ]);
    const text = nbgv.toString().split("\r\n");
    for (const { name, version, line = 0 } of packages)
      expect(text[line - 1]).toBe(`    "${name}/${version}": {`);
  });

  it("reads a self-contained application of .NET Core 2.1", () => {
    const packages =
      analyzeFile(dotnet, "a/S.deps.json", real("SqlSerializationService.deps.json"))?.packages ?? [];
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "Microsoft.DotNet.PlatformAbstractions 2.0.0",
      "Microsoft.Extensions.DependencyModel 2.0.0",
      "Microsoft.SqlServer.Smo 140.2.10",
      "Microsoft.Win32.Registry 4.5.0-preview2-26406-04",
      "Newtonsoft.Json 10.0.2",
      "runtime.linux-x64.Microsoft.NETCore.App 2.1.0-preview2-26406-04",
      "runtime.linux-x64.Microsoft.NETCore.DotNetAppHost 2.1.0-preview2-26406-04",
      "runtime.linux-x64.Microsoft.NETCore.DotNetHostPolicy 2.1.0-preview2-26406-04",
      "runtime.linux-x64.Microsoft.NETCore.DotNetHostResolver 2.1.0-preview2-26406-04",
      "System.Composition.AttributedModel 1.1.0",
      "System.Composition.Convention 1.1.0",
      "System.Composition.Hosting 1.1.0",
      "System.Composition.Runtime 1.1.0",
      "System.Composition.TypedParts 1.1.0",
      "System.Data.SqlClient 4.5.0-preview2-26406-04",
      "System.Security.AccessControl 4.5.0-preview2-26406-04",
      "System.Security.Principal.Windows 4.5.0-preview2-26406-04",
      "System.Text.Encoding.CodePages 4.5.0-preview2-26406-04",
    ]);
  });

  it("reads an installed shared framework, whose folder it is", () => {
    const folder = "usr/share/dotnet/shared/Microsoft.NETCore.App/3.1.23";
    const path = `${folder}/Microsoft.NETCore.App.deps.json`;
    const packages = analyzeFile(dotnet, path, real("Microsoft.NETCore.App.deps.json"))?.packages;
    expect(packages).toEqual([
      {
        type: "nuget",
        name: "runtime.linux-x64.Microsoft.NETCore.App",
        version: "3.1.23-servicing.22122.4",
        line: expect.any(Number) as number,
        contents: [folder],
      },
      {
        type: "nuget",
        name: "runtime.linux-x64.Microsoft.NETCore.DotNetHostPolicy",
        version: "3.1.23",
        line: expect.any(Number) as number,
        contents: [folder],
      },
    ]);
  });

  it("says where it stops following dependencies", () => {
    const names = Array.from({ length: 500 }, (_, i) => `P${i}`);
    const dependencies = Object.fromEntries(names.map((name) => [name, "1"]));
    const target = Object.fromEntries(
      names.map((name) => [`${name}/1`, { dependencies, runtime: { "a.dll": {} } }]),
    );
    const libraries = Object.fromEntries(names.map((name) => [`${name}/1`, { type: "package" }]));
    const text = JSON.stringify({ runtimeTarget: { name: "t" }, targets: { t: target }, libraries });
    expect(analyzeFile(dotnet, "a.deps.json", text)?.problems).toEqual([
      "it has more dependencies than are followed",
    ]);
  });

  it.each([
    { name: "no JSON", text: "{" },
    { name: "a list", text: "[]" },
    { name: "an unknown target", text: '{"runtimeTarget":{"name":"x"},"targets":{"y":{}},"libraries":{}}' },
  ])("refuses $name", ({ text }) => {
    expect(() => analyzeFile(dotnet, "a.deps.json", text)).toThrow(
      expect.objectContaining({ code: "ANALYZER_INPUT_INVALID" }) as Error,
    );
  });
});

describe("language/dotnet, runtimeconfig.json", () => {
  it.each([
    {
      name: "needed frameworks of a real application",
      text: real("nbgv.runtimeconfig.json"),
      want: undefined,
    },
    {
      name: "frameworks that a self-contained application includes",
      text: '\ufeff{"runtimeOptions":{"includedFrameworks":[{"name":"Microsoft.NETCore.App","version":"8.0.1"},{"name":3},7]}}',
      want: { packages: [{ type: "nuget", name: "Microsoft.NETCore.App", version: "8.0.1" }] },
    },
    { name: "nothing", text: "null", want: undefined },
  ])("reads $name", ({ text, want }) => {
    expect(analyzeFile(dotnet, "app/App.runtimeconfig.json", text)).toEqual(want);
  });
});

it("wants no other JSON", () => {
  for (const path of [
    "app/packages.lock.json",
    "app/deps.json",
    "app/App.runtimeconfig.dev.json",
    "a.deps.json5",
  ])
    expect(dotnet.wants({ path, size: 1, mode: 0o644 })).toBe(false);
});

it("survives damage with its own error", () => {
  const survives = (bytes: Buffer): void => {
    for (const path of ["a.deps.json", "a.runtimeconfig.json"]) {
      try {
        analyzeFile(dotnet, path, bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(StellaError);
      }
    }
  };
  const small = Buffer.from(selfContained);
  for (let end = 0; end < small.length; end += 7) survives(small.subarray(0, end));
  fc.assert(
    fc.property(fc.nat(small.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Buffer.from(small);
      damaged[at] = byte;
      survives(damaged);
    }),
  );
  fc.assert(
    fc.property(fc.json(), (text) => {
      survives(Buffer.from(text));
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (entry, library, target) => {
      const value = {
        runtimeTarget: "t",
        targets: { t: { "a/1": entry, b: target } },
        libraries: { "a/1": library },
      };
      survives(Buffer.from(JSON.stringify(value)));
    }),
  );
});
