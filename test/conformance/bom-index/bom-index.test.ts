// SPDX-License-Identifier: Apache-2.0
/** BOM-Index files against a reader written from the document, and our bitmaps against CRoaring's (roaring-wasm). */
import fc from "fast-check";
import { RoaringBitmap32, SerializationFormat, roaringLibraryInitialize } from "roaring-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { ByteSink } from "#engines/scanner/bom-index/byte-sink.ts";
import { forEachInRoaring, writeRoaring } from "#engines/scanner/bom-index/roaring.ts";
import {
  ImageBomIndex,
  MergedBomIndex,
  bomIndexErrors,
  imageBomIndex,
  mergeBomIndexes,
  type Sbom,
} from "#engines/scanner/index.ts";
import { diffIds, richSbom, shuffledSbom } from "#engines/scanner/formats/testing/rich-sbom.ts";
import { digestOf, hexOf, type ImageDigest } from "#lib/digest.ts";
import { readBomIndex, readRoaring } from "./reader.ts";

beforeAll(() => roaringLibraryInitialize());

function written(values: ArrayLike<number>): Buffer {
  const sink = new ByteSink();
  writeRoaring(sink, values);
  return sink.done();
}

function ours(bytes: Buffer): number[] {
  const values: number[] = [];
  forEachInRoaring(bytes, 2 ** 32, (value) => values.push(value));
  return values;
}

function croaring(values: readonly number[]): Buffer {
  const bitmap = new RoaringBitmap32(values);
  bitmap.runOptimize();
  const bytes = Buffer.from(bitmap.serialize(SerializationFormat.portable));
  bitmap.dispose();
  return bytes;
}

/** Lists that lead to arrays, bit sets and runs, in up to six containers. */
const sets = fc
  .array(
    fc.record({
      start: fc.oneof(
        fc.integer({ min: 0, max: 6 * 65536 }),
        fc.constantFrom(2 ** 32 - 65536, 2 ** 32 - 20000),
      ),
      step: fc.constantFrom(1, 1, 2, 3, 17),
      length: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 4000, max: 9000 })),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => {
    const all = new Set<number>();
    for (const { start, step, length } of parts) {
      for (let at = 0; at < length; at++) if (start + at * step < 2 ** 32) all.add(start + at * step);
    }
    return [...all].sort((a, b) => a - b);
  });

describe("Roaring bitmaps", () => {
  it("are the bytes that CRoaring writes, and read alike by three readers", () => {
    fc.assert(
      fc.property(sets, (values) => {
        const bytes = written(values);
        expect(bytes.equals(croaring(values))).toBe(true);
        expect(ours(bytes)).toEqual(values);
        expect(readRoaring(bytes)).toEqual(values);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    { name: "an array of 4,096", values: Array.from({ length: 4096 }, (_, at) => at * 2) },
    { name: "a bit set of 4,097", values: Array.from({ length: 4097 }, (_, at) => at * 2) },
    { name: "a whole container", values: Array.from({ length: 65536 }, (_, at) => at) },
    { name: "runs as small as an array", values: [0, 1, 2] },
    { name: "an array smaller than runs", values: [0, 1, 3, 4, 6] },
    { name: "three containers with a run", values: [0, 1, 2, 3, 65536, 131072] },
    { name: "four containers with a run", values: [0, 1, 2, 3, 65536, 131072, 196608] },
    { name: "the greatest value", values: [2 ** 32 - 1] },
  ])("$name", ({ values }) => {
    expect(written(values).equals(croaring(values))).toBe(true);
    expect(readRoaring(written(values))).toEqual(values);
  });
});

type Component = Sbom["components"][number];

/** The rows that a component stands in: its own purl, and that of the one source package which is called otherwise. */
const rowsOf = ({ purl }: Component): readonly string[] =>
  purl.startsWith("pkg:deb/debian/libc6@")
    ? [purl, "pkg:deb/debian/glibc@2.36-9?arch=source&distro=debian-12"]
    : [purl];

const allRows = [...new Set(richSbom.components.flatMap(rowsOf))].sort();

describe("image index", () => {
  it("is what the document says", () => {
    const read = readBomIndex(imageBomIndex(richSbom));
    const purls = allRows;
    const rows = (isIn: (component: Component) => boolean): number[] =>
      purls.flatMap((purl, row) =>
        richSbom.components.some((one) => rowsOf(one).includes(purl) && isIn(one)) ? [row] : [],
      );
    const types = ["deb", "generic", "maven", "npm", "nuget", "pypi"];
    expect(read).toEqual({
      kind: "image",
      flags: 3,
      digests: [richSbom.imageDigest, ...diffIds].map(hexOf),
      types,
      purls,
      bitmaps: [
        ...diffIds.map((_, index) => rows(({ layer }) => layer.index === index)),
        ...types.map((type) => rows((component) => component.type === type)),
        rows(({ usedByEntrypoint }) => usedByEntrypoint !== undefined),
      ],
    });
  });

  it("keeps its bytes, whatever the order of components", () => {
    const bytes = imageBomIndex(richSbom);
    expect(digestOf(bytes)).toMatchInlineSnapshot(
      `"sha256:627a79f7206ec28e4be13318352d921ec032ba15a683ff175f33e2e3a591f68d"`,
    );
    expect(Buffer.from(imageBomIndex(shuffledSbom)).equals(bytes)).toBe(true);
  });
});

describe("merged index", () => {
  const other: Sbom = {
    ...richSbom,
    imageDigest: digestOf<ImageDigest>("other"),
    components: richSbom.components.slice(0, 3).map(({ usedByEntrypoint, ...component }) => component),
    omissions: [],
  };

  it("is what the document says, and keeps its bytes", () => {
    const bytes = mergeBomIndexes({ add: [richSbom, other].map(imageBomIndex) });
    const read = readBomIndex(bytes);
    const images = [richSbom, other].sort((a, b) => (a.imageDigest < b.imageDigest ? -1 : 1));
    const purls = allRows;
    const positions = (isIn: (sbom: Sbom) => boolean): number[] =>
      images.flatMap((sbom, at) => (isIn(sbom) ? [at] : []));
    expect(read).toEqual({
      kind: "merged",
      flags: 0,
      digests: images.map(({ imageDigest }) => hexOf(imageDigest)),
      types: [],
      purls,
      bitmaps: [
        ...purls.flatMap((purl) => [
          positions(({ components }) => components.some((one) => rowsOf(one).includes(purl))),
          positions(({ components }) =>
            components.some((one) => rowsOf(one).includes(purl) && one.usedByEntrypoint),
          ),
        ]),
        positions(({ omissions }) => omissions.length > 0),
        positions(({ entryTrace }) => entryTrace?.terminal !== undefined),
      ],
    });
    expect(digestOf(bytes)).toMatchInlineSnapshot(
      `"sha256:3df8c363ef98742abed195fad42fb45c42fcb2fb5a705bbdb91c03d53b539fa8"`,
    );
  });
});

describe("the product's reader", () => {
  const image = imageBomIndex(richSbom);
  const merged = mergeBomIndexes({ add: [image] });

  it("reads what the second reader reads", () => {
    const index = new ImageBomIndex(image);
    const read = readBomIndex(image);
    expect([...index.purls()]).toEqual(read.purls);
    const bitmaps = [
      ...index.diffIds.map((_, layer) => index.rowsOfLayer(layer)),
      ...index.types.map((type) => index.rowsOfType(type)),
      index.usedRows(),
    ];
    expect(bitmaps.map((rows) => [...rows])).toEqual(read.bitmaps);
    const many = new MergedBomIndex(merged);
    expect(many.images().map(hexOf)).toEqual(readBomIndex(merged).digests);
    expect([...many.purls()]).toEqual(readBomIndex(merged).purls);
  });

  it.each([
    { name: "cut short", bytes: image.subarray(0, -1) },
    { name: "changed", bytes: Buffer.from(image).fill(1, 200, 201) },
    { name: "of the other kind", bytes: merged },
  ])("refuses a file that is $name", ({ bytes }) => {
    let thrown: unknown;
    try {
      new ImageBomIndex(bytes);
    } catch (error) {
      thrown = error;
    }
    expect(bomIndexErrors.is(thrown, "BOM_INDEX_CORRUPT")).toBe(true);
  });
});
