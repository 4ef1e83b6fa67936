// SPDX-License-Identifier: Apache-2.0
/**
 * Reading from registries: OCI distribution-spec v1.1 ("Pull"). Logins, mirrors, own CAs, proxies and retries are in
 * `registry/`; whatever is returned has been checked against its digest.
 */
import { kindOf } from "../errors.ts";
import { isDigest } from "../digest.ts";
import type { Digest } from "../digest.ts";
import { ociErrors } from "./errors.ts";
import { MAX_MANIFEST_BYTES, parseManifest } from "./manifest.ts";
import type { ManifestDocument } from "./manifest.ts";
import { acceptManifests } from "./media-types.ts";
import { repositoryOf } from "./reference.ts";
import type { ImageReference } from "./reference.ts";
import { openBlob } from "./registry/blob-download.ts";
import type { Endpoint } from "./registry/endpoints.ts";
import { RegistryHttp, boundedBytes, placeOf } from "./registry/http.ts";
import { systemPorts } from "../http/ports.ts";
import type { HttpPorts } from "../http/ports.ts";
import type { HeldToken, RegistrySettings } from "./registry/settings.ts";
import { discard } from "../http/transport.ts";
import type { LayerAccess } from "./types.ts";
import type { BlobId } from "./verify.ts";

/** The part of a reference that names a repository. */
export type RepositoryName = Pick<ImageReference, "registry" | "repository">;

/** One client serves any number of registries; share it, so that connections, tokens and budgets are shared. */
export class RegistryClient {
  readonly #http: RegistryHttp;

  constructor(
    settings: RegistrySettings = {},
    ports: HttpPorts = systemPorts,
    held: readonly HeldToken[] = [],
  ) {
    this.#http = new RegistryHttp(settings, ports, held);
  }

  /**
   * What a reference names now: its own digest, else what the registry says of the tag (HEAD, or GET where that is not
   * answered well).
   * @throws IMAGE_MISSING, REGISTRY_DENIED, REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED
   */
  async resolveDigest(reference: ImageReference, signal?: AbortSignal): Promise<Digest> {
    if (reference.digest !== undefined) return reference.digest;
    return this.#onEndpoints(reference, async (endpoint) => {
      const said = await this.#http.fetch(
        endpoint,
        { ...manifestRequest(endpoint, reference, signal), method: "HEAD" },
        async (response) => {
          await discard(response);
          return response.status === 200 ? response.headers["docker-content-digest"] : undefined;
        },
      );
      return isDigest(said) ? said : (await this.#manifest(endpoint, reference, signal)).digest;
    });
  }

  /**
   * The manifest or index that a reference names; a digest in it wins over a tag.
   * @throws IMAGE_MISSING, MANIFEST_INVALID, BLOB_DIGEST_MISMATCH, REGISTRY_DENIED, REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED
   */
  async manifest(reference: ImageReference, signal?: AbortSignal): Promise<ManifestDocument> {
    return this.#onEndpoints(reference, (endpoint) => this.#manifest(endpoint, reference, signal));
  }

  /**
   * A blob's bytes in large chunks. Resolves once a registry has begun to answer; the iteration resumes over broken
   * connections and ends with BLOB_DIGEST_MISMATCH when the whole is not the blob.
   * @throws BLOB_MISSING, REGISTRY_DENIED, REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED
   */
  async openBlob(
    name: RepositoryName,
    blob: BlobId,
    signal?: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    return openBlob(this.#http, this.#http.endpoints(name), blob, signal);
  }

  /** How another thread reads blobs of a repository: settings, with the logins and tokens already held. Secret. */
  access(name: RepositoryName): LayerAccess {
    const { settings } = this.#http;
    return {
      kind: "registry",
      repository: repositoryOf(name),
      settings,
      tokens: this.#http.held(this.#http.endpoints(name)),
    };
  }

  /** Drops all connections; requests under way fail. */
  close(): Promise<void> {
    return this.#http.close();
  }

  /**
   * The first endpoint that answers. When none does: the registry's own error, unless it could not be reached and a
   * mirror gave a definite answer (missing, denied).
   */
  async #onEndpoints<T>(name: RepositoryName, ask: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    let failure: unknown;
    let definite: unknown;
    for (const endpoint of this.#http.endpoints(name)) {
      try {
        return await ask(endpoint);
      } catch (error) {
        const kind = kindOf(error);
        if (kind === "bug") throw error;
        if (kind === "missing" || kind === "denied") definite ??= error;
        failure = error;
      }
    }
    throw kindOf(failure) === "unavailable" && definite !== undefined ? definite : failure;
  }

  async #manifest(
    endpoint: Endpoint,
    reference: ImageReference,
    signal: AbortSignal | undefined,
  ): Promise<ManifestDocument> {
    const where = `manifest of ${placeOf(endpoint)}${nameOf(reference)}`;
    const request = manifestRequest(endpoint, reference, signal);
    return this.#http.fetch(endpoint, request, async (response) => {
      if (response.status === 404) {
        await discard(response);
        throw ociErrors.make(
          "IMAGE_MISSING",
          `${placeOf(endpoint)}${nameOf(reference)} is not in the registry`,
        );
      }
      if (response.status !== 200) throw await this.#http.failure(endpoint, response);
      const bytes = await boundedBytes(response, MAX_MANIFEST_BYTES, where);
      const document = parseManifest(bytes, response.headers["content-type"] ?? "", where);
      const want = reference.digest ?? response.headers["docker-content-digest"];
      if (isDigest(want) && want !== document.digest) {
        throw ociErrors.make(
          "BLOB_DIGEST_MISMATCH",
          `${where}: want ${want}, got ${document.digest} (${bytes.length} bytes)`,
          {
            data: { want, got: document.digest, size: bytes.length },
          },
        );
      }
      return document;
    });
  }
}

function manifestRequest(
  endpoint: Endpoint,
  reference: ImageReference,
  signal: AbortSignal | undefined,
): {
  method: "GET";
  target: string;
  actions: "pull";
  headers: Record<string, string>;
  signal: AbortSignal | undefined;
} {
  const name = reference.digest ?? reference.tag ?? "latest";
  return {
    method: "GET",
    target: `/v2/${endpoint.repository}/manifests/${name}`,
    actions: "pull",
    headers: { accept: acceptManifests },
    signal,
  };
}

/** `:tag` or `@digest`. */
function nameOf(reference: ImageReference): string {
  return reference.digest === undefined ? `:${reference.tag ?? "latest"}` : `@${reference.digest}`;
}
