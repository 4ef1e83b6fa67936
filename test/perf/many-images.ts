// SPDX-License-Identifier: Apache-2.0
/** Many small images over few bases in one layout: what a cluster's images are to each other, without their bulk. */
import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeOciLayout, type LayerInput } from "#lib/oci/writer.ts";
import { writeTar, type TarFile } from "#lib/tar/testing/write-tar.ts";

const BASES = 10;
const LAYERS_OF_BASE = 4;
const PACKAGES_OF_LAYER = 60;

export interface ManyImages {
  readonly layout: string;
  readonly images: number;
  /** Layers that differ: those of the bases, and one of each image. */
  readonly distinctLayers: number;
}

export async function manyImages(
  cacheDir: string,
  images: number,
  say: (line: string) => void,
): Promise<ManyImages> {
  const layout = join(cacheDir, `many-images-${images}-v1`);
  if (!existsSync(join(layout, "whole"))) {
    say(`making ${layout}, once ...`);
    const making = `${layout}.${process.pid}`;
    await rm(making, { recursive: true, force: true });
    const bases = Array.from({ length: BASES }, (_, base) => baseLayers(base));
    await writeOciLayout(
      making,
      Array.from({ length: images }, (_, index) => ({
        ref: `app-${index}`,
        layers: [...(bases[index % BASES] ?? []), { tar: writeTar(ownFiles(index)) }],
        config: { cmd: ["node", "/app/main.js"] },
      })),
    );
    await writeFile(join(making, "whole"), "");
    await rm(layout, { recursive: true, force: true });
    await rename(making, layout);
  }
  return { layout, images, distinctLayers: BASES * LAYERS_OF_BASE + images };
}

function baseLayers(base: number): LayerInput[] {
  return Array.from({ length: LAYERS_OF_BASE }, (_, layer) => ({
    tar: writeTar(layer === 0 ? systemFiles(base) : nodeModules(`usr/lib/base-${base}-${layer}`)),
  }));
}

/** Debian's files of a system with some packages. */
function systemFiles(base: number): TarFile[] {
  const names = Array.from({ length: PACKAGES_OF_LAYER }, (_, index) => `lib${base}-${index}`);
  const status = names.map(
    (name) =>
      `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.${base}\nMaintainer: Some One <one@example.org>\n`,
  );
  return [
    { path: "etc/os-release", content: `ID=debian\nVERSION_ID="${base + 1}"\n` },
    { path: "var/lib/dpkg/status", content: status.join("\n") },
    ...names.map((name) => ({
      path: `var/lib/dpkg/info/${name}.list`,
      content: Array.from({ length: 30 }, (_, index) => `/usr/lib/${name}/file-${index}.so`).join("\n"),
    })),
  ];
}

const nodeModules = (folder: string): TarFile[] =>
  Array.from({ length: PACKAGES_OF_LAYER }, (_, index) => ({
    path: `${folder}/node_modules/package-${index}/package.json`,
    content: JSON.stringify({ name: `package-${index}`, version: `1.0.${index}`, license: "MIT" }),
  }));

/** What differs from image to image. */
const ownFiles = (index: number): TarFile[] => [
  { path: "app/main.js", content: `console.log(${index});\n` },
  { path: "app/package.json", content: JSON.stringify({ name: `app-${index}`, dependencies: { own: "1" } }) },
  {
    path: "app/node_modules/own/package.json",
    content: JSON.stringify({ name: "own", version: `1.0.${index}`, license: "MIT" }),
  },
];
