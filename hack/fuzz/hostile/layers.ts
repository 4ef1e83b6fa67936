// SPDX-License-Identifier: Apache-2.0
/** Layers that are made to hurt whoever reads them: endless files, countless entries, bombs in archives, text that invites repetition. */
import { deflateRawSync } from "node:zlib";
import { elfFile } from "#lib/elf/testing/elf-file.ts";
import { paxRecord, tarHeader, withChecksum, writeTar } from "#lib/tar/testing/write-tar.ts";
import { writeZip, type ZipFile } from "#lib/zip/testing/write-zip.ts";
import { END, file, largeFile, times, type Parts } from "./blob.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const METADATA = "usr/lib/python3/site-packages/a-1.dist-info/METADATA";
const STATUS = "var/lib/dpkg/status";
const MANIFEST = "app/node_modules/a/package.json";

function* closed(parts: Iterable<Buffer>): Generator<Buffer> {
  yield* parts;
  yield END;
}

const text = (path: string, content: string | Buffer): Parts => closed(file(path, content));
const filled = (bytes: number, unit: string): Buffer => Buffer.alloc(bytes, unit);
const link = (path: string, linkPath: string): Buffer => tarHeader({ path, type: "2", linkPath }, 0);
const inTar = (files: Parameters<typeof writeTar>[0]): Buffer => writeTar(files).subarray(0, -1024);

/** Program headers to the most that their number can say, each asking for other bytes. */
function manyHeaders(): Buffer {
  const count = 65_535;
  const bytes = Buffer.alloc(64 + 56 * count);
  elfFile({ type: 2, parts: [], size: 64 }).copy(bytes);
  bytes.writeUInt16LE(count, 56);
  for (let index = 0; index < count; index++) {
    const at = 64 + 56 * index;
    bytes.writeUInt32LE(1 + (index % 4), at);
    bytes.writeBigUInt64LE(BigInt(index * 7919), at + 8);
    bytes.writeBigUInt64LE(0x7fff_ffffn, at + 32);
  }
  return bytes;
}

/** `width` archives in each, `depth` deep; every level the same bytes. */
function jarBomb(width: number, depth: number): Buffer {
  let inner = writeZip([
    { name: "META-INF/MANIFEST.MF", content: "Implementation-Title: x\nImplementation-Version: 1\n" },
  ]);
  for (let level = 0; level < depth; level++) {
    const deflated = deflateRawSync(inner);
    inner = writeZip(
      Array.from({ length: width }, (_, at): ZipFile => ({
        name: `lib/${at}.jar`,
        content: inner,
        deflated,
      })),
    );
  }
  return inner;
}

const oldSparse = (): Buffer => {
  const header = tarHeader({ path: "usr/bin/sparse", type: "S", mode: 0o755 }, 512);
  header.write("ustar  \0", 257, "latin1");
  header.write(`${(10 * GIB).toString(8).padStart(11, "0")}\0`, 483, "latin1");
  return Buffer.concat([withChecksum(header), Buffer.alloc(512, "\x7fELF")]);
};

const paxSparse = (): Buffer => {
  const records = [
    paxRecord("GNU.sparse.major", "1"),
    paxRecord("GNU.sparse.minor", "0"),
    paxRecord("GNU.sparse.realsize", String(10 * GIB)),
  ];
  return inTar([
    { path: "pax", type: "x", content: Buffer.concat(records) },
    { path: "usr/bin/pax-sparse", mode: 0o755, content: Buffer.alloc(512, "\x7fELF") },
  ]);
};

const elfHead = elfFile({ type: 2, parts: [{ type: 1, offset: 0, bytes: 4096 }], size: 4096 });
const executable = { path: "usr/bin/zeros", mode: 0o755 };
const noColons = "a\n";
const tinyJar = writeZip([
  { name: "META-INF/maven/g/a/pom.properties", content: "groupId=g\nartifactId=a\nversion=1\n" },
]);
const deep = (bytes: number): string =>
  `{"name":"a","version":"1","x":${"[".repeat(bytes / 2)}${"]".repeat(bytes / 2)}}`;

export const hostileLayers: Readonly<Record<string, () => Parts>> = {
  "10 GiB of zeros": () => closed(largeFile(executable, Buffer.alloc(0), 10 * GIB)),
  "10 GiB behind an ELF header": () => closed(largeFile(executable, elfHead, 10 * GIB)),
  "sparse files of 10 GiB": () => closed([oldSparse(), paxSparse()]),
  "1,000,000 entries": () => closed(times(1_000_000, (i) => [tarHeader({ path: `d${i % 1000}/f${i}` }, 0)])),
  "100,000 names of 4 KB": () =>
    closed(times(100_000, (i) => [inTar([{ path: `${i}/${"n".repeat(200)}/`.repeat(15) }])])),
  "1,000,000 packages in dpkg's status": () =>
    closed(
      times(1, () =>
        file(STATUS, Array.from({ length: 1_000_000 }, (_, i) => `Package: p${i}\nVersion: 1\n`).join("\n")),
      ),
    ),
  "dpkg's status without a colon": () => text(STATUS, filled(60 * MIB, noColons)),
  "apk's database without a colon": () => text("lib/apk/db/installed", filled(60 * MIB, noColons)),
  "dpkg's file list without a folder": () => text("var/lib/dpkg/info/a.list", filled(60 * MIB, "/ab\n")),
  "apk's database of one long folder": () =>
    text("lib/apk/db/installed", `P:a\nV:1\nF:${"d".repeat(4000)}\n${"R:x\n".repeat(12_000_000)}`),
  "nested jars, 16 wide and 8 deep": () => text("app/bomb.jar", jarBomb(16, 8)),
  "jars of one great hollow jar": () =>
    text("app/hollow.jar", writeZip([{ name: "lib/a.jar", content: Buffer.alloc(512 * MIB) }])),
  "100,000 jars": () => closed(times(100_000, (i) => file(`app/${i}.jar`, tinyJar))),
  "100 ELF files of 65,535 program headers": () => {
    const bytes = manyHeaders();
    return closed(times(100, (i) => file(`usr/bin/e${i}`, bytes, 0o755)));
  },
  "a package.json of 8 MB, deep": () => text(MANIFEST, deep(8_000_000)),
  "a deps.json of 16 MB, deep": () => text("app/a.deps.json", deep(16_000_000)),
  "a composer list of 16 MB, deep": () => text("app/vendor/composer/installed.json", deep(16_000_000)),
  "a Python file of 64 MB": () => text("app/a.py", filled(64 * MIB, "import a\n")),
  "Python files of blanks": () =>
    closed(times(64, (i) => file(`app/${i}.py`, `import${" ".repeat(1_000_000)}a`))),
  "Python files of dots": () =>
    closed(times(64, (i) => file(`app/${i}.py`, `from ${". ".repeat(500_000)}import a`))),
  "Python files of unclosed names": () =>
    closed(times(64, (i) => file(`app/${i}.py`, "from a.".repeat(140_000)))),
  "METADATA of Requires-Dist lines": () =>
    text(METADATA, Array.from({ length: 700_000 }, (_, i) => `Requires-Dist: p${i}`).join("\n")),
  "METADATA of 10,000,000 Requires-Dist lines": () =>
    text(METADATA, filled(10_000_000 * 17, "Requires-Dist: a\n")),
  "METADATA of one folded field": () =>
    text(
      METADATA,
      Buffer.concat([Buffer.from("Name: a\nVersion: 1\nAuthor: x\n"), filled(15 * MIB, " y\n")]),
    ),
  "METADATA of one long requirement": () =>
    text(METADATA, `Name: a\nVersion: 1\nRequires-Dist: ${"a-".repeat(7_000_000)}`),
  "5,000 nested folders": () =>
    closed(times(5000, (i) => [inTar([{ path: "d/".repeat(Math.min(i + 1, 2000)), type: "5" }])])),
  "100,000 links in a chain": () => closed(times(100_000, (i) => [link(`l${i}`, `l${i + 1}`)])),
  "100,000 whiteouts": () => closed(times(100_000, (i) => [tarHeader({ path: `d/.wh.${i}` }, 0)])),
  "a gemspec of quotes": () =>
    text(
      "usr/lib/ruby/gems/3.1.0/specifications/a-1.gemspec",
      `# stub: a 1 ruby lib\n${'s.licenses = ["'.repeat(60_000)}`,
    ),
  "1,000 scripts of 128 KB": () =>
    closed(times(1000, (i) => file(`usr/bin/s${i}`, `#!/bin/sh\n${"${x:-".repeat(20_000)}`, 0o755))),
  "500,000 hard links to nothing": () =>
    closed(
      times(500_000, (i) => [
        tarHeader({ path: `usr/bin/h${i}`, mode: 0o755, type: "1", linkPath: `gone/${i}` }, 0),
      ]),
    ),
};
