// SPDX-License-Identifier: Apache-2.0
/**
 * A folder as the root filesystem of an image of one layer: an unpacked root, or what a build shows to an SBOM generator.
 * Links are never followed and nothing outside the folder is read.
 */
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { closeSync, lstatSync, openSync, readSync, readdirSync, readlinkSync } from "node:fs";
import type { Stats } from "node:fs";
import { join } from "node:path";
import { byText } from "#lib/compare.ts";
import { digestOf } from "#lib/digest.ts";
import type { DiffId, ImageDigest, LayerDigest } from "#lib/digest.ts";
import { messageOf } from "#lib/errors.ts";
import { emptyImageConfig } from "#lib/oci/image-config.ts";
import type { ImageConfig, Platform, ResolvedImage } from "#lib/oci/types.ts";
import type { EntrySink, TarEntry } from "#lib/tar/index.ts";
import { analyzers as catalog } from "../analyzers/catalog.ts";
import { composeSbom } from "../compose-sbom.ts";
import { scanErrors } from "../errors.ts";
import type { Fragment } from "../facts.ts";
import { LayerFacts } from "../layer/layer-facts.ts";
import { defaultScanLimits } from "../layer/limits.ts";
import type { ScanResult } from "../scan-image.ts";

const CHUNK_BYTES = 256 * 1024;

export interface ScanFolderOptions {
  readonly platform: Platform;
  /** Entry point and environment, where they are known. */
  readonly config?: Partial<ImageConfig>;
}

/**
 * The digests of folder and layer are made from names, modes, link targets and the content that analyzers read: the same
 * tree gives the same digests on every machine.
 * @throws FOLDER_MISSING, or FOLDER_UNREADABLE when the folder itself can't be listed; a file in it that can't be read is an omission
 */
export function scanFolder(root: string, { platform, config = {} }: ScanFolderOptions): ScanResult {
  const walk = new FolderWalk(root);
  const { fragment, bytes } = walk.run();
  const { diffId } = fragment;
  const layer = { diffId, digest: diffId as string as LayerDigest, size: bytes, mediaType: "" };
  const resolved: ResolvedImage = {
    imageDigest: digestOf<ImageDigest>(`folder\n${diffId}\n`),
    reference: `dir:${root}`,
    platform,
    config: { ...emptyImageConfig(platform), ...config },
    layers: [layer],
  };
  const sbom = composeSbom(resolved, [fragment]);
  return { resolved, sbom, fragments: [fragment], counters: { layers: 1, cached: 0, analyzed: 1, bytes } };
}

class FolderWalk {
  readonly #root: string;
  readonly #hash = createHash("sha256");
  readonly #facts = new LayerFacts("sha256:" as DiffId, catalog, defaultScanLimits);
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #entries = 0;
  #bytes = 0;

  constructor(root: string) {
    this.#root = root;
  }

  run(): { fragment: Fragment; bytes: number } {
    let names: string[];
    try {
      names = readdirSync(this.#root);
    } catch (cause) {
      const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
      if (isMissing) throw scanErrors.make("FOLDER_MISSING", `there is no folder ${this.#root}`, { cause });
      throw scanErrors.make("FOLDER_UNREADABLE", `${this.#root}: ${messageOf(cause)}`, { cause });
    }
    // A stack of names instead of calls: depth is the tree's, not ours.
    const waiting = names.sort(byText).reverse();
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (++this.#entries > defaultScanLimits.maxEntries) {
        this.#omit("LIMIT_LAYER_ENTRIES", `more than ${defaultScanLimits.maxEntries} entries`);
        break;
      }
      for (const name of this.#visit(path).sort(byText).reverse()) waiting.push(`${path}/${name}`);
    }
    const fragment = this.#facts.finish();
    return {
      fragment: { ...fragment, diffId: `sha256:${this.#hash.digest("hex")}` as DiffId },
      bytes: this.#bytes,
    };
  }

  /** @returns names in a directory */
  #visit(path: string): string[] {
    const place = join(this.#root, path);
    try {
      const stat = lstatSync(place);
      const entry = entryOf(path, stat, stat.isSymbolicLink() ? readlinkSync(place) : "");
      this.#hash.update(`${entry.type}\0${path}\0${entry.mode.toString(8)}\0${entry.linkPath}\0`);
      const sink = this.#facts.onEntry(entry);
      if (sink) this.#read(place, sink, this.#hash);
      return stat.isDirectory() ? readdirSync(place) : [];
    } catch (error) {
      this.#omit("FILE_UNREADABLE", messageOf(error), path);
      return [];
    }
  }

  #read(place: string, sink: EntrySink, hash: Hash): void {
    const file = openSync(place, "r");
    try {
      for (let more = true; more;) {
        const length = readSync(file, this.#chunk, 0, this.#chunk.length, null);
        if (length === 0) break;
        const bytes = this.#chunk.subarray(0, length);
        hash.update(bytes);
        this.#bytes += length;
        more = sink.data(bytes);
      }
    } finally {
      closeSync(file);
      sink.end();
    }
  }

  #omit(code: string, message: string, path?: string): void {
    this.#facts.omissions.add({ code, message, ...(path === undefined ? {} : { path }) });
  }
}

function entryOf(path: string, stat: Stats, linkPath: string): TarEntry {
  const type = stat.isFile()
    ? "file"
    : stat.isDirectory()
      ? "directory"
      : stat.isSymbolicLink()
        ? "symlink"
        : "other";
  const size = type === "file" ? stat.size : 0;
  return { path, type, size, mode: stat.mode & 0o7777, linkPath, sparse: false, offset: 0 };
}
