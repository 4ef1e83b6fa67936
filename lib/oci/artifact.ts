// SPDX-License-Identifier: Apache-2.0
/** OCI artifacts that are not images: feeds, attestations, policies. OCI image-spec v1.1, manifest.md. */
import type { Digest } from "../digest.ts";
import { ociErrors } from "./errors.ts";
import type { Descriptor } from "./manifest.ts";
import { openContent } from "./open-image-source.ts";
import type { OpenOptions } from "./open-image-source.ts";

export interface ArtifactLayer extends Descriptor {
  /** The layer's bytes; the iteration ends with BLOB_DIGEST_MISMATCH when they are not the layer. */
  open(signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

export interface Artifact {
  readonly digest: Digest;
  readonly mediaType: string;
  /** The manifest's artifactType, or its config's media type where there is none. */
  readonly artifactType: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly config: ArtifactLayer;
  /** In the manifest's order. */
  readonly layers: readonly ArtifactLayer[];
  /** The manifest's bytes, which `digest` covers. */
  readonly manifest: Uint8Array;
  close(): Promise<void>;
}

/**
 * Takes the same targets as `openImageSource`. Close it when the layers are read.
 * @throws MANIFEST_INVALID when the target is an index, and what `openImageSource` and `resolve` throw
 */
export async function fetchArtifact(target: string, options: OpenOptions = {}): Promise<Artifact> {
  const content = await openContent(target, options);
  try {
    const { digest, mediaType, bytes, content: manifest } = await content.root();
    if (manifest.kind === "index") {
      throw ociErrors.make(
        "MANIFEST_INVALID",
        `${content.description} is an index of several manifests, not an artifact`,
      );
    }
    const layer = (descriptor: Descriptor): ArtifactLayer => ({
      ...descriptor,
      open: (signal) => content.open(descriptor, signal),
    });
    return {
      digest,
      mediaType,
      artifactType: manifest.artifactType ?? manifest.config.mediaType,
      annotations: manifest.annotations,
      config: layer(manifest.config),
      layers: manifest.layers.map(layer),
      manifest: bytes,
      close: () => content.close(),
    };
  } catch (error) {
    await content.close();
    throw error;
  }
}
