// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { visitPackages, type RpmPackage } from "./index.ts";
import { rpmdbErrors } from "./errors.ts";
import { databases, libuuid, rpmSays } from "./testing/databases.ts";

function readAll(bytes: Buffer): { packages: RpmPackage[]; problems: string[] } {
  const packages: RpmPackage[] = [];
  return { problems: visitPackages(bytes, (found) => packages.push(found)), packages };
}

const lineOf = ({ name, epoch, version, release, architecture, sourceRpm, license }: RpmPackage): string =>
  `${name} ${epoch ?? 0} ${version}-${release} ${architecture ?? ""} ${sourceRpm ?? ""} ${license ?? ""}`;
const pathsOf = ({ files: { names, folders, folderOf } }: RpmPackage): string[] =>
  names.map((name, i) => `${folders[folderOf[i] ?? -1] ?? "?"}${name}`);
const isNoKey = (line: string): boolean => !line.startsWith("gpg-pubkey ");

/** What must hold of any bytes: packages and problems, or our own error. */
function survives(bytes: Buffer, check: (found: ReturnType<typeof readAll>) => void = () => undefined): void {
  let found: ReturnType<typeof readAll>;
  try {
    found = readAll(bytes);
  } catch (error) {
    expect(rpmdbErrors.is(error)).toBe(true);
    return;
  }
  check(found);
}

describe.each(databases)("the $form form", ({ bytes }) => {
  it("lists what rpm lists", () => {
    const { packages, problems } = readAll(bytes);
    expect(problems).toEqual([]);
    expect(packages.map(lineOf).sort()).toEqual(rpmSays.packages.filter(isNoKey));
    expect(packages.flatMap(pathsOf).sort()).toEqual(rpmSays.files.toSorted());
    const named = (kind: "provides" | "requires"): string[] =>
      packages.flatMap((found) => found[kind].map((each) => `${found.name} ${each}`)).sort();
    expect(named("provides")).toEqual(rpmSays.provides.filter(isNoKey).toSorted());
    expect(named("requires")).toEqual(rpmSays.requires.filter(isNoKey).toSorted());
  });

  it("reads every field of a package", () => {
    const found = readAll(bytes).packages.find(({ name }) => name === "stella-full");
    expect(found).toMatchObject({
      vendor: "Example Vendor, Inc.",
      packager: "Example Packager <packager@example.org>",
      modularityLabel: "stella:2.4:20240101:abcdef",
    });
    expect(Array.from(found?.files.states ?? [])).toEqual([0, 0, 0, 0]);
    expect(Array.from(found?.files.modes ?? [], (mode) => mode.toString(8))).toEqual([
      "100644",
      "100755",
      "40755",
      "100644",
    ]);
  });

  it("says where a header stands", () => {
    const headerImmutable = 63; // the tag that rpm puts in front of all others
    expect(readAll(bytes).packages.map(({ offset }) => bytes.readUInt32BE(offset + 8))).toEqual(
      Array(6).fill(headerImmutable),
    );
  });

  it("is never silent about what a file cut short has lost", () => {
    const whole = new Set(readAll(bytes).packages.map(lineOf));
    let partial = 0;
    for (let end = 0; end < bytes.length; end += 3989) {
      survives(bytes.subarray(0, end), ({ packages, problems }) => {
        expect(packages.filter((found) => !whole.has(lineOf(found)))).toEqual([]);
        if (packages.length < whole.size) expect(problems).not.toEqual([]);
        if (packages.length > 0 && packages.length < whole.size) partial += 1;
      });
    }
    expect(partial).toBeGreaterThan(0);
  });

  it("survives damage with its own error", () => {
    const place = fc.oneof(
      fc.nat(bytes.length - 1),
      fc.nat(200),
      fc.tuple(fc.nat(Math.floor(bytes.length / 4096) - 1), fc.nat(40)).map(([page, at]) => page * 4096 + at),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 8 }), (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of changes) damaged[at] = value;
        survives(damaged);
      }),
      { numRuns: 150 },
    );
  });
});

it("reads a hash that rpm wrote", () => {
  const { packages, problems } = readAll(libuuid);
  expect(problems).toEqual([]);
  expect(packages.map(lineOf)).toEqual([
    "libuuid 0 2.32.1-42.el8_8 x86_64 util-linux-2.32.1-42.el8_8.src.rpm BSD",
  ]);
  expect(packages.flatMap(pathsOf)).toEqual([
    "/usr/lib/.build-id",
    "/usr/lib/.build-id/df/ef6a880adac817216ab9866779a0725e017647",
    "/usr/lib64/libuuid.so.1",
    "/usr/lib64/libuuid.so.1.3.0",
    "/usr/share/licenses/libuuid",
    "/usr/share/licenses/libuuid/COPYING",
    "/usr/share/licenses/libuuid/COPYING.BSD-3",
  ]);
});

describe("pages that lead back to themselves", () => {
  const [sqlite, , little, big] = databases;
  it.each([
    { name: "SQLite", bytes: sqlite.bytes, at: 0, isLittle: false, first: 1 },
    { name: "little-endian Berkeley DB", bytes: little.bytes, at: 16, isLittle: true, first: 0 },
    { name: "big-endian Berkeley DB", bytes: big.bytes, at: 16, isLittle: false, first: 0 },
  ])("end, in $name", ({ bytes, at, isLittle, first }) => {
    let loops = 0;
    for (let page = 1; page < bytes.length / 4096; page += 3) {
      const looped = Buffer.from(bytes);
      if (isLittle) looped.writeUInt32LE(page + first, page * 4096 + at);
      else looped.writeUInt32BE(page + first, page * 4096 + at);
      try {
        loops += readAll(looped).problems.filter((problem) => problem.includes("used twice")).length;
      } catch (error) {
        expect(rpmdbErrors.is(error, "RPMDB_INVALID")).toBe(true);
      }
    }
    expect(loops).toBeGreaterThan(20);
  });
});

it.each([
  { name: "nothing", bytes: Buffer.alloc(0), message: "neither SQLite nor a Berkeley DB hash nor ndb" },
  { name: "text", bytes: Buffer.from("Packages of this image\n"), message: "neither SQLite" },
  { name: "half an SQLite header", bytes: databases[0].bytes.subarray(0, 60), message: "no SQLite header" },
  {
    name: "one SQLite page",
    bytes: databases[0].bytes.subarray(0, 4096 - 1),
    message: "no table named Packages",
  },
  { name: "an ndb of another version", bytes: changed(databases[1].bytes, 4, 1), message: "no ndb header" },
  { name: "an ndb without its slots", bytes: databases[1].bytes.subarray(0, 4000), message: "longer than" },
  {
    name: "half a hash header",
    bytes: databases[2].bytes.subarray(0, 100),
    message: "no Berkeley DB header",
  },
  { name: "an old hash", bytes: changed(databases[2].bytes, 16, 7), message: "hash version 7" },
  {
    name: "a hash without pages",
    bytes: databases[2].bytes.subarray(0, 4096),
    message: "shorter than its buckets",
  },
  { name: "a hash with checksums", bytes: changed(databases[2].bytes, 26, 1), message: "checksums" },
])("refuses $name", ({ bytes, message }) => {
  expect(() => readAll(bytes)).toThrow(message);
  survives(bytes);
});

function changed(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}
