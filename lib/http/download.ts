// SPDX-License-Identifier: Apache-2.0
/**
 * One resource to one file, whole or not at all. A broken connection goes on at the byte where it broke, as long as the
 * server vouches that it is still the same resource (RFC 9110 sections 13.1.5 If-Range, 14 ranges); otherwise the
 * download starts over. What the caller has already is asked about, not fetched (section 13.1, conditions).
 */
import type { Hash } from "node:crypto";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { messageOf } from "../errors.ts";
import { checksumOf, hashOf } from "./checksums.ts";
import type { Checksum } from "./checksums.ts";
import { networkFailure } from "./client.ts";
import type { HttpClient } from "./client.ts";
import { httpErrors, urlText } from "./errors.ts";
import { paced } from "./paced.ts";
import { Retryable, backoffMs } from "./retry.ts";
import { discard } from "./transport.ts";
import type { HttpResponse } from "./transport.ts";
import { conditionsOf, validatorsOf, vouchedBy } from "./validators.ts";
import type { Validators } from "./validators.ts";

export interface DownloadOptions {
  /** Created, or written over. */
  readonly file: string;
  /** Of what the caller has; another answer than "unchanged" is fetched. */
  readonly known?: Validators;
  readonly maxBytes: number;
  /** Value of Accept-Encoding. */
  readonly acceptEncoding: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far, and of how many where the server says that. */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

export interface Download {
  readonly validators: Validators;
  /** Bytes in the file: as they came, content coding still on. */
  readonly size: number;
  /** Of the answer that the first byte came with. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Broken connections in a row; a server that drips a byte at a time is given up on. */
const MAX_BREAKS = 8;
/** As many bytes between two breaks forgive the earlier ones. */
const PROGRESS = 1024 * 1024;
/** Times that what came already may be thrown away, since the rest of it could not be had. */
const MAX_RESTARTS = 3;

/** @throws HTTP_TOO_LARGE, HTTP_DAMAGED, DOWNLOAD_UNWRITABLE, and what `HttpClient.get` throws */
export async function download(
  client: HttpClient,
  url: URL,
  options: DownloadOptions,
): Promise<Download | "unchanged"> {
  await using file = await open(options.file, "w", 0o600).catch((cause: unknown) => {
    throw unwritable(options.file, cause);
  });
  return await new Fetch(client, url, options, file).run();
}

function unwritable(file: string, cause: unknown): Error {
  return httpErrors.make("DOWNLOAD_UNWRITABLE", `${file}: ${messageOf(cause)}`, { cause });
}

/** What the first answer said, to which all later ones must fit. */
interface Head {
  readonly headers: Readonly<Record<string, string>>;
  readonly total: number | undefined;
  /** Value for If-Range; undefined where a part of it cannot be asked for. */
  readonly vouched: string | undefined;
  readonly checksum: Checksum | undefined;
  readonly hash: Hash | undefined;
}

class Fetch {
  readonly #client: HttpClient;
  readonly #url: URL;
  readonly #options: DownloadOptions;
  readonly #file: FileHandle;
  #head: Head | undefined;
  #received = 0;
  #breaks = 0;
  #brokeAt = 0;
  #restarts = 0;

  constructor(client: HttpClient, url: URL, options: DownloadOptions, file: FileHandle) {
    this.#client = client;
    this.#url = url;
    this.#options = options;
    this.#file = file;
  }

  async run(): Promise<Download | "unchanged"> {
    for (;;) {
      const response = await this.#connect();
      if (response === "unchanged") return "unchanged";
      const failure = response === "other" ? this.#damaged("did not come whole") : await this.#body(response);
      if (failure === undefined) return this.#done();
      await this.#pause(failure);
    }
  }

  /** "other": the resource is no longer the one that was begun. */
  async #connect(): Promise<HttpResponse | "unchanged" | "other"> {
    const { acceptEncoding, signal } = this.#options;
    const resumes = this.#received > 0 && this.#head?.vouched !== undefined;
    if (!resumes) await this.#rewind();
    const more = resumes
      ? { range: `bytes=${this.#received}-`, "if-range": this.#head?.vouched ?? "" }
      : conditionsOf(this.#options.known);
    const response = await this.#client.get(this.#url, {
      headers: { "accept-encoding": acceptEncoding, ...more },
      signal,
    });
    if (response.status === 304) {
      await discard(response);
      if (!resumes && Object.keys(more).length > 0) return "unchanged";
      throw this.#damaged("answered 304 (not modified) to a request without a condition");
    }
    if (response.status === 200) return this.#begin(response);
    if (response.status === 206 && resumes && this.#continues(response)) return response;
    response.body.destroy();
    this.#head = undefined;
    return "other";
  }

  /** A whole answer, also to the wish for a rest. */
  async #begin(response: HttpResponse): Promise<HttpResponse> {
    const { headers } = response;
    await this.#rewind();
    const total = lengthOf(headers["content-length"]);
    if (total !== undefined && total > this.#options.maxBytes) {
      response.body.destroy();
      throw this.#tooLarge(total);
    }
    const checksum = checksumOf(headers);
    const hash = checksum === undefined ? undefined : hashOf(checksum);
    this.#head = { headers, total, vouched: vouchedBy(headers), checksum, hash };
    return response;
  }

  /** Whether a partial answer begins where the file ends, and is of the same resource. */
  #continues({ headers }: HttpResponse): boolean {
    const [, start, end, total] =
      /^bytes ([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15}|\*)$/.exec(headers["content-range"] ?? "") ?? [];
    const known = this.#head;
    return (
      Number(start) === this.#received &&
      Number(end) >= Number(start) &&
      (total === "*" || known?.total === undefined || Number(total) === known.total) &&
      same(headers["etag"], known?.headers["etag"]) &&
      (headers["content-encoding"] ?? "") === (known?.headers["content-encoding"] ?? "")
    );
  }

  /** Writes what comes; gives the reason when that was not all. */
  async #body(response: HttpResponse): Promise<Error | undefined> {
    const { maxBytes, onProgress, signal } = this.#options;
    const total = this.#head?.total;
    try {
      for await (const part of paced(response.body as AsyncIterable<Uint8Array>, this.#client.ports.clock)) {
        if (this.#received + part.length > maxBytes) throw this.#tooLarge(this.#received + part.length);
        await this.#write(part);
        this.#head?.hash?.update(part);
        this.#received += part.length;
        onProgress?.(this.#received, total);
      }
    } catch (error) {
      signal?.throwIfAborted();
      const failure = networkFailure(error, this.#url);
      if (!(failure instanceof Retryable)) throw failure;
      return failure.error;
    }
    if (total === undefined || this.#received === total) return this.#checked();
    return this.#damaged(`ended after ${this.#received} of ${total} bytes`);
  }

  #checked(): Error | undefined {
    const { checksum, hash } = this.#head ?? {};
    if (checksum === undefined || hash?.digest().equals(checksum.expected) !== false) return undefined;
    this.#head = undefined;
    return this.#damaged(`does not fit its ${checksum.header} header (${checksum.algorithm})`);
  }

  async #write(part: Uint8Array): Promise<void> {
    try {
      await this.#file.write(part, 0, part.length, this.#received);
    } catch (cause) {
      throw unwritable(this.#options.file, cause);
    }
  }

  #done(): Download {
    const headers = this.#head?.headers ?? {};
    return { validators: validatorsOf(headers), size: this.#received, headers };
  }

  /** Back to the first byte. A server without ranges that breaks off each time is given up on. */
  async #rewind(): Promise<void> {
    this.#head = undefined;
    this.#brokeAt = 0;
    if (this.#received === 0) return;
    this.#restarts += 1;
    if (this.#restarts > MAX_RESTARTS) throw this.#damaged("did not come whole, however often it was begun");
    await this.#file.truncate(0);
    this.#received = 0;
  }

  async #pause(failure: Error): Promise<void> {
    this.#breaks = this.#received - this.#brokeAt >= PROGRESS ? 1 : this.#breaks + 1;
    this.#brokeAt = this.#received;
    if (this.#breaks > MAX_BREAKS) throw failure;
    await this.#client.ports.sleep(backoffMs(this.#breaks, this.#client.ports), this.#options.signal);
  }

  #tooLarge(size: number): Error {
    const { maxBytes } = this.#options;
    const message = `${urlText(this.#url)} has ${size} bytes or more, which is over the limit of ${maxBytes}`;
    return httpErrors.make("HTTP_TOO_LARGE", message, { data: { url: urlText(this.#url), maxBytes } });
  }

  #damaged(why: string): Error {
    return httpErrors.make("HTTP_DAMAGED", `${urlText(this.#url)} ${why}`, {
      data: { url: urlText(this.#url) },
    });
  }
}

const lengthOf = (header: string | undefined): number | undefined =>
  header !== undefined && /^[0-9]{1,15}$/.test(header) ? Number(header) : undefined;

const same = (a: string | undefined, b: string | undefined): boolean =>
  a === undefined || b === undefined || a === b;
