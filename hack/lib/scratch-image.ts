// SPDX-License-Identifier: Apache-2.0
/**
 * Packs static programs into an image from scratch, as a Docker archive that containerd, kind and crane load.
 * Layout: `docker save`, version 1.2 of the Docker image specification.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { tar, type TarEntry } from "./tar.ts";

export interface ScratchImage {
  /** Name with tag, as Pods will write it. */
  readonly reference: string;
  /** Path in the image (`/coredns`), and the file on this machine that goes there. */
  readonly files: readonly { readonly path: string; readonly source: string; readonly mode?: number }[];
  readonly entrypoint: readonly string[];
  /** `uid:gid`; root when left out. */
  readonly user?: string;
  readonly env?: readonly string[];
}

/** Writes the archive to `archivePath`. The same files always give the same image digest. */
export async function packScratchImage(image: ScratchImage, archivePath: string): Promise<void> {
  const layer = tar(await layerEntries(image));
  const config = JSON.stringify({
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    config: {
      Entrypoint: image.entrypoint,
      WorkingDir: "/",
      ...(image.user === undefined ? {} : { User: image.user }),
      ...(image.env === undefined ? {} : { Env: image.env }),
    },
    created: "1970-01-01T00:00:00Z",
    rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "packScratchImage" }],
  });
  const configName = `${sha256(Buffer.from(config))}.json`;
  const layerName = `${sha256(layer)}.tar`;
  const manifest = [{ Config: configName, RepoTags: [image.reference], Layers: [layerName] }];
  const entry = (path: string, content: Uint8Array): TarEntry => ({ path, mode: 0o644, content });
  const archive = tar([
    entry(configName, Buffer.from(config)),
    entry(layerName, layer),
    entry("manifest.json", Buffer.from(JSON.stringify(manifest))),
  ]);
  await mkdir(dirname(archivePath), { recursive: true });
  const scratch = `${archivePath}.${String(process.pid)}.new`;
  await writeFile(scratch, archive);
  await rename(scratch, archivePath);
}

async function layerEntries(image: ScratchImage): Promise<TarEntry[]> {
  const folders = new Set(["tmp/"]);
  const files: TarEntry[] = [];
  for (const { path, source, mode = 0o755 } of image.files) {
    const relative = path.replace(/^\/+/, "");
    for (let at = relative.indexOf("/"); at > 0; at = relative.indexOf("/", at + 1)) {
      folders.add(relative.slice(0, at + 1));
    }
    files.push({ path: relative, mode, content: await readFile(source) });
  }
  const made = [...folders].map((path) => ({
    path,
    mode: path === "tmp/" ? 0o1777 : 0o755,
    content: new Uint8Array(),
  }));
  return [...made, ...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
