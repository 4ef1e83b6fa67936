// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TreeWriter, forEachTreeEntry, type TreeEntryType } from "./tree.ts";

type Entry = [TreeEntryType, string, string];

function read(tree: Uint8Array): Entry[] | "damaged" {
  const seen: Entry[] = [];
  return forEachTreeEntry(tree, (...entry) => seen.push(entry)) ? seen : "damaged";
}

function write(entries: readonly Entry[], maxBytes = 1 << 20): TreeWriter {
  const writer = new TreeWriter(maxBytes);
  for (const entry of entries) writer.add(...entry);
  return writer;
}

describe("tree", () => {
  it("gives back any paths", () => {
    const path = fc.string({ unit: "grapheme", maxLength: 300 }).map((text) => text.toWellFormed());
    const entry = fc.tuple(
      fc.constantFrom<TreeEntryType>("f", "d", "o"),
      path,
      fc.constant(""),
    ) as fc.Arbitrary<Entry>;
    const link = fc.tuple(fc.constant<TreeEntryType>("l"), path, path) as fc.Arbitrary<Entry>;
    fc.assert(
      fc.property(fc.array(fc.oneof(entry, link), { maxLength: 30 }), (entries) => {
        expect(read(write(entries).finish())).toEqual(entries);
      }),
    );
  });

  it("takes few bytes for neighbours", () => {
    const entries = Array.from({ length: 1000 }, (_, i): Entry => [
      "f",
      `usr/share/zoneinfo/Continent/city-${i}`,
      "",
    ]);
    expect(write(entries).finish().length).toBeLessThan(8000);
  });

  it("stops at its limit and says so", () => {
    const writer = write(
      [
        ["f", "a", ""],
        ["f", "b".repeat(100), ""],
        ["f", "c", ""],
      ],
      100,
    );
    expect([writer.isCut, read(writer.finish())]).toEqual([true, [["f", "a", ""]]]);
  });

  it("never throws on damaged bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        read(bytes);
      }),
    );
  });
});
