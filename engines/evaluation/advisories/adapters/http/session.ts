// SPDX-License-Identifier: Apache-2.0
/** One look at a place: what was fetched, what is known of it from the look before, and what to know the next time. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { digestOf } from "#lib/digest.ts";
import type { HttpClient } from "#lib/http/client.ts";
import { ACCEPTED_CODINGS, codingsOf, decodeFile } from "#lib/http/content-coding.ts";
import { download } from "#lib/http/download.ts";
import type { Download } from "#lib/http/download.ts";
import { httpErrors, urlText } from "#lib/http/errors.ts";
import { parseDocument } from "../../documents/parse.ts";
import { defaultLimits } from "../../limits.ts";
import type { Stamps } from "../../parts.ts";
import type { FeedDocument, FeedResource } from "../../types.ts";
import { fileDocument } from "../file-feed.ts";
import type { HttpFeedLimits } from "./limits.ts";
import { documentName } from "./resource-name.ts";
import type { Scratch } from "./scratch.ts";

/** What is compressed already gains nothing on the way, and can be resumed as it is. */
const PACKED = /\.(?:gz|tgz|zst|tzst|zip|bz2|xz|br|7z)$/i;

export interface Received {
  readonly path: string;
  readonly size: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As a document; undefined where nothing says what kind of file it is. */
  readonly name: string | undefined;
}

export interface FeedProgress {
  /** Without query. */
  readonly url: string;
  readonly received: number;
  readonly total: number | undefined;
}

export interface SessionOptions {
  readonly client: HttpClient;
  readonly scratch: Scratch;
  readonly limits: HttpFeedLimits;
  /** Of the look before, where its import is still at hand. */
  readonly before:
    { readonly resources: Readonly<Record<string, FeedResource>>; stamps(): Promise<Stamps> } | undefined;
  readonly onProgress?: ((progress: FeedProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class FeedSession {
  readonly client: HttpClient;
  readonly limits: HttpFeedLimits;
  readonly notes = new Set<string>();
  readonly #options: SessionOptions;
  readonly #resources = new Map<string, FeedResource>();
  #stamps: Promise<Stamps> | undefined;

  constructor(options: SessionOptions) {
    this.client = options.client;
    this.limits = options.limits;
    this.#options = options;
  }

  get isIncremental(): boolean {
    return this.#options.before !== undefined;
  }

  get resources(): Readonly<Record<string, FeedResource>> {
    return Object.fromEntries(this.#resources);
  }

  /** Documents of the import before; undefined where there is none to start from. */
  stamps(): Promise<Stamps | undefined> {
    const { before } = this.#options;
    if (before === undefined) return Promise.resolve(undefined);
    return (this.#stamps ??= before.stamps());
  }

  known(url: URL): FeedResource | undefined {
    return this.#options.before?.resources[keyOf(url)];
  }

  remember(url: URL, more: FeedResource): void {
    this.#resources.set(keyOf(url), { ...this.#resources.get(keyOf(url)), ...more });
  }

  /** Where the place was not looked at at all. */
  rememberAll(): void {
    for (const [key, resource] of Object.entries(this.#options.before?.resources ?? {})) {
      this.#resources.set(key, resource);
    }
  }

  /** So that the next look reads it again, whatever its server says. */
  forget(url: URL): void {
    this.#resources.delete(keyOf(url));
  }

  /** Fetches what may have changed since the look before. @throws what `download` throws */
  async watched(url: URL, maxBytes = this.limits.maxFileBytes): Promise<Received | "unchanged"> {
    const known = this.known(url);
    const received = await this.#fetch(url, maxBytes, known, undefined);
    if (received === "unchanged") {
      this.remember(url, known ?? {});
      return "unchanged";
    }
    const sha256 = await hexOf("sha256", received.path);
    const { name } = received;
    this.remember(url, { ...received.validators, sha256, ...(name === undefined ? {} : { name }) });
    if (known?.sha256 !== sha256) return received;
    await this.remove(received);
    return "unchanged";
  }

  /** @throws what `download` throws */
  async single(url: URL, signal?: AbortSignal, maxBytes = this.limits.maxFileBytes): Promise<Received> {
    const received = await this.#fetch(url, maxBytes, undefined, signal);
    if (received === "unchanged") throw new Error("it was asked for without a condition");
    return received;
  }

  /** A list or description of the place: text of bounded length. */
  async text(received: Received): Promise<string> {
    const text = await readFile(received.path, "utf8");
    await this.remove(received);
    return text;
  }

  /** @throws FEED_DOCUMENT_INVALID */
  async json(received: Received, name: string): Promise<unknown> {
    const bytes = await readFile(received.path);
    await this.remove(received);
    return parseDocument(name, "json", bytes, defaultLimits).value;
  }

  /** A document that is removed once the reader has gone on. */
  async *once(received: Received, document: FeedDocument): AsyncGenerator<FeedDocument> {
    try {
      yield document;
    } finally {
      await this.remove(received);
    }
  }

  remove({ path }: Pick<Received, "path">): Promise<void> {
    return this.#options.scratch.remove(path);
  }

  async #fetch(
    url: URL,
    maxBytes: number,
    known: FeedResource | undefined,
    signal: AbortSignal | undefined,
  ): Promise<(Received & Pick<Download, "validators">) | "unchanged"> {
    const { scratch, onProgress } = this.#options;
    const file = scratch.file();
    const signals = [this.#options.signal, signal].filter((one) => one !== undefined);
    const got = await download(this.client, url, {
      file,
      maxBytes,
      acceptEncoding: PACKED.test(url.pathname) ? "identity" : ACCEPTED_CODINGS,
      ...(known === undefined ? {} : { known }),
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
      onProgress: (received, total) => onProgress?.({ url: urlText(url), received, total }),
    });
    if (got === "unchanged") {
      await scratch.remove(file);
      return "unchanged";
    }
    const { headers, validators } = got;
    const name = documentName(url, headers);
    const path = await this.#decoded(file, url, headers, name ?? "", maxBytes);
    const { size } = await stat(path);
    return { path, size, headers, name, validators };
  }

  /**
   * Without the codings that the server put on. Some servers call a file that is itself a gzip so coded: such a file is
   * left as it came.
   */
  async #decoded(
    file: string,
    url: URL,
    headers: Received["headers"],
    name: string,
    maxBytes: number,
  ): Promise<string> {
    const where = urlText(url);
    const codings = codingsOf(headers["content-encoding"], where);
    if (codings.length === 0) return file;
    const { scratch } = this.#options;
    const plain = scratch.file();
    await decodeFile(file, plain, codings, { where, maxBytes });
    const isMislabelled = /\.(?:gz|tgz)$/i.test(name) && !(await isGzip(plain));
    await scratch.remove(isMislabelled ? plain : file);
    return isMislabelled ? file : plain;
  }
}

/** A document from a file that was fetched; one without a known form is listed as such. */
export function documentOf(received: Received, url: URL, root?: string): FeedDocument {
  const { name, path, size, headers } = received;
  if (name !== undefined)
    return { ...fileDocument(name, path, size), ...(root === undefined ? {} : { root }) };
  const type = headers["content-type"]?.slice(0, 100) ?? "of no type";
  const fault = `neither its address nor its media type (${type}) says what kind of file it is`;
  return { ...fileDocument(urlText(url), path, size), fault };
}

const keyOf = (url: URL): string => digestOf(url.href);

export async function hexOf(algorithm: "sha256" | "sha512", file: string): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex");
}

/** RFC 1952 section 2.3.1: ID1, ID2. */
async function isGzip(file: string): Promise<boolean> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** Undefined for what is not there. */
export async function orMissing<Value>(work: Promise<Value>): Promise<Value | undefined> {
  return work.catch((error: unknown) => {
    if (httpErrors.is(error, "HTTP_MISSING")) return undefined;
    throw error;
  });
}
