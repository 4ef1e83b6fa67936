// SPDX-License-Identifier: Apache-2.0
/**
 * The benchmark's images, made from what the machine has: a Debian-like layer and an application layer of about 200 MB
 * each, and the same with a small third layer. The same files give the same bytes.
 */
import { createReadStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { writeOciLayout, type LayerInput, type WrittenImage } from "#lib/oci/writer.ts";
import { MB, layerTar, type Part } from "./machine-layer.ts";

const pyenv = join(homedir(), ".pyenv/versions");

const osParts: readonly Part[] = [
  { root: "/etc/os-release", at: "etc/os-release", bytes: MB },
  { root: "/usr/lib/os-release", at: "usr/lib/os-release", bytes: MB },
  { root: "/var/lib/dpkg", at: "var/lib/dpkg", bytes: 60 * MB },
  { root: "/usr/share/doc", at: "usr/share/doc", bytes: 15 * MB },
  { root: "/usr/bin", at: "usr/bin", bytes: 50 * MB },
  { root: "/usr/lib/x86_64-linux-gnu", at: "usr/lib/x86_64-linux-gnu", bytes: 90 * MB },
  { root: "/usr/share", at: "usr/share", bytes: 45 * MB },
];

const appParts: readonly Part[] = [
  { root: "/usr/local/go/bin", at: "usr/local/go/bin", bytes: 20 * MB },
  { root: "/usr/local/go/pkg/tool", at: "usr/local/go/pkg/tool", bytes: 30 * MB },
  ...["3.11.7", "3.12.1", "3.13.0"].map((version) => ({
    root: join(pyenv, version, "lib"),
    at: `opt/python/${version}/lib`,
    bytes: 25 * MB,
  })),
  { root: join(import.meta.dirname, "../../node_modules"), at: "app/node_modules", bytes: 200 * MB },
];

const changedParts: readonly Part[] = [
  {
    root: join(import.meta.dirname, "../../node_modules/typescript"),
    at: "srv/node_modules/typescript",
    bytes: 20 * MB,
  },
];

/** Roots that the large image is filled from in turn; what is not there is passed over. */
const largeRoots: readonly string[] = [
  ...["/var/lib/dpkg", "/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/share", "/usr/lib", "/usr/local"],
  ...[pyenv, join(homedir(), "go/pkg/mod"), join(homedir(), ".rustup/toolchains"), "/opt"],
];
const LARGE_LAYERS = 20;
const LARGE_LAYER_BYTES = 100 * MB;

export interface BenchImage {
  readonly target: string;
  readonly image: WrittenImage;
  readonly layerFiles: readonly string[];
  /** Uncompressed bytes of each layer. */
  readonly sizes: readonly number[];
}

/** Raise when other images are to be made. */
const VERSION = "v4";

/** Two layers of 200 MB, and the same with a small third one, in `cacheDir`. */
export async function twoLayerImages(
  cacheDir: string,
  say: (line: string) => void,
): Promise<{ readonly base: BenchImage; readonly changed: BenchImage }> {
  const base = await once(join(cacheDir, `two-layers-${VERSION}`), say, (sizes) => [
    { tar: layerTar(osParts, 200 * MB, sizes), createdBy: "os" },
    { tar: layerTar(appParts, 200 * MB, sizes), createdBy: "app" },
  ]);
  // The two layers are those of the base, byte for byte: the machine's files may have changed since.
  const changed = await once(join(cacheDir, `changed-layer-${VERSION}`), say, (sizes) => [
    ...base.layerFiles.map((file, index) => {
      sizes.push(base.sizes[index] ?? 0);
      return { tar: createReadStream(file).pipe(createGunzip()), createdBy: "base" };
    }),
    { tar: layerTar(changedParts, 20 * MB, sizes), createdBy: "changed" },
  ]);
  return { base, changed };
}

/** 2 GB in 20 layers, fewer where the machine has fewer files. */
export function largeImage(cacheDir: string, say: (line: string) => void): Promise<BenchImage> {
  const roots = largeRoots.filter((root) => existsSync(root));
  const taken = new Set<string>();
  return once(join(cacheDir, `twenty-layers-${VERSION}`), say, (sizes) =>
    Array.from({ length: LARGE_LAYERS }, (_, index) => {
      const first = index % roots.length;
      const parts = [...roots.slice(first), ...roots.slice(0, first)].map((root): Part => ({
        root,
        at: root.slice(1),
        bytes: LARGE_LAYER_BYTES,
      }));
      return { tar: layerTar(parts, LARGE_LAYER_BYTES, sizes, taken), createdBy: `layer ${index}` };
    }),
  );
}

/** Made once: the folder has its final name only when it is whole. */
async function once(
  dir: string,
  say: (line: string) => void,
  layers: (sizes: number[]) => readonly LayerInput[],
): Promise<BenchImage> {
  const noteFile = join(dir, "bench.json");
  if (!existsSync(noteFile)) {
    say(`making ${dir} from this machine's files, once ...`);
    const making = `${dir}.${process.pid}`;
    await rm(making, { recursive: true, force: true });
    await mkdir(making, { recursive: true });
    const sizes: number[] = [];
    const [image] = (await writeOciLayout(join(making, "layout"), { layers: layers(sizes) })).images;
    await writeFile(join(making, "bench.json"), JSON.stringify({ image, sizes }));
    await rm(dir, { recursive: true, force: true });
    await rename(making, dir);
  }
  const note = JSON.parse(await readFile(noteFile, "utf8")) as Pick<BenchImage, "image" | "sizes">;
  const layout = join(dir, "layout");
  return {
    ...note,
    target: `oci-dir:${layout}`,
    layerFiles: note.image.layers.map(({ digest }) => join(layout, "blobs", digest.replace(":", "/"))),
  };
}
