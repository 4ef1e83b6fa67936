// SPDX-License-Identifier: Apache-2.0
/**
 * An image as every source gives it: registry, oci-dir, oci-archive, docker-archive.
 * Follows OCI image-spec v1.1 (manifest.md, config.md, descriptor.md).
 */
import type { Digest, DiffId, ImageDigest, LayerDigest } from "../digest.ts";
import type { HeldToken, RegistrySettings } from "./registry/settings.ts";

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export interface LayerDescriptor {
  /** Digest of the blob as stored. */
  readonly digest: LayerDigest;
  /** Digest of the uncompressed tar, from the config's `rootfs.diff_ids`. */
  readonly diffId: DiffId;
  /** Bytes of the blob as stored. */
  readonly size: number;
  readonly mediaType: string;
}

/** The parts of an image config that the scanner reads. */
export interface ImageConfig {
  readonly os: string;
  readonly architecture: string;
  readonly created?: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ResolvedImage {
  /** Manifest of the chosen platform: the image's identity everywhere in the product. */
  readonly imageDigest: ImageDigest;
  /** Digest of the index that the reference named, when it named one. */
  readonly indexDigest?: Digest;
  /** The reference as given, e.g. `registry.example/app:1.2`. */
  readonly reference: string;
  readonly platform: Platform;
  readonly config: ImageConfig;
  /** Bottom layer first. */
  readonly layers: readonly LayerDescriptor[];
}

/** Where an image's bytes come from. One object per reference; safe for concurrent reads. */
export interface ImageSource {
  /** For people: `registry localhost:5000/app:1`, `oci-dir:/tmp/x`. */
  readonly description: string;
  /** @throws IMAGE_MISSING, REGISTRY_DENIED, REGISTRY_UNAVAILABLE, MANIFEST_INVALID, PLATFORM_MISSING */
  resolve(platform: Platform): Promise<ResolvedImage>;
  /**
   * A layer's bytes as stored. The iteration ends with BLOB_DIGEST_MISMATCH when bytes or size differ from the
   * descriptor, so a reader that reached the end has read the right bytes.
   * @throws BLOB_MISSING, BLOB_DIGEST_MISMATCH, REGISTRY_UNAVAILABLE
   */
  openLayer(layer: LayerDescriptor, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Where a local source holds the layer's bytes; undefined when they are not in a file. */
  layerFile?(layer: LayerDescriptor): LayerFile | undefined;
  /**
   * Plain data with which a worker thread opens the layer itself: `openLayerAccess` of `./layer-access.ts`.
   * Take it after `resolve`, so that a token already held goes with it. Holds secrets: never log or store it.
   */
  describeLayerAccess?(layer: LayerDescriptor): LayerAccess;
  close(): Promise<void>;
}

/** A source whose layers other threads can open: what `openImageSource` gives. */
export type SharedImageSource = ImageSource &
  Required<Pick<ImageSource, "layerFile" | "describeLayerAccess">>;

/** A run of bytes in a local file. */
export interface LayerFile {
  readonly path: string;
  /** Byte offset of the blob in the file. */
  readonly offset: number;
  /** Bytes of the blob. */
  readonly size: number;
}

/** How to reach a layer's bytes, safe to send to a worker thread (structured clone). */
export type LayerAccess =
  | ({ readonly kind: "file" } & LayerFile)
  | {
      readonly kind: "registry";
      /** Host and repository, e.g. `registry.example/app`. */
      readonly repository: string;
      readonly settings: RegistrySettings;
      /** Authorization headers already obtained. */
      readonly tokens: readonly HeldToken[];
    };
