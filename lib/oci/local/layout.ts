// SPDX-License-Identifier: Apache-2.0
/** OCI image layouts, as a folder or as a tar of one: OCI image-spec v1.1, image-layout.md. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { hexOf } from "../../digest.ts";
import type { Digest } from "../../digest.ts";
import type { Content } from "../content.ts";
import { ociErrors } from "../errors.ts";
import { MAX_MANIFEST_BYTES, parseManifest } from "../manifest.ts";
import type { Descriptor, Index, ManifestDocument } from "../manifest.ts";
import { manifestKind, mediaTypes } from "../media-types.ts";
import { choosePlatform, formatPlatform } from "../platform.ts";
import type { LayerAccess, LayerFile, Platform } from "../types.ts";
import { collect, verified } from "../verify.ts";
import type { BlobId } from "../verify.ts";
import { readFileRange } from "./file-range.ts";
import { indexTar } from "./tar-index.ts";

/** Finds a file of the layout by its path within it. */
export type Locate = (path: string) => LayerFile | undefined;

/** @throws IMAGE_MISSING, ARCHIVE_INVALID */
export function openLayoutDir(path: string, name: string | undefined): Promise<Content> {
  const locate: Locate = (inner) => {
    const full = join(path, inner);
    const stat = statSync(full, { throwIfNoEntry: false });
    return stat?.isFile() === true ? { path: full, offset: 0, size: stat.size } : undefined;
  };
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return Promise.reject(ociErrors.make("IMAGE_MISSING", `no folder at ${path}`));
  }
  return openLayout(`oci-dir:${path}`, locate, name);
}

/** @throws IMAGE_MISSING, ARCHIVE_INVALID */
export async function openLayoutArchive(path: string, name: string | undefined): Promise<Content> {
  const index = await indexTar(path);
  return openLayout(`oci-archive:${path}`, index.find, name);
}

async function openLayout(description: string, locate: Locate, name: string | undefined): Promise<Content> {
  if (locate("oci-layout") === undefined) {
    const hint = locate("manifest.json") === undefined ? "" : "; it looks like a docker-archive";
    throw ociErrors.make("ARCHIVE_INVALID", `${description} has no oci-layout file${hint}`);
  }
  const bytes = await readSmall(locate, "index.json", description);
  const document = parseManifest(bytes, mediaTypes.ociIndex, `index.json of ${description}`);
  if (document.content.kind !== "index") {
    throw ociErrors.make("MANIFEST_INVALID", `index.json of ${description} is not an index`);
  }
  return layoutContent(description, locate, document.content, name);
}

function layoutContent(description: string, locate: Locate, index: Index, name: string | undefined): Content {
  const blobs = blobAccess(description, (digest) => locate(`blobs/sha256/${hexOf(digest)}`));
  const manifest = async (blob: BlobId & { readonly mediaType: string }): Promise<ManifestDocument> => {
    const where = `manifest ${blob.digest} of ${description}`;
    if (blob.size > MAX_MANIFEST_BYTES) {
      throw ociErrors.make("MANIFEST_INVALID", `${where} is larger than ${MAX_MANIFEST_BYTES} bytes`);
    }
    return parseManifest(await collect(await blobs.open(blob)), blob.mediaType, where);
  };
  return {
    description,
    root: async (platform) => manifest(chooseEntry(index, name, platform, description)),
    manifest,
    ...blobs,
    close: () => Promise.resolve(),
  };
}

/** The blob half of a local source: verified reads of files found by digest. */
export function blobAccess(
  description: string,
  find: (digest: Digest) => LayerFile | undefined,
): Pick<Content, "open" | "file" | "access"> {
  const sized = (blob: BlobId): LayerFile | undefined => {
    const file = find(blob.digest);
    if (file !== undefined && file.size !== blob.size) {
      throw ociErrors.make(
        "BLOB_DIGEST_MISMATCH",
        `blob ${blob.digest} of ${description} has ${file.size} bytes, not ${blob.size}`,
        { data: { want: blob.digest, size: blob.size, seen: file.size } },
      );
    }
    return file;
  };
  const locate = (blob: BlobId): LayerFile => {
    const file = sized(blob);
    if (file === undefined) {
      throw ociErrors.make("BLOB_MISSING", `blob ${blob.digest} is not in ${description}`);
    }
    return file;
  };
  return {
    open: (blob, signal) =>
      Promise.resolve().then(() => verified(readFileRange(locate(blob), signal), blob, description)),
    file: sized,
    access: (blob): LayerAccess => ({ kind: "file", ...locate(blob) }),
  };
}

/** Reads a small file of a layout or archive whole. @throws ARCHIVE_INVALID */
export async function readSmall(locate: Locate, path: string, description: string): Promise<Buffer> {
  const file = locate(path);
  if (file === undefined) throw ociErrors.make("ARCHIVE_INVALID", `${description} has no ${path}`);
  if (file.size > MAX_MANIFEST_BYTES) {
    throw ociErrors.make(
      "ARCHIVE_INVALID",
      `${path} of ${description} is larger than ${MAX_MANIFEST_BYTES} bytes`,
    );
  }
  return collect(readFileRange(file));
}

function chooseEntry(
  index: Index,
  name: string | undefined,
  platform: Platform | undefined,
  description: string,
): Descriptor {
  const entries = index.manifests.filter((entry) => manifestKind(entry.mediaType) !== undefined);
  const named = name === undefined ? entries : entries.filter((entry) => isNamed(entry, name));
  const [first] = named;
  if (first !== undefined && named.length === 1) return first;
  const names = [...new Set(entries.map(nameOf))].sort();
  const list = names.join(", ") || "nothing";
  if (first === undefined) {
    const what = name === undefined ? "no image" : `no image named ${JSON.stringify(name)}`;
    throw ociErrors.make("IMAGE_MISSING", `${description} has ${what}; it has ${list}`, { data: { names } });
  }
  const fitting = platform === undefined ? undefined : choosePlatform(named, platform);
  if (fitting !== undefined && named.every((entry) => entry.platform !== undefined) && sameName(named)) {
    return fitting;
  }
  if (platform !== undefined && sameName(named) && named.every((entry) => entry.platform !== undefined)) {
    const available = named.flatMap((entry) =>
      entry.platform === undefined ? [] : [formatPlatform(entry.platform)],
    );
    throw ociErrors.make(
      "PLATFORM_MISSING",
      `${description} has no image for ${formatPlatform(platform)}; it has ${available.sort().join(", ")}`,
      { data: { platform: formatPlatform(platform), available } },
    );
  }
  throw ociErrors.make(
    "IMAGE_MISSING",
    `${description} has several images; put ":NAME" or "@DIGEST" of one behind the path: ${list}`,
    { data: { names } },
  );
}

const NAME_ANNOTATIONS = ["org.opencontainers.image.ref.name", "io.containerd.image.name"];

function isNamed(entry: Descriptor, name: string): boolean {
  return entry.digest === name || NAME_ANNOTATIONS.some((key) => entry.annotations[key] === name);
}

function nameOf(entry: Descriptor): string {
  const names = NAME_ANNOTATIONS.map((key) => entry.annotations[key]);
  return names.find((name) => name !== undefined && name !== "") ?? entry.digest;
}

/** Whether the entries are one image for several platforms: none carries a name of its own, or all the same. */
function sameName(entries: readonly Descriptor[]): boolean {
  return (
    new Set(entries.map((entry) => NAME_ANNOTATIONS.map((key) => entry.annotations[key]).join("\0"))).size ===
    1
  );
}
