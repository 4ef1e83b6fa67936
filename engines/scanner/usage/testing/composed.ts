// SPDX-License-Identifier: Apache-2.0
/** Small images and what their entry programs use, for tests. */
import { elfFile } from "#lib/elf/testing/elf-file.ts";
import type { ImageConfig } from "#lib/oci/types.ts";
import type { TarFile } from "#lib/tar/testing/write-tar.ts";
import { composeSbom } from "../../compose-sbom.ts";
import { linuxAmd64, memoryImage, memoryLayer, readLayer } from "../../testing/images.ts";
import type { Sbom } from "../../types.ts";

/** Of an image of one layer, by the real analyzers. */
export async function sbomOf(files: readonly TarFile[], config: Partial<ImageConfig>): Promise<Sbom> {
  const layer = memoryLayer(files);
  const image = await memoryImage([layer]).resolve(linuxAmd64);
  const { fragment } = await readLayer(layer);
  return composeSbom({ ...image, config: { ...image.config, ...config } }, [fragment]);
}

/** `name: reason` of the components used. */
export const used = ({ components }: Sbom): string[] =>
  components.flatMap(({ name, usedByEntrypoint }) =>
    usedByEntrypoint === undefined ? [] : [`${name}: ${usedByEntrypoint}`],
  );

/** Content of a package.json. */
export const json = (value: unknown): string => JSON.stringify(value);
/** An installed package; its name is the folder's. */
export const npm = (path: string, more: object = {}): TarFile => ({
  path: `${path}/package.json`,
  content: json({ name: path.slice(path.lastIndexOf("node_modules/") + 13), version: "1.0.0", ...more }),
});
/** A static executable that nothing owns. */
export const program = (path: string): TarFile => ({
  path,
  mode: 0o755,
  content: elfFile({ type: 2, parts: [{ type: 1, offset: 0, bytes: 4096 + path.length }], size: 8192 }),
});
/** Metadata and RECORD of an installed Python distribution. */
export const dist = (name: string, requires: readonly string[], record: string): TarFile[] => {
  const folder = `usr/lib/python3/site-packages/${name}-1.0.dist-info`;
  const needs = requires.map((each) => `Requires-Dist: ${each}\n`).join("");
  return [
    { path: `${folder}/METADATA`, content: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n${needs}` },
    { path: `${folder}/RECORD`, content: record },
  ];
};
