// SPDX-License-Identifier: Apache-2.0
/** Writing blobs and manifests to a registry: OCI distribution-spec v1.1, "Push". */
import { Readable } from "node:stream";
import { ociErrors } from "../errors.ts";
import type { BlobId } from "../verify.ts";
import type { Endpoint } from "./endpoints.ts";
import { placeOf } from "./http.ts";
import type { RegistryHttp, RegistryRequest } from "./http.ts";
import { discard } from "../../http/transport.ts";
import type { HttpResponse } from "../../http/transport.ts";

export interface UploadOptions {
  /** Sends each blob in parts of as many bytes instead of at once. */
  readonly chunkBytes?: number;
  readonly signal?: AbortSignal;
}

/** Opens a blob's bytes from their start; called again when a request is tried again. */
export type OpenBytes = () => Promise<AsyncIterable<Uint8Array>>;

export class Uploads {
  readonly #http: RegistryHttp;
  readonly #endpoint: Endpoint;
  readonly #options: UploadOptions;

  constructor(http: RegistryHttp, endpoint: Endpoint, options: UploadOptions = {}) {
    this.#http = http;
    this.#endpoint = endpoint;
    this.#options = options;
  }

  /**
   * @param name tag or digest
   * @returns the answer's headers
   */
  async manifest(
    name: string,
    mediaType: string,
    bytes: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse["headers"]> {
    const target = `/v2/${this.#endpoint.repository}/manifests/${name}`;
    const request = {
      method: "PUT",
      target,
      headers: { "content-type": mediaType, ...headers },
      body: () => bytes,
    } as const;
    return this.#ask(request, async (response) => {
      if (![200, 201, 202].includes(response.status))
        throw await this.#http.failure(this.#endpoint, response);
      return response.headers;
    });
  }

  /** Sends what the registry does not have. */
  async blob(blob: BlobId, open: OpenBytes): Promise<void> {
    const path = `/v2/${this.#endpoint.repository}/blobs`;
    const known = await this.#ask({ method: "HEAD", target: `${path}/${blob.digest}` }, (r) =>
      Promise.resolve(r.status),
    );
    if (known === 200) return;
    const start = await this.#expect({ method: "POST", target: `${path}/uploads/` }, [202]);
    const { chunkBytes } = this.#options;
    if (chunkBytes === undefined || blob.size <= chunkBytes) {
      const bytes = async (): Promise<Readable> => Readable.from(await open(), { objectMode: false });
      await this.#finish(start, blob, { body: bytes, size: blob.size });
    } else {
      await this.#finish(await this.#chunks(start, await open(), chunkBytes), blob, undefined);
    }
  }

  async #chunks(start: URL, bytes: AsyncIterable<Uint8Array>, chunkBytes: number): Promise<URL> {
    let location = start;
    let offset = 0;
    for await (const chunk of regroup(bytes, chunkBytes)) {
      const headers = {
        "content-type": "application/octet-stream",
        "content-range": `${offset}-${offset + chunk.length - 1}`,
      };
      location = await this.#expect(
        { method: "PATCH", target: location, headers, body: () => chunk },
        [202, 204],
      );
      offset += chunk.length;
    }
    return location;
  }

  async #finish(
    location: URL,
    blob: BlobId,
    upload: { readonly body: () => Promise<Readable>; readonly size: number } | undefined,
  ): Promise<void> {
    const target = new URL(location);
    target.searchParams.set("digest", blob.digest);
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": String(upload?.size ?? 0),
    };
    const source = upload === undefined ? undefined : lazily(upload.body);
    await this.#expect(
      { method: "PUT", target, headers, ...(source === undefined ? {} : { body: source }) },
      [201, 204],
    );
  }

  /** Where the upload goes on. */
  async #expect(request: Omit<RegistryRequest, "actions">, statuses: readonly number[]): Promise<URL> {
    return this.#ask(request, async (response) => {
      if (!statuses.includes(response.status)) throw await this.#http.failure(this.#endpoint, response);
      const location = response.headers["location"];
      const url = URL.parse(location ?? "", response.url.href);
      if (url === null) {
        throw ociErrors.make(
          "REGISTRY_UNAVAILABLE",
          `${placeOf(this.#endpoint)} gave no usable upload location`,
        );
      }
      return url;
    });
  }

  #ask<T>(
    request: Omit<RegistryRequest, "actions">,
    read: (response: HttpResponse) => Promise<T>,
  ): Promise<T> {
    const full = { ...request, actions: "pull,push" as const, signal: this.#options.signal };
    return this.#http.fetch(this.#endpoint, full, async (response) => {
      try {
        return await read(response);
      } finally {
        await discard(response);
      }
    });
  }
}

/** A stream that is opened when it is first read, so that each try of a request starts anew. */
function lazily(open: () => Promise<Readable>): () => Readable {
  return () =>
    Readable.from(
      (async function* () {
        yield* (await open()) as AsyncIterable<Uint8Array>;
      })(),
      { objectMode: false },
    );
}

/** The same bytes in pieces of `size`, the last one excepted. */
async function* regroup(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer, void, undefined> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= size) {
      yield pending.subarray(0, size);
      pending = pending.subarray(size);
    }
  }
  if (pending.length > 0) yield pending;
}
