// SPDX-License-Identifier: Apache-2.0
/**
 * Fields of a package.json, each undefined or empty where it is not of the documented form.
 * Source: https://docs.npmjs.com/cli/configuring-npm/package-json
 */
import { byText } from "#lib/compare.ts";
import { invalidInput } from "../../analyzer.ts";

export type PackageJson = Readonly<Record<string, unknown>>;

/** npm allows 214 characters for a name and 256 for a version. */
const MAX_TEXT = 300;
const MAX_LICENSES = 20;
const NAME = /^(?:(@[^/@\s]+)\/)?([^/@\s][^/\s]*)$/;
/** `NAME <E-MAIL> (URL)`. */
const PERSON = /^[^<(]*/;

/** @returns an empty object for JSON that is no object. @throws ANALYZER_INPUT_INVALID */
export function parsePackageJson(text: string, path: string): PackageJson {
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    throw invalidInput(path, "not JSON", cause);
  }
  return objectOf(value) ?? {};
}

/** Undefined for what is no JSON object. */
export function objectOf(value: unknown): PackageJson | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as PackageJson)
    : undefined;
}

/** Trimmed; undefined for what is no text, empty, or longer than any name. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" || text.length > MAX_TEXT ? undefined : text;
}

/** Scope with its `@`, and the name behind it. */
export function nameOf(manifest: PackageJson): { namespace?: string; name: string } | undefined {
  const [, namespace, name] = NAME.exec(textOf(manifest["name"]) ?? "") ?? [];
  if (name === undefined) return undefined;
  return namespace === undefined ? { name } : { namespace, name };
}

/** `license` as an expression, or the older object and list forms. */
export function licensesOf(manifest: PackageJson): string[] {
  const given = manifest["license"] ?? manifest["licenses"];
  const list: readonly unknown[] = Array.isArray(given) ? given.slice(0, MAX_LICENSES) : [given];
  const names = list.map((item) => textOf(objectOf(item)?.["type"] ?? item));
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** The author's name without e-mail and address. */
export function authorOf(manifest: PackageJson): string | undefined {
  const { author } = manifest;
  return textOf(PERSON.exec(textOf(objectOf(author)?.["name"] ?? author) ?? "")?.[0]);
}

/**
 * Names of packages in the given fields; sorted, each once. An alias (`"old": "npm:left-pad@1"`) is the name of the folder
 * that the package is installed in, so it is the one that leads to it.
 */
export function dependenciesOf(manifest: PackageJson, fields: readonly string[]): string[] {
  const names = new Set<string>();
  for (const field of fields) {
    for (const key of Object.keys(objectOf(manifest[field]) ?? {})) {
      const name = textOf(key);
      if (name !== undefined && NAME.test(name)) names.add(name);
    }
  }
  return [...names].sort(byText);
}

/** 1-based line of a key of the outermost object. @param text valid JSON. */
export function lineOfKey(text: string, key: string): number | undefined {
  const wanted = JSON.stringify(key);
  let depth = 0;
  let line = 1;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === "\n") line++;
    else if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") depth--;
    else if (sign === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && end - at === wanted.length && text.startsWith(wanted, at) && isKey(text, end))
        return line;
      at = end - 1;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === "\\") at++;
    else if (sign === '"') return at + 1;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (text.charAt(at) !== "" && " \t\r\n".includes(text.charAt(at))) at++;
  return text.charAt(at) === ":";
}
