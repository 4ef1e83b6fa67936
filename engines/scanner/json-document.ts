// SPDX-License-Identifier: Apache-2.0
/** JSON files of unknown shape, read field by field without trusting any. RFC 8259; a byte order mark is skipped. */
import { invalidInput } from "./analyzer.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Any value. @throws ANALYZER_INPUT_INVALID */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    throw invalidInput(path, "not JSON", cause);
  }
}

/** An empty object for anything else; of an array too. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Empty for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Trimmed; undefined for what is no text, empty or longer than `maxLength`. */
export function textOf(value: unknown, maxLength: number): string | undefined {
  const text = typeof value === "string" && value.length <= 2 * maxLength ? value.trim() : "";
  return text === "" || text.length > maxLength ? undefined : text;
}
