// SPDX-License-Identifier: Apache-2.0
/**
 * Artifacts attached to an image: OCI distribution-spec v1.1, "Listing Referrers" and "Pushing Manifests with Subject".
 * Registries without that API keep the list under the tag `sha256-<hex of the subject>`.
 */
import { byKey } from "../compare.ts";
import { digestOf, hexOf, isDigest } from "../digest.ts";
import type { Digest } from "../digest.ts";
import { ociErrors } from "./errors.ts";
import { MAX_MANIFEST_BYTES, parseManifest } from "./manifest.ts";
import type { Descriptor, Index, ManifestDocument } from "./manifest.ts";
import { acceptManifests, mediaTypes } from "./media-types.ts";
import type { RepositoryName } from "./registry-client.ts";
import { openBlob } from "./registry/blob-download.ts";
import { originEndpoint } from "./registry/endpoints.ts";
import type { Endpoint } from "./registry/endpoints.ts";
import { RegistryHttp, boundedBytes, placeOf } from "./registry/http.ts";
import { systemPorts } from "../http/ports.ts";
import type { HttpPorts } from "../http/ports.ts";
import type { RegistrySettings } from "./registry/settings.ts";
import { discard } from "../http/transport.ts";
import type { HttpResponse } from "../http/transport.ts";
import { Uploads } from "./registry/uploads.ts";

const EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
const EMPTY = Buffer.from("{}");
/** Lists are read this far; a registry that has more is told so in the error. */
const MAX_PAGES = 50;
/** Manifests read for a type that the list does not give: each costs a request. */
const MAX_TYPES_ASKED = 100;
/** Others may write the list at the same time. */
const MAX_TAG_TRIES = 5;
/** What registries without the Referrers API answer. */
const NO_SUCH_LIST = [400, 404, 405];

export interface Referrer {
  readonly digest: Digest;
  /** Bytes of its manifest. */
  readonly size: number;
  readonly artifactType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface NewArtifact {
  readonly artifactType: string;
  readonly bytes: Uint8Array;
  /** Of the one layer that holds the bytes. */
  readonly mediaType: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Attached {
  readonly digest: Digest;
  /** How readers find it: the registry's own list, or the tag that stands for one. */
  readonly listedBy: "referrers-api" | "tag";
}

/** The image that artifacts are attached to. */
export interface Subject {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes of its manifest. */
  readonly size: number;
}

/** Referrers in one repository of a registry. Close it when done. */
export class Referrers {
  readonly #http: RegistryHttp;
  readonly #endpoint: Endpoint;

  constructor(name: RepositoryName, settings: RegistrySettings = {}, ports: HttpPorts = systemPorts) {
    this.#http = new RegistryHttp(settings, ports);
    this.#endpoint = originEndpoint(name, settings);
  }

  /**
   * Sorted by digest. Types are those of the manifests where a list leaves them out or names the empty type.
   * @throws REGISTRY_DENIED, REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED, MANIFEST_INVALID
   */
  async list(subject: Digest, artifactType?: string, signal?: AbortSignal): Promise<readonly Referrer[]> {
    const descriptors =
      (await this.#fromApi(subject, artifactType, signal)) ??
      (await this.#fromTag(subject, signal))?.manifests ??
      [];
    const found: Referrer[] = [];
    let asked = 0;
    for (const { digest, size, annotations, artifactType: said } of descriptors) {
      const isTold = said !== undefined && said !== EMPTY_TYPE;
      if (!isTold && ++asked > MAX_TYPES_ASKED) {
        const message = `more than ${MAX_TYPES_ASKED} referrers of ${subject} without a type`;
        throw ociErrors.make("MANIFEST_INVALID", message);
      }
      const type = isTold ? said : await this.#typeOf(digest, signal);
      if (type !== undefined && (artifactType === undefined || type === artifactType))
        found.push({ digest, size, annotations, artifactType: type });
    }
    return found.sort(byKey(({ digest }) => digest));
  }

  /** The bytes of an artifact's first layer. @throws MANIFEST_INVALID when it has none or a larger one than `maxBytes` */
  async read(digest: Digest, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    const content = (await this.manifest(digest, signal))?.content;
    const [layer] = content?.kind === "manifest" ? content.layers : [];
    if (!layer)
      throw ociErrors.make(
        "MANIFEST_INVALID",
        `artifact ${digest} of ${placeOf(this.#endpoint)} has no layer`,
      );
    return this.readLayer(layer, maxBytes, signal);
  }

  /** @throws MANIFEST_INVALID when it is larger than `maxBytes`, BLOB_DIGEST_MISMATCH */
  async readLayer(layer: Descriptor, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (layer.size > maxBytes) {
      const where = `layer ${layer.digest} in ${placeOf(this.#endpoint)}`;
      const message = `${where} has ${layer.size} bytes; at most ${maxBytes} are read`;
      throw ociErrors.make("MANIFEST_INVALID", message);
    }
    const parts: Uint8Array[] = [];
    for await (const part of await openBlob(this.#http, [this.#endpoint], layer, signal)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** Of the repository, by digest or tag; undefined where there is none. @throws MANIFEST_INVALID, BLOB_DIGEST_MISMATCH */
  manifest(name: string, signal?: AbortSignal): Promise<ManifestDocument | undefined> {
    const target = `/v2/${this.#endpoint.repository}/manifests/${name}`;
    return this.#get(target, acceptManifests, signal, async (response) => {
      const where = `manifest ${name} of ${placeOf(this.#endpoint)}`;
      const bytes = await boundedBytes(response, MAX_MANIFEST_BYTES, where);
      const document = parseManifest(bytes, response.headers["content-type"] ?? "", where);
      if (isDigest(name) && document.digest !== name)
        throw ociErrors.make("BLOB_DIGEST_MISMATCH", `${where}: got ${document.digest}`);
      return document;
    });
  }

  /** The same artifact twice is one. @throws REGISTRY_DENIED, REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED */
  async attach(subject: Subject, artifact: NewArtifact, signal?: AbortSignal): Promise<Attached> {
    const uploads = new Uploads(this.#http, this.#endpoint, signal === undefined ? {} : { signal });
    const config = { digest: digestOf(EMPTY), size: EMPTY.length };
    const layer = { digest: digestOf(artifact.bytes), size: artifact.bytes.length };
    await uploads.blob(config, () => Promise.resolve(once(EMPTY)));
    await uploads.blob(layer, () => Promise.resolve(once(artifact.bytes)));
    const annotations = artifact.annotations ?? {};
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        artifactType: artifact.artifactType,
        config: { mediaType: EMPTY_TYPE, ...config },
        layers: [{ mediaType: artifact.mediaType, ...layer }],
        subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
        annotations,
      }),
    );
    const digest = digestOf(manifest);
    const headers = await uploads.manifest(digest, mediaTypes.ociManifest, manifest);
    if (headers["oci-subject"] !== undefined) return { digest, listedBy: "referrers-api" };
    const { artifactType } = artifact;
    const descriptor = {
      mediaType: mediaTypes.ociManifest,
      digest,
      size: manifest.length,
      artifactType,
      annotations,
    };
    await this.#addToTag(uploads, subject.digest, descriptor, signal);
    return { digest, listedBy: "tag" };
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /** Undefined for an answer of one of the statuses, by default where there is no such thing. */
  #get<T>(
    target: string | URL,
    accept: string,
    signal: AbortSignal | undefined,
    read: (response: HttpResponse) => Promise<T>,
    nothing: readonly number[] = [404],
  ): Promise<T | undefined> {
    const request = { method: "GET", target, actions: "pull", headers: { accept }, signal } as const;
    return this.#http.fetch(this.#endpoint, request, async (response) => {
      if (nothing.includes(response.status)) {
        await discard(response);
        return undefined;
      }
      if (response.status !== 200) throw await this.#http.failure(this.#endpoint, response);
      return read(response);
    });
  }

  /** Undefined where the registry has no such list. */
  async #fromApi(
    subject: Digest,
    artifactType: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<readonly Descriptor[] | undefined> {
    const query = artifactType === undefined ? "" : `?artifactType=${encodeURIComponent(artifactType)}`;
    let target: string | URL | undefined = `/v2/${this.#endpoint.repository}/referrers/${subject}${query}`;
    const found: Descriptor[] = [];
    for (let page = 0; target !== undefined; page++) {
      if (page >= MAX_PAGES)
        throw ociErrors.make("MANIFEST_INVALID", `more than ${MAX_PAGES} pages of referrers of ${subject}`);
      const answer: Page | undefined = await this.#page(target, signal);
      if (answer === undefined) {
        if (page === 0) return undefined;
        throw ociErrors.make(
          "MANIFEST_INVALID",
          `page ${page + 1} of the referrers of ${subject} is missing`,
        );
      }
      found.push(...answer.index.manifests);
      target = answer.next;
    }
    return found;
  }

  #page(target: string | URL, signal: AbortSignal | undefined): Promise<Page | undefined> {
    const read = async (response: HttpResponse): Promise<Page> => {
      const where = `referrers in ${placeOf(this.#endpoint)}`;
      const bytes = await boundedBytes(response, MAX_MANIFEST_BYTES, where);
      const { content } = parseManifest(bytes, mediaTypes.ociIndex, where);
      if (content.kind !== "index") throw ociErrors.make("MANIFEST_INVALID", `${where} are no index`);
      const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers["link"] ?? "")?.[1];
      const url = next === undefined ? null : URL.parse(next, response.url.href);
      return { index: content, ...(url === null ? {} : { next: url }) };
    };
    return this.#get(target, mediaTypes.ociIndex, signal, read, NO_SUCH_LIST);
  }

  async #fromTag(subject: Digest, signal: AbortSignal | undefined): Promise<Index | undefined> {
    return (await this.#tagged(subject, signal))?.index;
  }

  #tagged(subject: Digest, signal: AbortSignal | undefined): Promise<Tagged | undefined> {
    const target = `/v2/${this.#endpoint.repository}/manifests/${tagOf(subject)}`;
    return this.#get(target, mediaTypes.ociIndex, signal, async (response) => {
      const where = `referrers tag in ${placeOf(this.#endpoint)}`;
      const bytes = await boundedBytes(response, MAX_MANIFEST_BYTES, where);
      const { content } = parseManifest(bytes, response.headers["content-type"] ?? "", where);
      return { ...(content.kind === "index" ? { index: content } : {}), etag: response.headers["etag"] };
    });
  }

  /** Undefined for a manifest that is gone. */
  async #typeOf(digest: Digest, signal: AbortSignal | undefined): Promise<string | undefined> {
    const content = (await this.manifest(digest, signal))?.content;
    if (content?.kind !== "manifest") return undefined;
    return content.artifactType ?? content.config.mediaType;
  }

  /** Adds to the list under the tag, guarded by its ETag where the registry gives one, and looks whether it stayed. */
  async #addToTag(
    uploads: Uploads,
    subject: Digest,
    descriptor: Descriptor,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (let attempt = 0; attempt < MAX_TAG_TRIES; attempt++) {
      const before = await this.#tagged(subject, signal);
      if (before && !before.index) {
        const message = `the tag ${tagOf(subject)} of ${placeOf(this.#endpoint)} is not a list of referrers, and is left alone`;
        throw ociErrors.make("MANIFEST_INVALID", message);
      }
      const others = before?.index?.manifests ?? [];
      if (others.some(({ digest }) => digest === descriptor.digest)) return;
      const manifests = [...others, descriptor].sort(byKey(({ digest }) => digest));
      const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
      const etag = before?.etag;
      const isStrong = etag !== undefined && isDigest(etag.replaceAll('"', ""));
      const guard: Record<string, string> = isStrong ? { "if-match": etag } : {};
      try {
        await uploads.manifest(
          tagOf(subject),
          mediaTypes.ociIndex,
          Buffer.from(JSON.stringify(index)),
          guard,
        );
      } catch (error) {
        if (!isStrong) throw error; // else somebody was faster
      }
    }
    const stayed = (await this.#tagged(subject, signal))?.index?.manifests ?? [];
    if (stayed.some(({ digest }) => digest === descriptor.digest)) return;
    const message = `the list of referrers of ${subject} in ${placeOf(this.#endpoint)} is being changed by others; try again`;
    throw ociErrors.make("REGISTRY_UNAVAILABLE", message);
  }
}

interface Page {
  readonly index: Index;
  readonly next?: URL;
}

interface Tagged {
  /** Not set where something else than a list has the tag: somebody's image. */
  readonly index?: Index;
  readonly etag: string | undefined;
}

/** The referrers tag schema of the distribution spec. */
const tagOf = (subject: Digest): string => `sha256-${hexOf(subject)}`;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
