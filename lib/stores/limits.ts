// SPDX-License-Identifier: Apache-2.0
/** The bounds that `ports.ts` states, checked in one place so that all adapters refuse the same requests. */
import type { StellaError } from "#lib/errors.ts";
import { catalogErrors, objectErrors, queueErrors } from "./errors.ts";
import type { AddOptions } from "./ports.ts";

export const MAX_LIST = 1000;
export const DEFAULT_CATALOG_LIST = 100;
export const MAX_BODY_BYTES = 8 * 1024 * 1024;
export const MAX_PAYLOAD_BYTES = 1024 * 1024;
export const MAX_DEAD_JOBS = 1000;
export const DEFAULT_QUEUE_LIMIT = 100_000;
export const DEFAULT_MAX_ATTEMPTS = 5;

const MAX_ID_BYTES = 512;
const MAX_KEY_CHARACTERS = 512;
const MAX_KEY_SEGMENTS = 16;
const YEAR_MS = 366 * 24 * 3_600_000;
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._:@+=-]{0,199}$/;
const PREFIX = /^(?:[A-Za-z0-9][A-Za-z0-9._:@+=-]{0,199}\/)*(?:[A-Za-z0-9][A-Za-z0-9._:@+=-]{0,199})?$/;

type Refuse = (message: string) => StellaError;
const catalog: Refuse = (message) => catalogErrors.make("CATALOG_REQUEST_INVALID", message);
const queue: Refuse = (message) => queueErrors.make("QUEUE_REQUEST_INVALID", message);
const object: Refuse = (message) => objectErrors.make("OBJECT_KEY_INVALID", message);

export interface ResolvedAddOptions {
  readonly priority: number;
  readonly delayMs: number;
  readonly maxAttempts: number;
}

/** @throws CATALOG_REQUEST_INVALID */
export const catalogChecks = {
  name: (name: string): string => checkName(name, "collection name", catalog),
  id: (id: string): string => checkId(id, catalog),
  limit: (limit = DEFAULT_CATALOG_LIST): number => checkInteger(limit, 1, MAX_LIST, "limit", catalog),
  version: (version: number): number =>
    checkInteger(version, 0, Number.MAX_SAFE_INTEGER, "expected version", catalog),
  /** The body's JSON text. */
  body: (body: unknown): string => toJson(body, MAX_BODY_BYTES, "body", catalog),
};

/** @throws QUEUE_REQUEST_INVALID */
export const queueChecks = {
  name: (name: string): string => checkName(name, "queue name", queue),
  id: (id: string): string => checkId(id, queue),
  limit: (limit: number): number => checkInteger(limit, 1, MAX_LIST, "limit", queue),
  concurrency: (value: number): number => checkInteger(value, 1, 256, "concurrency", queue),
  /** The payload's JSON text. */
  payload: (payload: unknown): string => toJson(payload, MAX_PAYLOAD_BYTES, "payload", queue),
  options: (options: AddOptions = {}): ResolvedAddOptions => ({
    priority: checkInteger(options.priority ?? 0, -1000, 1000, "priority", queue),
    delayMs: checkInteger(Math.ceil(options.delayMs ?? 0), 0, YEAR_MS, "delayMs", queue),
    maxAttempts: checkInteger(options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS, 1, 100, "maxAttempts", queue),
  }),
};

/** @throws OBJECT_KEY_INVALID */
export const objectChecks = {
  key(key: string): string {
    const segments = key.length <= MAX_KEY_CHARACTERS ? key.split("/") : [];
    const ok = segments.length > 0 && segments.length <= MAX_KEY_SEGMENTS;
    if (ok && segments.every((segment) => SEGMENT.test(segment))) return key;
    throw object(
      `not an object key: ${shown(key)} (up to ${MAX_KEY_SEGMENTS} segments of letters, digits and ._:@+=- joined by "/")`,
    );
  },
  prefix(prefix: string): string {
    if (prefix.length <= MAX_KEY_CHARACTERS && PREFIX.test(prefix)) return prefix;
    throw object(`not the beginning of an object key: ${shown(prefix)}`);
  },
  limit: (limit = MAX_LIST): number => checkInteger(limit, 1, MAX_LIST, "limit", object),
};

function checkName(name: string, what: string, refuse: Refuse): string {
  if (NAME.test(name)) return name;
  throw refuse(`not a ${what}: ${shown(name)} (a letter, then up to 62 letters, digits, ".", "_" or "-")`);
}

function checkId(id: string, refuse: Refuse): string {
  const clean = id !== "" && id.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(id);
  if (clean && Buffer.byteLength(id) <= MAX_ID_BYTES) return id;
  throw refuse(`not an id: ${shown(id)} (1 to ${MAX_ID_BYTES} bytes of UTF-8, no control characters)`);
}

function checkInteger(value: number, min: number, max: number, what: string, refuse: Refuse): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw refuse(`${what} must be an integer from ${min} to ${max}, not ${value}`);
}

function toJson(value: unknown, maxBytes: number, what: string, refuse: Refuse): string {
  let text: unknown; // undefined for functions and the like, whatever the declared type says
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw refuse(`the ${what} has no JSON form: ${cause instanceof Error ? cause.message : "unknown"}`);
  }
  if (typeof text !== "string") throw refuse(`the ${what} has no JSON form`);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  throw refuse(`the ${what} has ${bytes} bytes of JSON, more than ${maxBytes}`);
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 100));
