// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rpmdbErrors } from "./errors.ts";
import { RpmHeader } from "./header.ts";
import { readPackage } from "./package.ts";
import { TAG } from "./tags.ts";
import { headerBlob, stringArray, text, uint16s, uint32s, type Entry } from "./testing/header-blob.ts";

const header = (entries: readonly Entry[]): RpmHeader => new RpmHeader(headerBlob(entries), 0);
const required = [text(TAG.name, "a"), text(TAG.version, "1"), text(TAG.release, "2")];
const packageOf = (entries: readonly Entry[]): unknown =>
  readPackage({ bytes: headerBlob([...required, ...entries]), offset: 7 });

describe("RpmHeader", () => {
  it("reads texts and numbers, and nothing where a tag is absent", () => {
    const found = header([
      text(TAG.name, "größe"),
      stringArray(TAG.provideName, ["a", "", "b"]),
      uint32s(TAG.epoch, [4_000_000_000]),
      uint16s(TAG.fileModes, [0o100755, 0o40755]),
      { tag: TAG.license, type: 9, count: 2, data: Buffer.from("first\0second\0") },
      { tag: TAG.fileStates, type: 1, count: 3, data: Buffer.from([0, 2, 255]) },
      text(TAG.vendor, ""),
    ]);
    expect(found.text(TAG.name)).toBe("größe");
    expect(found.texts(TAG.provideName)).toEqual(["a", "", "b"]);
    expect([...found.numbers(TAG.epoch)]).toEqual([4_000_000_000]);
    expect([...found.numbers(TAG.fileModes)]).toEqual([0o100755, 0o40755]);
    expect([...found.numbers(TAG.fileStates)]).toEqual([0, 2, 255]);
    expect(found.text(TAG.license)).toBe("first");
    expect([found.text(TAG.vendor), found.text(TAG.arch)]).toEqual([undefined, undefined]);
    expect([found.texts(TAG.requireName), [...found.numbers(TAG.dirIndexes)]]).toEqual([[], []]);
  });

  it("takes the later of two entries: what rpm changed at installation", () =>
    expect(header([text(TAG.name, "old"), text(TAG.name, "new")]).text(TAG.name)).toBe("new"));

  it.each([
    { name: "of no bytes", bytes: Buffer.alloc(0) },
    { name: "without entries", bytes: headerBlob([]) },
    { name: "with too many entries", bytes: Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])]) },
    { name: "longer than it says", bytes: Buffer.concat([headerBlob(required), Buffer.alloc(1)]) },
    { name: "shorter than it says", bytes: headerBlob(required).subarray(0, -1) },
  ])("refuses a header $name", ({ bytes }) => {
    expect(() => new RpmHeader(bytes, 0)).toThrow("a header is not as long as it says at byte 0");
  });

  it.each([
    { name: "a text of numbers", entry: uint32s(TAG.name, [1]), message: "tag 1000 has no text" },
    { name: "numbers of a text", entry: text(TAG.epoch, "1"), message: "tag 1003 has no numbers" },
    {
      name: "more strings than there are",
      entry: { ...stringArray(TAG.provideName, ["a"]), count: 9 },
      message: "tag 1047 ends outside its header",
    },
    {
      name: "a string without an end",
      entry: { tag: TAG.license, type: 6, count: 1, data: Buffer.from("MIT") },
      message: "tag 1014 ends outside its header",
    },
    {
      name: "more numbers than there are",
      entry: { ...uint32s(TAG.dirIndexes, [0]), count: 3 },
      message: "tag 1116 has no numbers",
    },
    {
      name: "a count of gigabytes",
      entry: { ...stringArray(TAG.requireName, ["a"]), count: 0xffffffff },
      message: "tag 1049 is not in its header",
    },
  ])("refuses $name", ({ entry, message }) => {
    const entries = [...required.filter(({ tag }) => tag !== entry.tag), entry];
    expect(() => readPackage({ bytes: headerBlob(entries), offset: 7 })).toThrow(`${message} at byte 7`);
  });
});

describe("readPackage", () => {
  it("reads the least package", () =>
    expect(packageOf([])).toMatchObject({ name: "a", version: "1", release: "2", offset: 7 }));

  it("leaves out signing keys", () => expect(packageOf([text(TAG.name, "gpg-pubkey")])).toBeUndefined());

  it.each([
    { name: "no release", entries: [text(TAG.release, "")], message: "no name, version or release" },
    {
      name: "a file in no folder",
      entries: [
        stringArray(TAG.baseNames, ["f"]),
        stringArray(TAG.dirNames, ["/"]),
        uint32s(TAG.dirIndexes, [1]),
      ],
      message: "file lists are not of one length",
    },
    {
      name: "fewer modes than files",
      entries: [
        stringArray(TAG.baseNames, ["f", "g"]),
        stringArray(TAG.dirNames, ["/"]),
        uint32s(TAG.dirIndexes, [0, 0]),
        uint16s(TAG.fileModes, [0o100644]),
      ],
      message: "file lists are not of one length",
    },
  ])("refuses $name", ({ entries, message }) => expect(() => packageOf(entries)).toThrow(message));

  it("survives any bytes with its own error", () => {
    const count = fc.nat(4).map((entries) => Buffer.from([0, 0, 0, entries]));
    const blob = fc.tuple(count, fc.uint8Array({ maxLength: 120 })).map(([head, rest]) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Math.max(0, rest.length - 16 * head.readUInt32BE(0)));
      return Buffer.concat([head, length, rest]);
    });
    fc.assert(
      fc.property(blob, (bytes) => {
        try {
          readPackage({ bytes, offset: 0 });
        } catch (error) {
          expect(rpmdbErrors.is(error, "RPMDB_INVALID")).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
