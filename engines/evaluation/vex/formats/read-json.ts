// SPDX-License-Identifier: Apache-2.0
/** A document's bytes to its JSON value, with bounds on size and depth before anything is allocated for it. */
import { nestsDeeper } from "#lib/json-depth.ts";
import { Place } from "./fault.ts";
import type { Json } from "./fault.ts";
import { isObject } from "./fault.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 64;

/** @throws VEX_DOCUMENT_INVALID */
export function readJsonObject(bytes: Uint8Array | string, name: string): Json {
  const place = new Place(name);
  if (bytes.length > MAX_BYTES) throw place.refuse(`larger than ${MAX_BYTES} bytes`);
  let parsed: unknown;
  try {
    const whole = typeof bytes === "string" ? bytes : new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const text = whole.startsWith("\ufeff") ? whole.slice(1) : whole;
    if (nestsDeeper(text, MAX_DEPTH)) throw new Error(`nested deeper than ${MAX_DEPTH}`);
    parsed = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(0, 120) : "unreadable";
    throw place.refuse(`not JSON: ${why}`, cause);
  }
  if (!isObject(parsed)) throw place.refuse("expected an object");
  return parsed;
}
