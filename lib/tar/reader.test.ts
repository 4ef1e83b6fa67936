// SPDX-License-Identifier: Apache-2.0
/** The tar reader on archives of our writer, on hand-made headers, and on damaged bytes. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StellaError } from "../errors.ts";
import { TarReader, tarErrors, type TarLimits } from "./index.ts";
import { paxRecord, tarHeader, withChecksum, writeTar, type TarFile } from "./testing/write-tar.ts";

interface Seen {
  readonly path: string;
  readonly type: string;
  readonly size: number;
  readonly link?: string;
  readonly content?: string;
  readonly sparse?: true;
}

function read(archive: Uint8Array, chunkSize = archive.length || 1, limits: Partial<TarLimits> = {}): Seen[] {
  const seen: (Seen & { content?: string })[] = [];
  const reader = new TarReader(({ path, type, size, linkPath, sparse }) => {
    const entry: { path: string; type: string; size: number; content?: string } = {
      path,
      type,
      size,
      ...(linkPath === "" ? {} : { link: linkPath }),
      ...(sparse ? { sparse: true as const } : {}),
    };
    seen.push(entry);
    const parts: Buffer[] = [];
    return {
      data: (bytes) => parts.push(Buffer.from(bytes)) > 0,
      end: () => (entry.content = Buffer.concat(parts).toString()),
    };
  }, limits);
  for (let at = 0; at < archive.length; at += chunkSize) reader.push(archive.subarray(at, at + chunkSize));
  reader.finish();
  return seen;
}

function codeOfRead(archive: Uint8Array, limits?: Partial<TarLimits>): string {
  try {
    read(archive, 1000, limits);
    return "fine";
  } catch (error) {
    return error instanceof StellaError ? error.code : String(error);
  }
}

const block = (text: string | Buffer): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
};
const end = Buffer.alloc(1024);

describe("TarReader", () => {
  const files: TarFile[] = [
    { path: "a/", type: "5", mode: 0o755 },
    { path: "a/empty" },
    { path: "a/one", content: "x".repeat(700) },
    { path: "a/link", type: "2", linkPath: "one" },
    { path: "a/hard", type: "1", linkPath: "a/one" },
    { path: `${"long/".repeat(100)}ä`, content: "deep" },
  ];
  const want = [
    { path: "a/", type: "directory", size: 0 },
    { path: "a/empty", type: "file", size: 0, content: "" },
    { path: "a/one", type: "file", size: 700, content: "x".repeat(700) },
    { path: "a/link", type: "symlink", size: 0, link: "one" },
    { path: "a/hard", type: "hardlink", size: 0, link: "a/one" },
    { path: `${"long/".repeat(100)}ä`, type: "file", size: 4, content: "deep" },
  ];

  it.each([1, 7, 511, 512, 513, 4096, 1 << 20])("reads the same in chunks of %i", (size) =>
    expect(read(writeTar(files), size)).toEqual(want),
  );

  it.each<[string, Buffer[], Seen[]]>([
    [
      "GNU long name",
      [tarHeader({ path: "x", type: "L" }, 5), block("abcd\0"), tarHeader({ path: "cut" }, 0)],
      [{ path: "abcd", type: "file", size: 0, content: "" }],
    ],
    [
      "GNU long link",
      [
        tarHeader({ path: "x", type: "K" }, 3),
        block("to\0"),
        tarHeader({ path: "l", type: "2", linkPath: "cut" }, 0),
      ],
      [{ path: "l", type: "symlink", size: 0, link: "to" }],
    ],
    [
      "pax size",
      [
        tarHeader({ path: "p", type: "x" }, 9),
        block(paxRecord("size", "3")),
        tarHeader({ path: "f" }, 0),
        block("abc"),
      ],
      [{ path: "f", type: "file", size: 3, content: "abc" }],
    ],
    [
      "a global header that changes nothing",
      [
        tarHeader({ path: "g", type: "g" }, 9),
        block(paxRecord("size", "9")),
        tarHeader({ path: "f" }, 1),
        block("a"),
      ],
      [{ path: "f", type: "file", size: 1, content: "a" }],
    ],
    [
      "size of a link is no content",
      [tarHeader({ path: "h", type: "1", linkPath: "f" }, 700), tarHeader({ path: "f" }, 0)],
      [
        { path: "h", type: "hardlink", size: 0, link: "f" },
        { path: "f", type: "file", size: 0, content: "" },
      ],
    ],
    [
      "pax sparse",
      [
        tarHeader({ path: "p", type: "x" }, paxRecord("GNU.sparse.realsize", "99999").length),
        block(paxRecord("GNU.sparse.realsize", "99999")),
        tarHeader({ path: "s" }, 3),
        block("abc"),
        tarHeader({ path: "f" }, 0),
      ],
      [
        { path: "s", type: "file", size: 99999, sparse: true },
        { path: "f", type: "file", size: 0, content: "" },
      ],
    ],
    [
      "old GNU sparse with a longer map",
      [oldSparse(true), block(Buffer.alloc(512, 0)), block("abc"), tarHeader({ path: "f" }, 0)],
      [
        { path: "s", type: "file", size: 1 << 20, sparse: true },
        { path: "f", type: "file", size: 0, content: "" },
      ],
    ],
    [
      "v7 directory",
      [v7("old/"), v7("old/f")],
      [
        { path: "old/", type: "directory", size: 0 },
        { path: "old/f", type: "file", size: 0, content: "" },
      ],
    ],
    [
      "ustar prefix",
      [prefixed("usr/share", "doc")],
      [{ path: "usr/share/doc", type: "file", size: 0, content: "" }],
    ],
    ["a checksum of signed bytes", [signedChecksum()], [{ path: "ä", type: "file", size: 0, content: "" }]],
    ["base-256 size", [base256(3), block("abc")], [{ path: "b", type: "file", size: 3, content: "abc" }]],
  ])("reads %s", (_, blocks, seen) => expect(read(Buffer.concat([...blocks, end]), 300)).toEqual(seen));

  it.each<[string, Buffer, string]>([
    ["nothing at all", Buffer.alloc(0), "fine"],
    ["no end mark", tarHeader({ path: "f" }, 0), "fine"],
    ["a cut header", tarHeader({ path: "f" }, 0).subarray(0, 300), "TAR_TRUNCATED"],
    ["cut content", Buffer.concat([tarHeader({ path: "f" }, 600), Buffer.alloc(512, 1)]), "TAR_TRUNCATED"],
    ["cut padding", Buffer.concat([tarHeader({ path: "f" }, 1), Buffer.alloc(100, 1)]), "TAR_TRUNCATED"],
    [
      "a pax header with nothing behind",
      Buffer.concat([tarHeader({ path: "p", type: "x" }, 9), block(paxRecord("size", "3")), end]),
      "TAR_TRUNCATED",
    ],
    ["a wrong checksum", Buffer.alloc(512, 65), "TAR_INVALID"],
    [
      "a header behind one zero block",
      Buffer.concat([Buffer.alloc(512), tarHeader({ path: "f" }, 0)]),
      "TAR_INVALID",
    ],
    [
      "a pax record that lies",
      Buffer.concat([tarHeader({ path: "p", type: "x" }, 10), block("99 size=3\n")]),
      "TAR_INVALID",
    ],
    ["a negative size", badSize("-1"), "TAR_INVALID"],
    ["a size past 2^53", base256(Number.MAX_VALUE), "TAR_INVALID"],
    ["a pax header of 2 MiB", tarHeader({ path: "p", type: "x" }, 2 << 20), "TAR_LIMIT"],
    ["a name of 5000", writeTar([{ path: "n".repeat(5000) }]), "TAR_LIMIT"],
    ["a name of 4096", writeTar([{ path: "n".repeat(4096) }]), "fine"],
  ])("answers %s", (_, archive, code) => expect(codeOfRead(archive)).toBe(code));

  it("stops at the limit of entries", () =>
    expect(codeOfRead(writeTar([{ path: "a" }, { path: "b" }]), { maxEntries: 1 })).toBe("TAR_LIMIT"));

  it("tells the offset", () => {
    const broken = Buffer.concat([tarHeader({ path: "f" }, 0), Buffer.alloc(512, 65)]);
    expect(() => read(broken)).toThrow("header checksum does not match at byte 512");
  });

  it("delivers no more than a sink asked for", () => {
    let [calls, ended] = [0, 0];
    const reader = new TarReader(() => ({ data: () => ++calls < 1, end: () => (ended += 1) }));
    const archive = writeTar([{ path: "f", content: "x".repeat(5000) }]);
    for (let at = 0; at < archive.length; at += 100) reader.push(archive.subarray(at, at + 100));
    reader.finish();
    expect([calls, ended]).toEqual([1, 1]);
  });

  it.each(["gnu", "pax", "ustar", "v7", "oldgnu"])("reads what GNU tar writes as %s", (format) => {
    const folder = mkdtempSync(join(tmpdir(), "tar-test-"));
    try {
      writeFileSync(join(folder, "holes"), Buffer.concat([Buffer.alloc(1 << 20), Buffer.from("x")]));
      writeFileSync(join(folder, "n".repeat(90)), "text");
      const made = spawnSync("tar", [
        "-c",
        `--format=${format}`,
        "-C",
        folder,
        "--sort=name",
        "holes",
        "n".repeat(90),
      ]);
      const seen = read(made.stdout, 999);
      expect(seen.map(({ path, size }) => ({ path, size }))).toEqual([
        { path: "holes", size: (1 << 20) + 1 },
        { path: "n".repeat(90), size: 4 },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("survives any damage with its own errors", () => {
    const archive = writeTar(files);
    fc.assert(
      fc.property(
        fc.nat(archive.length - 1),
        fc.nat(255),
        fc.nat(archive.length),
        fc.integer({ min: 1, max: 2000 }),
        (at, value, length, chunk) => {
          const damaged = Buffer.from(archive.subarray(0, length));
          if (at < length) damaged[at] = value;
          try {
            read(damaged, chunk);
          } catch (error) {
            expect(tarErrors.is(error)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("finds the same in chunks of any size", () => {
    const file = fc.record({
      path: fc.string({ minLength: 1, maxLength: 150 }).filter((p) => !p.includes("\0")),
      content: fc.string({ maxLength: 1500 }),
    });
    fc.assert(
      fc.property(fc.array(file, { maxLength: 5 }), fc.integer({ min: 1, max: 3000 }), (made, chunk) => {
        const got = read(writeTar(made), chunk);
        expect(got.map(({ content }) => content)).toEqual(made.map(({ content }) => content));
      }),
    );
  });
});

function oldSparse(extended: boolean): Buffer {
  const header = tarHeader({ path: "s", type: "S" }, 3);
  header.write("ustar  \0", 257, "latin1");
  header[482] = extended ? 1 : 0;
  header.write(`${(1 << 20).toString(8).padStart(11, "0")}\0`, 483, "latin1");
  return withChecksum(header);
}

function v7(path: string): Buffer {
  const header = tarHeader({ path }, 0);
  header[156] = 0;
  header.fill(0, 257, 265);
  return withChecksum(header);
}

function prefixed(prefix: string, path: string): Buffer {
  const header = tarHeader({ path }, 0);
  header.write(prefix, 345, "latin1");
  return withChecksum(header);
}

function base256(size: number): Buffer {
  const header = tarHeader({ path: "b" }, 0);
  header.fill(0, 124, 136);
  header[124] = 0x80;
  if (Number.isSafeInteger(size)) header.writeUInt32BE(size, 132);
  else header.fill(0x7f, 125, 136);
  return withChecksum(header);
}

function badSize(text: string): Buffer {
  const header = tarHeader({ path: "b" }, 0);
  header.write(text, 124, "latin1");
  return withChecksum(header);
}

/** As old Sun tars made it: bytes above 127 count as negative. */
function signedChecksum(): Buffer {
  const header = tarHeader({ path: "ä" }, 0);
  const unsigned = parseInt(header.toString("latin1", 148, 154), 8);
  header.write(`${(unsigned - 2 * 256).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}
