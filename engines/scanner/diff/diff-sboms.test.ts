// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { TarFile } from "#lib/tar/testing/write-tar.ts";
import { composeSbom } from "../compose-sbom.ts";
import { linuxAmd64, memoryImage, memoryLayer, readLayer } from "../testing/images.ts";
import type { Sbom } from "../types.ts";
import { diffSboms } from "./diff-sboms.ts";

async function sbomOf(...layers: (readonly TarFile[])[]): Promise<Sbom> {
  const made = layers.map((files) => memoryLayer(files));
  const image = await memoryImage(made).resolve(linuxAmd64);
  return composeSbom(image, await Promise.all(made.map(async (layer) => (await readLayer(layer)).fragment)));
}

const npm = (name: string, version = "1.0.0", folder = "app"): TarFile => ({
  path: `${folder}/node_modules/${name}/package.json`,
  content: JSON.stringify({ name, version }),
});

describe("diffSboms", () => {
  it("says nothing of an image and itself", async () => {
    const sbom = await sbomOf([npm("a")], [npm("b")]);
    const { added, removed, changed, places, byLayer } = diffSboms(sbom, sbom);
    expect([added, removed, changed, places]).toEqual([[], [], [], { added: [], removed: [] }]);
    expect(byLayer.map(({ shared }) => shared)).toEqual([true, true]);
  });

  it("names what came, went and changed, each with the layer that did it", async () => {
    const base = [npm("a"), npm("b"), npm("c"), npm("d", "1.0.0", "other")];
    const older = await sbomOf(base, [npm("e")]);
    const newer = await sbomOf(base, [npm("b", "2.0.0"), { path: "app/node_modules/.wh.c" }], [npm("f")]);
    const { added, removed, changed, byLayer, places } = diffSboms(older, newer);
    expect(added.map(({ purl, layer }) => [purl, layer])).toEqual([["pkg:npm/f@1.0.0", 2]]);
    expect(removed.map(({ purl, layer }) => [purl, layer])).toEqual([
      ["pkg:npm/c@1.0.0", 1],
      ["pkg:npm/e@1.0.0", undefined],
    ]);
    expect(changed.map(({ old, new: now, layer }) => [old.version, now.version, layer])).toEqual([
      ["1.0.0", "2.0.0", 1],
    ]);
    expect(
      byLayer.map(({ index, shared, ...rest }) => [index, shared, rest.added, rest.removed, rest.changed]),
    ).toEqual([
      [0, true, [], [], []],
      [1, false, [], ["pkg:npm/c@1.0.0"], ["pkg:npm/b@1.0.0 -> pkg:npm/b@2.0.0"]],
      [2, false, ["pkg:npm/f@1.0.0"], [], []],
    ]);
    expect(places.added.map(({ place }) => place)).toEqual([
      "app/node_modules/b/package.json",
      "app/node_modules/f/package.json",
    ]);
  });

  it("shows a second copy of a package as a place, not as a package", async () => {
    const { added, places } = diffSboms(
      await sbomOf([npm("a")]),
      await sbomOf([npm("a"), npm("a", "1.0.0", "srv")]),
    );
    expect([added, places.added]).toEqual([
      [],
      [{ purl: "pkg:npm/a@1.0.0", place: "srv/node_modules/a/package.json", layer: 0 }],
    ]);
  });

  it("pairs what several versions of a package became", async () => {
    const older = await sbomOf([npm("a", "1.0.0"), npm("a", "2.0.0", "srv")]);
    const newer = await sbomOf([npm("a", "2.0.0"), npm("a", "3.0.0", "srv")]);
    expect(diffSboms(older, newer).changed.map(({ old, new: now }) => [old.version, now.version])).toEqual([
      ["1.0.0", "3.0.0"],
    ]);
  });

  it("is turned round by exchanging the images", async () => {
    const [one, two] = [await sbomOf([npm("a"), npm("b")]), await sbomOf([npm("b", "2.0.0"), npm("c")])];
    const [there, back] = [diffSboms(one, two), diffSboms(two, one)];
    expect(there.added.map(({ purl }) => purl)).toEqual(back.removed.map(({ purl }) => purl));
    expect(there.changed.map(({ old }) => old.purl)).toEqual(back.changed.map(({ new: now }) => now.purl));
  });
});
