// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import type { PackageFact } from "../facts.ts";
import { analyzeFile } from "../testing/images.ts";
import { windows } from "./windows.ts";
import { msiStreamName, stringPool } from "./windows/msi-strings.ts";

const real = (name: string): Buffer => readFileSync(new URL(`testdata/windows/${name}`, import.meta.url));
const MSI = "Files/Windows/Installer/1a2b3c.msi";
const component = (fact: Partial<PackageFact>): { packages: object[] } => ({
  packages: [{ type: "generic", namespace: "windows", ...fact }],
});

/** Rows of `msiinfo export FILE Property` behind its three head lines. */
function exported(name: string): Map<string, string> {
  const rows = real(`${name}.property.txt`).toString().trim().split(/\r?\n/).slice(3);
  return new Map(rows.map((row) => row.split("\t") as [string, string]));
}

describe("os/windows, installers", () => {
  it.each([
    { name: "small", architecture: "amd64" },
    { name: "large", architecture: "x86" },
  ])("says of $name.msi what msiinfo says", ({ name, architecture }) => {
    const truth = exported(name);
    expect(analyzeFile(windows, MSI, real(`${name}.msi`))).toEqual(
      component({
        name: truth.get("ProductName")!,
        version: truth.get("ProductVersion")!,
        architecture,
        supplier: truth.get("Manufacturer")!,
        provides: [truth.get("ProductCode")!],
      }),
    );
  });

  it.each([
    { name: "no compound file", bytes: Buffer.from("MZ") },
    { name: "a compound file without a database", bytes: withoutTables(real("small.msi")) },
  ])("refuses $name", ({ bytes }) => {
    expect(() => analyzeFile(windows, MSI, bytes)).toThrow(
      expect.objectContaining({ code: "ANALYZER_INPUT_INVALID" }) as Error,
    );
  });

  it("survives every cut and flipped bits with its own error", () => {
    for (const name of ["small.msi", "large.msi"]) {
      const whole = real(name);
      for (let end = 0; end < whole.length; end += 509) survives(MSI, whole.subarray(0, end));
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }), (flips) => {
          const damaged = Buffer.from(whole);
          for (const [at, byte] of flips) damaged[at] = byte;
          survives(MSI, damaged);
        }),
        { numRuns: 300 },
      );
      for (let at = 0; at < 512; at++) survives(MSI, withByte(whole, at, 0xff)); // the whole header
    }
  });
});

/** Renames all streams by setting a letter of each of them. */
function withoutTables(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  for (
    let at = changed.indexOf("\u4840", 0, "utf16le");
    at >= 0;
    at = changed.indexOf("\u4840", at + 2, "utf16le")
  )
    changed.writeUInt16LE(0x41, at);
  return changed;
}

function withByte(bytes: Buffer, at: number, byte: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = byte;
  return changed;
}

function survives(path: string, content: string | Buffer): void {
  try {
    analyzeFile(windows, path, content);
  } catch (error) {
    expect(error).toBeInstanceOf(StellaError);
  }
}

describe("installer strings", () => {
  it("reads names of streams", () => {
    expect(msiStreamName("\u4840\u3f3f\u4577\u446c\u3e6a\u44b2\u482f")).toBe("!_StringPool");
    expect(msiStreamName("\u0005SummaryInformation")).toBe("\u0005SummaryInformation");
  });

  const long = Buffer.alloc(0x10203, "x");
  const entries = (...numbers: number[]): Buffer => Buffer.from(Uint16Array.from(numbers).buffer);
  it.each([
    { name: "UTF-8", pool: entries(65001, 0, 3, 1, 2, 1), data: Buffer.from("é1é"), want: ["é1", "é", ""] },
    { name: "a code page", pool: entries(1251, 0, 1, 1), data: Buffer.from([0xc6]), want: ["Ж", "", ""] },
    { name: "an unused entry", pool: entries(0, 0, 0, 0, 1, 1), data: Buffer.from("a"), want: ["", "a", ""] },
    {
      name: "a long text, its length behind",
      pool: entries(0, 0, 0, 1, 0x203, 1, 1, 1),
      data: Buffer.concat([long, Buffer.from("a")]),
      want: ["x".repeat(4000), "a", ""],
    },
    {
      name: "a long text, its length parted",
      pool: entries(0, 0, 0, 1, 0x203, 9, 1, 1),
      data: Buffer.concat([long, Buffer.from("a")]),
      want: ["x".repeat(4000), "a", ""],
    },
    { name: "an empty pool", pool: Buffer.alloc(0), data: Buffer.from("a"), want: ["", "", ""] },
  ])("reads $name", ({ pool, data, want }) => {
    const strings = stringPool(pool, data);
    expect([1, 2, 3].map((id) => strings.text(id))).toEqual(want);
    expect(strings.text(0)).toBe("");
  });

  it("takes three bytes for a reference where the pool says so", () => {
    expect(stringPool(entries(1252, 0x8000), Buffer.alloc(0)).referenceSize).toBe(3);
  });
});

describe("os/windows, assemblies", () => {
  const gac = "Files/Windows/Microsoft.NET/assembly";
  it.each([
    {
      path: `${gac}/GAC_MSIL/System.Web/v4.0_4.0.0.0__b03f5f7f11d50a3a/System.Web.dll`,
      want: component({
        name: "System.Web",
        version: "4.0.0.0",
        architecture: "msil",
        contents: [`${gac}/GAC_MSIL/System.Web/v4.0_4.0.0.0__b03f5f7f11d50a3a`],
      }),
    },
    {
      path: "Files/Windows/assembly/GAC_32/System.Data/2.0.0.0__b77a5c561934e089/System.Data.dll",
      want: component({
        name: "System.Data",
        version: "2.0.0.0",
        architecture: "x86",
        contents: ["Files/Windows/assembly/GAC_32/System.Data/2.0.0.0__b77a5c561934e089"],
      }),
    },
    {
      path: `files/windows/assembly/GAC_64/a/1.0.0.0__b77a5c561934e089/a.dll`,
      want: undefined,
    },
    {
      path: "Files/WINDOWS/assembly/GAC_64/A/1.0.0.0__b77a5c561934e089/a.exe",
      want: component({
        name: "A",
        version: "1.0.0.0",
        contents: ["Files/WINDOWS/assembly/GAC_64/A/1.0.0.0__b77a5c561934e089"],
      }),
    },
    { path: `${gac}/GAC_MSIL/A.resources/v4.0_4.0.0.0_de_b03f5f7f11d50a3a/A.resources.dll`, want: undefined },
    { path: `${gac}/GAC_MSIL/A/v4.0_4.0.0.0__b03f5f7f11d50a3a/other.dll`, want: undefined },
    { path: `Windows/assembly/GAC_MSIL/A/1.0.0.0__b03f5f7f11d50a3a/A.dll`, want: undefined },
  ])("reads $path", ({ path, want }) => expect(analyzeFile(windows, path, "")).toEqual(want));
});

const MANIFESTS = "Files/Windows/WinSxS/Manifests";
const packed = Buffer.from("DCM\u0001PA30", "latin1");
const manifest = `<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<!-- <assemblyIdentity name="no" version="1"/> -->
<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0" copyright="x">
  <assemblyIdentity name="Acme-Tools &amp; Parts&#46;" version="10.0.17763.1" processorArchitecture='amd64'
    language="neutral" buildType="release" publicKeyToken="31bf3856ad364e35" versionScope="nonSxS" />
  <dependency><dependentAssembly><assemblyIdentity name="other" version="2"/></dependentAssembly></dependency>
</assembly>`;
const update = `\ufeff<?xml version="1.0"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0" company="Acme Corporation">
  <assemblyIdentity name="Package_for_RollupFix" version="26100.9457.1.0" processorArchitecture="amd64" language="LANG" publicKeyToken="31bf3856ad364e35" />
  <package identifier="KB5129195" releaseType="Security Update" restart="possible"></package>
</assembly>`;

describe("os/windows, component store", () => {
  it.each([
    {
      name: "a manifest",
      path: `${MANIFESTS}/a.manifest`,
      content: manifest,
      want: component({ name: "Acme-Tools & Parts.", version: "10.0.17763.1", architecture: "amd64" }),
    },
    {
      name: "a manifest in UTF-16",
      path: `${MANIFESTS}/a.manifest`,
      content: Buffer.from(`\ufeff${manifest}`, "utf16le"),
      want: component({ name: "Acme-Tools & Parts.", version: "10.0.17763.1", architecture: "amd64" }),
    },
    {
      name: "a packed manifest by its file name",
      path: `${MANIFESTS}/amd64_microsoft-windows-ntdll_31bf3856ad364e35_6.2.9200.17584_none_b1a072aa85f1f5fc.manifest`,
      content: packed,
      want: component({
        name: "microsoft-windows-ntdll",
        version: "6.2.9200.17584",
        architecture: "amd64",
        basis: "file-name",
      }),
    },
    {
      name: "nothing of a packed manifest of one language",
      path: `${MANIFESTS}/amd64_a_b_31bf3856ad364e35_6.2.9200.17584_de-de_b1a072aa85f1f5fc.manifest`,
      content: packed,
      want: undefined,
    },
    {
      name: "a packed manifest with no such name, and says so",
      path: `${MANIFESTS}/a.manifest`,
      content: packed,
      want: { problems: ["it is packed, and its file name has no name and version"] },
    },
    {
      name: "no identity of another assembly",
      path: `${MANIFESTS}/a.manifest`,
      content: manifest.replace(/<assemblyIdentity name="Acme[^>]*>/, ""),
      want: { problems: ["it has no usable assembly identity"] },
    },
    {
      name: "an update package",
      path: "Files/Windows/servicing/Packages/Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.9457.1.0.mum",
      content: update.replace("LANG", "neutral"),
      want: component({
        name: "Package_for_RollupFix",
        version: "26100.9457.1.0",
        architecture: "amd64",
        supplier: "Acme Corporation",
        provides: ["KB5129195"],
      }),
    },
    {
      name: "nothing of an update package of one language",
      path: "Files/Windows/servicing/Packages/a.mum",
      content: update.replace("LANG", "en-US"),
      want: undefined,
    },
  ])("reads $name", ({ path, content, want }) => expect(analyzeFile(windows, path, content)).toEqual(want));

  it("wants nothing outside of the system's folders", () => {
    for (const path of [
      "Files/Windows/System32/ntdll.dll",
      "Files/Users/a/Windows/Installer/a.msi",
      "Windows/Installer/a.msi",
      "Files/Windows/WinSxS/amd64_a/a.manifest",
      "Hives/Software_Delta",
    ])
      expect(windows.wants({ path, size: 1, mode: 0o644 })).toBe(false);
  });

  it("survives damage with its own error", () => {
    fc.assert(
      fc.property(fc.nat(update.length), fc.nat(30), fc.string(), (at, cut, noise) => {
        for (const path of [`${MANIFESTS}/a.manifest`, "Files/Windows/servicing/Packages/a.mum"])
          survives(path, update.slice(0, at) + noise + update.slice(at + cut));
      }),
    );
    survives(`${MANIFESTS}/a.manifest`, `<assemblyIdentity ${"a=".repeat(30_000)}>`);
    survives(`${MANIFESTS}/a.manifest`, "<".repeat(60_000));
    survives(`${MANIFESTS}/a.manifest`, `<assemblyIdentity ${' a = "'.repeat(10_000)}`);
    survives(`${MANIFESTS}/a.manifest`, `<assemblyIdentity ${" ".repeat(60_000)}>`);
    survives(`${MANIFESTS}/a.manifest`, "<!--".repeat(15_000));
  });
});
