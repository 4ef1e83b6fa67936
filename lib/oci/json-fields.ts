// SPDX-License-Identifier: Apache-2.0
/** Reading foreign JSON field by field: each failure names the field's path and what was expected there. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Makes the error for a value of the wrong shape. */
export type Fail = (message: string) => Error;

export function parseJsonObject(bytes: Uint8Array, fail: Fail): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw fail(`is not JSON: ${cause instanceof Error ? cause.message.slice(0, 120) : "unreadable"}`);
  }
  return asObject(value, "the document", fail);
}

export function asObject(value: unknown, path: string, fail: Fail): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw fail(`${path} must be an object`);
}

/** @param max most items accepted */
export function asArray(value: unknown, path: string, max: number, fail: Fail): readonly unknown[] {
  if (!Array.isArray(value)) throw fail(`${path} must be a list`);
  if (value.length > max) throw fail(`${path} has ${value.length} entries, more than ${max}`);
  return value as readonly unknown[];
}

export function asString(value: unknown, path: string, fail: Fail): string {
  if (typeof value === "string") return value;
  throw fail(`${path} must be text`);
}

/** Text, or "" when absent or null. */
export function optionalString(value: unknown, path: string, fail: Fail): string {
  return value === undefined || value === null ? "" : asString(value, path, fail);
}

/** A list of texts; absent and null count as empty. */
export function stringList(value: unknown, path: string, max: number, fail: Fail): readonly string[] {
  if (value === undefined || value === null) return [];
  return asArray(value, path, max, fail).map((item, i) => asString(item, `${path}[${i}]`, fail));
}

/** A map of texts; absent and null count as empty. */
export function stringMap(value: unknown, path: string, fail: Fail): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(asObject(value, path, fail));
  return Object.fromEntries(entries.map(([key, item]) => [key, asString(item, `${path}.${key}`, fail)]));
}
