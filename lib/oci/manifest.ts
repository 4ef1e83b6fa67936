// SPDX-License-Identifier: Apache-2.0
/**
 * Manifests and indexes, checked and bounded. Follows OCI image-spec v1.1 (manifest.md, image-index.md,
 * descriptor.md) and Docker's schema 2; schema 1 is refused.
 */
import { digestOf, isDigest } from "../digest.ts";
import type { Digest } from "../digest.ts";
import { ociErrors } from "./errors.ts";
import { asArray, asObject, asString, optionalString, parseJsonObject, stringMap } from "./json-fields.ts";
import type { Fail, JsonObject } from "./json-fields.ts";
import { bareMediaType, manifestKind, mediaTypes } from "./media-types.ts";
import type { Platform } from "./types.ts";

/** The distribution spec asks registries to take at least this much; more is refused. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_INDEX_ENTRIES = 1000;
const MAX_LAYERS = 1000;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly platform?: Platform;
}

export interface Manifest {
  readonly kind: "manifest";
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Index {
  readonly kind: "index";
  readonly manifests: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** A manifest or index together with the bytes that its digest covers. */
export interface ManifestDocument {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly content: Manifest | Index;
}

/**
 * @param contentType what the registry or the descriptor said; "" when nothing did
 * @param where for messages, e.g. `manifest of registry.example/app:1`
 * @throws MANIFEST_INVALID naming the field
 */
export function parseManifest(bytes: Uint8Array, contentType: string, where: string): ManifestDocument {
  const fail: Fail = (why) => ociErrors.make("MANIFEST_INVALID", `${where} ${why}`);
  if (bytes.length > MAX_MANIFEST_BYTES) throw fail(`is larger than ${MAX_MANIFEST_BYTES} bytes`);
  const document = parseJsonObject(bytes, fail);
  const mediaType = decideMediaType(document, bareMediaType(contentType), fail);
  const index = manifestKind(mediaType) === "index";
  return {
    digest: digestOf(bytes),
    mediaType,
    bytes,
    content: index ? readIndex(document, fail) : readManifest(document, fail),
  };
}

/** The document's own word first, then the sender's, then its shape; contradictions are refused. */
function decideMediaType(document: JsonObject, contentType: string, fail: Fail): string {
  const own = optionalString(document["mediaType"], "mediaType", fail);
  if (document["schemaVersion"] === 1 || manifestKind(own || contentType) === "schema1") {
    throw fail(
      "is a Docker schema 1 manifest, which nobody can verify; push the image again with a current tool",
    );
  }
  if (document["schemaVersion"] !== 2) throw fail("must have schemaVersion 2");
  const hasManifests = document["manifests"] !== undefined;
  if (hasManifests && (document["layers"] !== undefined || document["config"] !== undefined)) {
    throw fail("is both an index and a manifest");
  }
  const said = manifestKind(contentType) === undefined ? "" : contentType;
  if (own !== "" && said !== "" && manifestKind(own) !== manifestKind(said)) {
    throw fail(`calls itself ${own} but was sent as ${said}`);
  }
  const mediaType = own || said || (hasManifests ? mediaTypes.ociIndex : mediaTypes.ociManifest);
  const kind = manifestKind(mediaType);
  if (kind === undefined) throw fail(`has the unknown media type ${JSON.stringify(mediaType)}`);
  if ((kind === "index") !== hasManifests) throw fail(`has the media type ${mediaType} but not its fields`);
  return mediaType;
}

function readIndex(document: JsonObject, fail: Fail): Index {
  const manifests = asArray(document["manifests"], "manifests", MAX_INDEX_ENTRIES, fail);
  return {
    kind: "index",
    manifests: manifests.map((item, i) => readDescriptor(item, `manifests[${i}]`, fail)),
    annotations: stringMap(document["annotations"], "annotations", fail),
  };
}

function readManifest(document: JsonObject, fail: Fail): Manifest {
  const artifactType = optionalString(document["artifactType"], "artifactType", fail);
  return {
    kind: "manifest",
    ...(artifactType === "" ? {} : { artifactType }),
    config: readDescriptor(document["config"], "config", fail),
    layers: asArray(document["layers"] ?? [], "layers", MAX_LAYERS, fail).map((item, i) =>
      readDescriptor(item, `layers[${i}]`, fail),
    ),
    annotations: stringMap(document["annotations"], "annotations", fail),
  };
}

function readDescriptor(value: unknown, path: string, fail: Fail): Descriptor {
  const item = asObject(value, path, fail);
  const digest = asString(item["digest"], `${path}.digest`, fail);
  if (!isDigest(digest)) {
    throw fail(`${path}.digest ${JSON.stringify(digest.slice(0, 100))} is not a sha256 digest`);
  }
  const size = item["size"];
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw fail(`${path}.size must be a number of bytes`);
  }
  const platform = item["platform"] === undefined ? undefined : readPlatform(item["platform"], path, fail);
  const artifactType = optionalString(item["artifactType"], `${path}.artifactType`, fail);
  return {
    mediaType: asString(item["mediaType"], `${path}.mediaType`, fail),
    digest,
    size,
    annotations: stringMap(item["annotations"], `${path}.annotations`, fail),
    ...(artifactType === "" ? {} : { artifactType }),
    ...(platform === undefined ? {} : { platform }),
  };
}

function readPlatform(value: unknown, path: string, fail: Fail): Platform {
  const item = asObject(value, `${path}.platform`, fail);
  const variant = optionalString(item["variant"], `${path}.platform.variant`, fail);
  return {
    os: asString(item["os"], `${path}.platform.os`, fail),
    architecture: asString(item["architecture"], `${path}.platform.architecture`, fail),
    ...(variant === "" ? {} : { variant }),
  };
}
