// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf } from "#lib/errors.ts";
import { richSbom } from "../formats/testing/rich-sbom.ts";
import { bomIndexErrors } from "./errors.ts";
import { ImageBomIndex, imageBomIndex } from "./image-index.ts";
import { mergeBomIndexes } from "./merge.ts";
import { MergedBomIndex } from "./merged-index.ts";
import { indexOf } from "./testing/small-images.ts";

const all: readonly [string, Uint8Array, (bytes: Uint8Array, isVerified: boolean) => void][] = [
  [
    "image",
    imageBomIndex(richSbom),
    (bytes, isVerified) => {
      const index = new ImageBomIndex(bytes, { isVerified });
      [...index.purls()].forEach(String);
      index.diffIds.forEach((_, at) => index.rowsOfLayer(at));
      index.types.forEach((type) => index.rowsOfType(type));
      index.usedRows();
    },
  ],
  [
    "merged",
    mergeBomIndexes({
      add: [imageBomIndex(richSbom), indexOf({ name: "b", purls: ["pkg:npm/%40x/y@1.0.0!"] })],
    }),
    (bytes, isVerified) => {
      const index = new MergedBomIndex(bytes, { isVerified });
      [...index.purls()].forEach(String);
      index.imagesWith(["pkg:npm/%40x/y", "pkg:deb/debian/libc6", "pkg:pypi/six@1.16.0"], "used-or-unknown");
      index.forEachPartial(() => undefined);
      mergeBomIndexes({ base: bytes });
    },
  ],
];

describe.each(all)("hostile input: %s index", (kind, good, use) => {
  const code = (bytes: Uint8Array, isVerified = false): string => {
    try {
      use(bytes, isVerified);
      return "";
    } catch (error) {
      return codeOf(error);
    }
  };

  it("is read as it is", () => expect(code(good)).toBe(""));

  it("is refused when cut short or longer", () => {
    for (let length = 0; length < good.length; length++) {
      expect(code(good.subarray(0, length))).toBe("BOM_INDEX_CORRUPT");
    }
    expect(code(Buffer.concat([good, Buffer.alloc(8)]))).toBe("BOM_INDEX_CORRUPT");
  });

  it("is refused with any bit changed; another version is told apart", () => {
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ (1 << (at % 8));
      const want = at >= 8 && at < 12 ? "BOM_INDEX_VERSION_UNKNOWN" : "BOM_INDEX_CORRUPT";
      expect(code(bad)).toBe(want);
    }
  });

  it("never fails in another way where the digest is not looked at", () => {
    const codes = new Set(["", ...Object.keys(bomIndexErrors.codes)]);
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bad = Buffer.from(good);
        for (const [at, byte] of changes) bad[at] = byte;
        expect([...codes]).toContain(code(bad, true));
      }),
      { numRuns: 3000 },
    );
  });

  it("is refused when it is of the other kind", () => {
    const other = all.find(([name]) => name !== kind)?.[1] ?? Buffer.alloc(0);
    expect(code(other)).toBe("BOM_INDEX_CORRUPT");
  });
});
