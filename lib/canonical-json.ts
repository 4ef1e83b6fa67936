// SPDX-License-Identifier: Apache-2.0
/**
 * JSON with one byte form for one value: keys sorted by UTF-16 code unit, no white space, no undefined.
 * Follows RFC 8785 (JCS) sections 3.2.2 and 3.2.3; numbers and strings are written as ECMAScript does.
 */
import { defineErrors } from "./errors.ts";

export const canonicalJsonErrors = defineErrors("canonical-json", { JSON_NOT_CANONICAL: "bug" });

/** @throws JSON_NOT_CANONICAL for NaN, infinities, functions, symbols, bigints and cycles. */
export function canonicalJson(value: unknown): string {
  return write(value, new Set());
}

function write(value: unknown, above: Set<object>): string {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw fail(`${value} has no JSON form`);
      return JSON.stringify(value);
    case "object":
      return value === null ? "null" : writeObject(value, above);
    default:
      throw fail(`a ${typeof value} has no JSON form`);
  }
}

function writeObject(value: object, above: Set<object>): string {
  if (above.has(value)) throw fail("a cycle has no JSON form");
  above.add(value);
  const text = Array.isArray(value)
    ? `[${value.map((item: unknown) => write(item, above)).join(",")}]`
    : `{${Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([key, item]) => `${JSON.stringify(key)}:${write(item, above)}`)
        .join(",")}}`;
  above.delete(value);
  return text;
}

const fail = (message: string): Error => canonicalJsonErrors.make("JSON_NOT_CANONICAL", message);
