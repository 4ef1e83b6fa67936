// SPDX-License-Identifier: Apache-2.0
/** Archives that are damaged, or made to exhaust their reader. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { writeZip, type ZipFile } from "#lib/zip/testing/write-zip.ts";
import { analyzeFile } from "../../testing/images.ts";
import { java } from "../java.ts";
import { walkArchive } from "./archive.ts";
import { found, MANIFEST, pom, real, short } from "./testing/archives.ts";
import { defaultWalkLimits, Walk } from "./walk.ts";

describe("language/java, hostile archives", () => {
  const nest = (bytes: Buffer, times: number, isStored: boolean): Buffer =>
    times === 0 ? bytes : nest(writeZip([{ name: "a.jar", content: bytes, isStored }]), times - 1, isStored);

  it.each([true, false])("reads eight archives deep and says that it stops (stored: %s)", (isStored) => {
    const at = (depth: number) =>
      analyzeFile(java, "x.jar", nest(writeZip([pom("g", "a", "1")]), depth, isStored));
    expect(at(8)?.packages).toHaveLength(1);
    expect(at(9)).toEqual({ problems: [expect.stringMatching(/nested deeper than 8/)] });
  });

  it("reads on when a nested archive is damaged, encrypted or a liar", () => {
    const inside = writeZip([pom("g", "a", "1")]);
    const lies = (lie: ZipFile["lies"] & object): ZipFile => ({
      name: "lib/x.jar",
      content: inside,
      lies: lie,
    });
    const bytes = writeZip([
      { name: "lib/cut.jar", content: inside.subarray(0, 50) },
      lies({ flags: 1 }),
      lies({ crc32: 1 }),
      lies({ size: 600 * 1024 ** 2 }),
      { name: "lib/good.jar", content: inside },
    ]);
    const { packages, problems } = analyzeFile(java, "x.jar", bytes) ?? {};
    expect(packages?.map(short)).toEqual(["g:a:1 lib/good.jar!/META-INF/maven/g/a/pom.properties"]);
    expect(
      problems?.map((line) => line.replace(/^lib\/(\w+)\.jar: zip: (?:"lib\/x\.jar" )?/, "$1 ")),
    ).toEqual([
      "cut it has no end record: cut off, or no zip archive",
      "x is encrypted",
      "x does not have its stated checksum",
      "lib/x.jar: not read: more than 268435456 bytes of archives within archives at one time",
    ]);
  });

  it("does not read a manifest of a hundred megabytes", () => {
    const bytes = writeZip([
      { name: MANIFEST, content: Buffer.alloc(100 * 1024 ** 2, "a") },
      pom("g", "a", "1"),
    ]);
    const { packages, problems } = analyzeFile(java, "x.jar", bytes) ?? {};
    expect(packages).toHaveLength(1);
    expect(problems).toEqual([expect.stringContaining("has 104857600 bytes")]);
  });

  const library = (size: number): Buffer =>
    writeZip([{ name: MANIFEST, content: `Manifest-Version: 1.0\n\n${"x".repeat(size)}` }]);
  const jars = Array.from({ length: 5 }, (_, i) => ({ name: `${i}-1.jar`, content: library(1000) }));
  const all = ["0", "1", "2", "3", "4"];

  it.each([
    { limits: {}, names: all, problems: [] },
    {
      limits: { maxEntries: 7 },
      names: all,
      problems: all.slice(2).map((name) => `${name}-1.jar: too many entries: not read beyond entry 0`),
    },
    { limits: { maxKept: 2 }, names: ["0", "1"], problems: ["too many entries: not read beyond entry 2"] },
    { limits: { maxReads: 4 }, names: ["0", "1"], problems: ["more than 4 entries to read in one file"] },
    {
      limits: { maxMetadata: 2500 },
      names: all,
      problems: ["more than 2500 bytes of manifests and descriptors"],
    },
    { limits: { maxPackages: 3 }, names: ["0", "1", "2"], problems: ["more than 3 packages"] },
    {
      limits: { maxInflated: 3000 },
      names: all,
      problems: all
        .slice(2)
        .map((name) => `${name}-1.jar!/${MANIFEST}: not read: more than 3000 bytes inflated for one file`),
    },
    {
      limits: { maxHeld: 100 },
      names: [],
      problems: all.map(
        (name) => `${name}-1.jar: not read: more than 100 bytes of archives within archives at one time`,
      ),
    },
  ])("stops at $limits and says so", ({ limits, names, problems }) => {
    const walk = new Walk({ ...defaultWalkLimits, ...limits });
    walkArchive(walk, writeZip(jars), { name: "x.jar", inner: "", depth: 0 });
    expect(walk.packages.map(({ name }) => name)).toEqual(names);
    expect(walk.problems).toEqual(problems);
  });

  it("keeps names as they stand", () => {
    const inner = writeZip([pom("g", "a", "1")]);
    expect(found("x.jar", writeZip([{ name: "../../../etc/x.jar", content: inner }])).map(short)).toEqual([
      "g:a:1 ../../../etc/x.jar!/META-INF/maven/g/a/pom.properties",
    ]);
  });

  it("refuses what is no archive", () =>
    expect(() => analyzeFile(java, "a/x.jar", "version https://git-lfs")).toThrow(
      expect.objectContaining({
        code: "ANALYZER_INPUT_INVALID",
        message: expect.stringContaining("a/x.jar") as string,
      }),
    ));

  it.each(["plain-1.4.2.jar", "nometa-2.0.1.jar", "shaded-1.4.2.jar"])(
    "%s cut or with a bit flipped",
    (file) => {
      const bytes = real(file);
      for (let at = 0; at < bytes.length; at += 7) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << (at & 7);
        for (const damaged of [flipped, bytes.subarray(0, at)]) survives(file, damaged);
      }
    },
  );

  it("survives any manifest, descriptor, pom.xml and release file", () => {
    const words = [
      "<",
      "</",
      ">",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "<project>",
      "\n",
      "\r\n ",
      ": ",
      "=",
      "\\u00",
      "\\",
    ];
    const keys = [
      "Implementation-Version",
      "Bundle-SymbolicName",
      "Bundle-Version",
      "groupId",
      "JAVA_VERSION=",
      "1.0",
    ];
    const text = fc
      .array(fc.oneof(fc.constantFrom(...words, ...keys), fc.string({ unit: "binary" })))
      .map((parts) => parts.join(""));
    const name = fc.oneof(fc.string({ unit: "binary" }), fc.constant("a-1.0-b_2-3"));
    fc.assert(
      fc.property(text, text, text, name, (manifest, properties, xml, stem) => {
        const files = [
          { name: MANIFEST, content: manifest },
          { name: "META-INF/maven/g/a/pom.properties", content: properties },
          { name: "META-INF/maven/g/a/pom.xml", content: xml },
        ];
        survives(`${stem}.jar`, writeZip(files));
        survives("x/release", Buffer.from(properties));
      }),
    );
  });
});

function survives(path: string, bytes: Buffer): void {
  try {
    analyzeFile(java, path, bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(StellaError);
  }
}
