// SPDX-License-Identifier: Apache-2.0
/** The seam between "where bytes come from" and "what they mean": a registry, a layout or an archive. */
import type { ManifestDocument } from "./manifest.ts";
import type { LayerAccess, LayerFile, Platform } from "./types.ts";
import type { BlobId } from "./verify.ts";

export interface Content {
  /** For people, e.g. `oci-dir:/tmp/x` or `registry localhost:5000/app:1`. */
  readonly description: string;
  /**
   * The manifest or index that the target names. Local layouts that hold several need the platform to choose.
   * @throws IMAGE_MISSING, MANIFEST_INVALID and what the source throws
   */
  root(platform?: Platform): Promise<ManifestDocument>;
  /** A manifest that an index names, verified. */
  manifest(blob: BlobId & { readonly mediaType: string }): Promise<ManifestDocument>;
  /** A blob's bytes, verified at the end. @throws BLOB_MISSING, BLOB_DIGEST_MISMATCH */
  open(blob: BlobId, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Where the blob lies in a local file. @throws BLOB_DIGEST_MISMATCH when the file is of another size */
  file(blob: BlobId): LayerFile | undefined;
  access(blob: BlobId): LayerAccess;
  close(): Promise<void>;
}
