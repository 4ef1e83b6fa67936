// SPDX-License-Identifier: Apache-2.0
/**
 * A blob as a stream that survives broken connections: it goes on at the byte where it broke, on the same endpoint
 * or the next one, and verifies the whole. OCI distribution-spec v1.1, "Pulling blobs"; RFC 9110 section 14 (ranges).
 */
import { StellaError } from "../../errors.ts";
import { ociErrors } from "../errors.ts";
import { BlobCheck } from "../verify.ts";
import type { BlobId } from "../verify.ts";
import type { Endpoint } from "./endpoints.ts";
import { networkFailure } from "./failures.ts";
import { placeOf } from "./http.ts";
import type { RegistryHttp } from "./http.ts";
import { paced } from "../../http/paced.ts";
import { Retryable, backoffMs } from "../../http/retry.ts";
import { discard } from "../../http/transport.ts";
import type { HttpResponse } from "../../http/transport.ts";

const CHUNK = 256 * 1024;
/** Broken connections on one endpoint; a server that drips a byte at a time is given up on. */
const MAX_BREAKS = 8;
/** As many bytes between two breaks forgive the earlier ones. */
const PROGRESS = 1024 * 1024;

/** Connects before it returns, so that a blob that nobody has is known at once. */
export async function openBlob(
  http: RegistryHttp,
  endpoints: readonly Endpoint[],
  blob: BlobId,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const download = new Download(http, endpoints, blob, signal);
  await download.connect();
  return download.chunks();
}

class Download {
  readonly #http: RegistryHttp;
  readonly #endpoints: readonly Endpoint[];
  readonly #blob: BlobId;
  readonly #signal: AbortSignal | undefined;
  readonly #check: BlobCheck;
  #endpoint = 0;
  #breaks = 0;
  #response: HttpResponse | undefined;
  /** Bytes received; those hashed lag behind by what waits in the buffer. */
  #received = 0;
  /** Bytes of the present answer that are there already. */
  #skip = 0;
  /** `#received` when the connection last broke. */
  #brokeAt = 0;

  constructor(
    http: RegistryHttp,
    endpoints: readonly Endpoint[],
    blob: BlobId,
    signal: AbortSignal | undefined,
  ) {
    this.#http = http;
    this.#endpoints = endpoints;
    this.#blob = blob;
    this.#signal = signal;
    this.#check = new BlobCheck(blob, endpoints[0] === undefined ? "nowhere" : placeOf(endpoints[0]));
  }

  /** Opens a connection at the current offset, on the first endpoint that gives one. */
  async connect(): Promise<void> {
    const { digest } = this.#blob;
    let failure: StellaError | undefined;
    for (; this.#endpoint < this.#endpoints.length; this.#endpoint++, this.#breaks = 0) {
      try {
        this.#response = await this.#request(this.#endpoints[this.#endpoint] as Endpoint);
        return;
      } catch (error) {
        if (!(error instanceof StellaError)) throw error;
        failure = error;
      }
    }
    throw failure ?? ociErrors.make("BLOB_MISSING", `blob ${digest} has no endpoint to be read from`);
  }

  /** Large chunks: what the socket gives is gathered, since each chunk costs its reader a call. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    let buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(CHUNK, this.#blob.size)));
    let filled = 0;
    try {
      for await (let part of this.#parts()) {
        while (filled + part.length >= buffer.length && part.length > 0) {
          const taken = part.subarray(0, buffer.length - filled);
          buffer.set(taken, filled);
          part = part.subarray(taken.length);
          this.#check.update(buffer);
          yield buffer;
          buffer = Buffer.allocUnsafeSlow(CHUNK);
          filled = 0;
        }
        buffer.set(part, filled);
        filled += part.length;
      }
      if (filled > 0) {
        const last = buffer.subarray(0, filled);
        this.#check.update(last);
        yield last;
      }
      this.#check.finish();
    } finally {
      this.#response?.body.destroy();
    }
  }

  /** The body's parts in order, across reconnections. */
  async *#parts(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const failure = yield* this.#partsOfOneConnection();
      if (failure === undefined) return;
      await this.#reconnect(failure);
    }
  }

  /** Returns why the connection ended early; undefined when the body is complete. */
  async *#partsOfOneConnection(): AsyncGenerator<Uint8Array, Error | undefined, undefined> {
    const endpoint = this.#endpoints[this.#endpoint] as Endpoint;
    try {
      const body = this.#response?.body as AsyncIterable<Uint8Array>;
      for await (const part of paced(body, this.#http.ports.clock)) {
        const fresh = part.subarray(this.#skip);
        this.#skip -= part.length - fresh.length;
        this.#received += fresh.length;
        yield fresh;
        if (this.#received > this.#blob.size) return undefined; // the check says that it is too long
      }
    } catch (error) {
      this.#signal?.throwIfAborted();
      const failure = networkFailure(error, endpoint);
      if (!(failure instanceof Retryable)) throw failure;
      return failure.error;
    }
    if (this.#received >= this.#blob.size) return undefined;
    return ociErrors.make(
      "BLOB_DIGEST_MISMATCH",
      `blob ${this.#blob.digest} of ${placeOf(endpoint)} ended after ${this.#received} of ${this.#blob.size} bytes`,
      { data: { want: this.#blob.digest, size: this.#blob.size, seen: this.#received } },
    );
  }

  async #reconnect(failure: Error): Promise<void> {
    this.#breaks = this.#received - this.#brokeAt >= PROGRESS ? 1 : this.#breaks + 1;
    this.#brokeAt = this.#received;
    if (this.#breaks > MAX_BREAKS) {
      this.#endpoint++;
      this.#breaks = 0;
      if (this.#endpoint >= this.#endpoints.length) throw failure;
    }
    await this.#http.ports.sleep(backoffMs(Math.max(1, this.#breaks), this.#http.ports), this.#signal);
    await this.connect();
  }

  async #request(endpoint: Endpoint): Promise<HttpResponse> {
    const offset = this.#received;
    const response = await this.#http.open(endpoint, {
      method: "GET",
      target: `/v2/${endpoint.repository}/blobs/${this.#blob.digest}`,
      actions: "pull",
      headers: { "accept-encoding": "identity", ...(offset > 0 ? { range: `bytes=${offset}-` } : {}) },
      signal: this.#signal,
    });
    if (response.status === 404) {
      await discard(response);
      throw ociErrors.make("BLOB_MISSING", `blob ${this.#blob.digest} is not in ${placeOf(endpoint)}`);
    }
    if (response.status === 206 && offset > 0) {
      this.#skip = 0;
      if (rangeStart(response) === offset) return response;
      response.body.destroy();
      throw ociErrors.make(
        "REGISTRY_UNAVAILABLE",
        `${placeOf(endpoint)} answered another range than asked for`,
      );
    }
    if (response.status !== 200) throw await this.#http.failure(endpoint, response);
    this.#skip = offset; // a server that knows no ranges starts over
    return response;
  }
}

function rangeStart(response: HttpResponse): number | undefined {
  const start = /^bytes ([0-9]{1,15})-/.exec(response.headers["content-range"] ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}
