// SPDX-License-Identifier: Apache-2.0
/**
 * A kit from its first byte to its last. Nothing is handed on before the manifest's signature is verified, and each entry must be the
 * next that the manifest names, with its size; at its end, its digest.
 */
import { createHash } from "node:crypto";
import type { Hash, KeyObject } from "node:crypto";
import { createReadStream } from "node:fs";
import { parseEnvelope, verifyEnvelope } from "#lib/dsse/index.ts";
import { messageOf } from "#lib/errors.ts";
import { TarReader, tarErrors } from "#lib/tar/index.ts";
import type { EntrySink, TarEntry } from "#lib/tar/index.ts";
import {
  KIT_PAYLOAD_TYPE,
  MANIFEST_FILE,
  SIGNATURE_FILE,
  kitErrors,
  kitLimits,
  parseManifest,
} from "./manifest.ts";
import type { KitEntry, KitLimits, KitManifest } from "./manifest.ts";

/** Takes an entry's bytes in order; they are overwritten after the call. */
export interface EntryWriter {
  write(bytes: Buffer): void;
  close(): void;
}

export interface ReadKitOptions {
  /** Whose signature the manifest must bear; undefined: it is not asked for one. */
  readonly key: KeyObject | undefined;
  readonly limits?: Partial<KitLimits>;
  /** Called once an entry; what it was given is good only when the whole kit has been read. */
  readonly open?: (entry: KitEntry) => EntryWriter;
}

/** Room behind the end mark for zeros that fill a tape block, as tar programs write them. */
const MAX_FILL = 64 * 1024;
const BLOCK = 512;

/** @throws KIT_MISSING, KIT_INVALID, KIT_LIMIT_EXCEEDED, KIT_SIGNATURE_INVALID, DSSE_KEY_UNSUPPORTED */
export async function readKit(file: string, options: ReadKitOptions): Promise<KitManifest> {
  const reading = new KitReading(options);
  const reader = new TarReader((entry) => reading.entry(entry), {
    maxEntries: reading.limits.maxEntries + 2,
    maxMetadataBytes: BLOCK * 8,
  });
  try {
    let position = 0;
    for await (const chunk of createReadStream(file, {
      highWaterMark: 1024 * 1024,
    }) as AsyncIterable<Buffer>) {
      reader.push(chunk);
      reading.checkTail(chunk, position);
      position += chunk.length;
    }
    reader.finish();
    return reading.finish();
  } catch (cause) {
    if (tarErrors.is(cause)) throw kitErrors.make("KIT_INVALID", `${file}: ${messageOf(cause)}`, { cause });
    const code = cause instanceof Error && "syscall" in cause && "code" in cause ? String(cause.code) : "";
    if (code === "EISDIR") {
      const how = `if it holds feeds, import it without --kit: stella advisories import ${file}`;
      throw kitErrors.make("KIT_INVALID", `${file} is a folder, and a kit is one file; ${how}`, { cause });
    }
    if (code === "ENOENT") throw kitErrors.make("KIT_MISSING", `there is no kit ${file}: ${code}`, { cause });
    throw cause;
  } finally {
    reading.close();
  }
}

class KitReading {
  readonly limits: KitLimits;
  readonly #options: ReadKitOptions;
  #manifestBytes: Buffer[] | undefined;
  #signatureBytes: Buffer[] | undefined;
  #manifest: KitManifest | undefined;
  /** Place of the entry that must come next. */
  #next = 0;
  /** Where the last entry ends in the archive, once it has begun. */
  #end: number | undefined;
  #writer: EntryWriter | undefined;

  constructor(options: ReadKitOptions) {
    this.#options = options;
    this.limits = { ...kitLimits, ...options.limits };
  }

  entry(entry: TarEntry): EntrySink {
    const { path, type, sparse } = entry;
    if (type !== "file" || sparse)
      throw kitErrors.make("KIT_INVALID", `${path}: it is no regular file but ${sparse ? "sparse" : type}`);
    if (this.#manifestBytes === undefined)
      return this.#head(entry, MANIFEST_FILE, (this.#manifestBytes = []));
    if (path === SIGNATURE_FILE && this.#manifest === undefined && this.#signatureBytes === undefined)
      return this.#head(entry, SIGNATURE_FILE, (this.#signatureBytes = []));
    return this.#content(entry, this.#accepted());
  }

  #head({ path, size }: TarEntry, wanted: string, parts: Buffer[]): EntrySink {
    if (path !== wanted) throw kitErrors.make("KIT_INVALID", `${path}: the first entry must be ${wanted}`);
    if (size > this.limits.maxManifestBytes)
      throw kitErrors.make("KIT_LIMIT_EXCEEDED", `${path}: more than ${this.limits.maxManifestBytes} bytes`);
    return {
      data: (bytes) => {
        parts.push(Buffer.from(bytes));
        return true;
      },
      end: () => undefined,
    };
  }

  /** The manifest, once what vouches for it has been looked at. */
  #accepted(): KitManifest {
    if (this.#manifest !== undefined) return this.#manifest;
    const bytes = Buffer.concat(this.#manifestBytes ?? []);
    const { key } = this.#options;
    if (key !== undefined) verify(bytes, this.#signatureBytes, key);
    const manifest = parseManifest(bytes, this.limits);
    if (manifest.entries.length === 0) throw kitErrors.make("KIT_INVALID", `${MANIFEST_FILE}: no entries`);
    return (this.#manifest = manifest);
  }

  #content({ path, size, offset }: TarEntry, { entries }: KitManifest): EntrySink {
    const expected = entries[this.#next];
    if (expected?.path !== path) throw kitErrors.make("KIT_INVALID", `${path}: ${this.#misplaced(path)}`);
    if (expected.size !== size) {
      const reason = `${size} bytes where the manifest says ${expected.size}`;
      throw kitErrors.make("KIT_INVALID", `${path}: ${reason}`);
    }
    this.#next += 1;
    if (this.#next === entries.length) this.#end = offset + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const writer = this.#options.open?.(expected);
    this.#writer = writer;
    const hash = createHash("sha256");
    return {
      data: (bytes) => {
        hash.update(bytes);
        writer?.write(bytes);
        return true;
      },
      end: () => {
        this.close();
        requireDigest(hash, expected);
      },
    };
  }

  #misplaced(path: string): string {
    const entries = this.#manifest?.entries ?? [];
    const place = entries.findIndex((entry) => entry.path === path);
    if (place < 0) return "the manifest does not name it";
    if (place < this.#next) return "it stands twice";
    return `it stands where ${entries[this.#next]?.path ?? "nothing"} should`;
  }

  /** Only zeros may follow: whoever carries a kit can't hide anything in it. */
  checkTail(chunk: Buffer, position: number): void {
    if (this.#end === undefined || position + chunk.length <= this.#end) return;
    const tail = chunk.subarray(Math.max(0, this.#end - position));
    if (position + chunk.length - this.#end > MAX_FILL || tail.some((byte) => byte !== 0))
      throw kitErrors.make("KIT_INVALID", `bytes that nothing names stand behind byte ${this.#end}`);
  }

  finish(): KitManifest {
    if (this.#manifestBytes === undefined)
      throw kitErrors.make("KIT_INVALID", `it holds no ${MANIFEST_FILE}`);
    const manifest = this.#accepted();
    const missing = manifest.entries[this.#next];
    if (missing !== undefined)
      throw kitErrors.make("KIT_INVALID", `${missing.path}: the manifest names it, and it is not there`);
    return manifest;
  }

  close(): void {
    this.#writer?.close();
    this.#writer = undefined;
  }
}

function requireDigest(hash: Hash, { path, sha256 }: KitEntry): void {
  const found = hash.digest("hex");
  if (found === sha256) return;
  throw kitErrors.make("KIT_INVALID", `${path}: its SHA-256 is ${found}, and the manifest says ${sha256}`);
}

/** @throws KIT_SIGNATURE_INVALID, KIT_INVALID, DSSE_KEY_UNSUPPORTED */
function verify(manifest: Uint8Array, signature: readonly Buffer[] | undefined, key: KeyObject): void {
  const refuse = (reason: string): Error =>
    kitErrors.make("KIT_SIGNATURE_INVALID", `${SIGNATURE_FILE}: ${reason}`);
  if (signature === undefined) throw refuse("the kit is not signed");
  const envelope = parseEnvelope(Buffer.concat(signature).toString("utf8"));
  if (envelope.payloadType !== KIT_PAYLOAD_TYPE)
    throw refuse(`it is a signature over ${envelope.payloadType}, not over a kit's manifest`);
  const signed = verifyEnvelope(envelope, [key]);
  if (signed === undefined) throw refuse("none of its signatures is by the key given");
  if (!Buffer.from(signed).equals(manifest)) throw refuse(`it is over another ${MANIFEST_FILE}`);
}
