// SPDX-License-Identifier: Apache-2.0
/** Media types of OCI image-spec v1.1 (media-types.md) and of Docker's image manifest version 2, schema 2. */

export const mediaTypes = {
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociConfig: "application/vnd.oci.image.config.v1+json",
  ociLayer: "application/vnd.oci.image.layer.v1.tar",
  ociLayerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  ociLayerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
} as const;

const SCHEMA_1 = new Set([
  "application/vnd.docker.distribution.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v1+prettyjws",
]);

/** What a manifest request accepts, in the order of preference. */
export const acceptManifests = [
  mediaTypes.ociIndex,
  mediaTypes.dockerList,
  mediaTypes.ociManifest,
  mediaTypes.dockerManifest,
].join(", ");

/** Whether a media type is one of a manifest or an index; undefined for any other. */
export function manifestKind(mediaType: string): "index" | "manifest" | "schema1" | undefined {
  if (mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerList) return "index";
  if (mediaType === mediaTypes.ociManifest || mediaType === mediaTypes.dockerManifest) return "manifest";
  return SCHEMA_1.has(mediaType) ? "schema1" : undefined;
}

export function isImageConfig(mediaType: string): boolean {
  return mediaType === mediaTypes.ociConfig || mediaType === mediaTypes.dockerConfig;
}

/** A media type without parameters, in lower case: what a Content-Type header names. */
export function bareMediaType(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}
