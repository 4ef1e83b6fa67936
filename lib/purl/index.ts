// SPDX-License-Identifier: Apache-2.0
/**
 * Package URLs: built and parsed in canonical form, the identity of a package everywhere in the product.
 * Follows ECMA-427 / https://github.com/package-url/purl-spec, "How to build" and "How to parse".
 */
import { byText } from "../compare.ts";
import { defineErrors } from "../errors.ts";
import { normalizeByType, prohibitsNamespace } from "./types.ts";

export { pypiName } from "./types.ts";

export interface PurlParts {
  readonly type: string;
  /** Segments joined by `/`, decoded. */
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  /** Decoded; an empty value is the same as no qualifier. */
  readonly qualifiers?: Readonly<Record<string, string>>;
  /** Segments joined by `/`, decoded. */
  readonly subpath?: string;
}

export const purlErrors = defineErrors("purl", { PURL_INVALID: "invalid" });

const TYPE = /^[a-z][a-z0-9.-]*$/;
const QUALIFIER_KEY = /^[a-z][a-z0-9._-]*$/;
const MAX_LENGTH = 16 * 1024;

/** The canonical text. @throws PURL_INVALID for a type, name or qualifier key that the specification refuses. */
export function buildPurl(parts: PurlParts): string {
  const { type, namespace, name, version, qualifiers, subpath } = checked(parts);
  let text = `pkg:${type}/`;
  if (namespace) text += `${namespace.split("/").map(encode).join("/")}/`;
  text += encode(name);
  if (version) text += `@${encode(version)}`;
  if (qualifiers) text += qualifierText(qualifiers);
  if (subpath) text += `#${subpath.split("/").map(encode).join("/")}`;
  return text;
}

/** Parts of any purl, canonical or not, normalised as its type asks. @throws PURL_INVALID */
export function parsePurl(text: string): PurlParts {
  if (text.length > MAX_LENGTH) throw invalid(text, "too long");
  const [noSubpath, rawSubpath] = cutLast(text, "#");
  const [noQualifiers, qualifiers] = cutLast(noSubpath, "?");
  let rest = noQualifiers;
  if (rest.slice(0, 4).toLowerCase() !== "pkg:") throw invalid(text, "it does not begin with pkg:");
  rest = rest.slice(4).replace(/^\/+/, "");
  const slash = rest.indexOf("/");
  if (slash < 0) throw invalid(text, "it has no type");
  const type = rest.slice(0, slash).toLowerCase();
  const [path, version] = cutVersion(rest.slice(slash + 1).replace(/\/+$/, ""));
  const segments = path.split("/").filter((segment) => segment !== "");
  const name = decode(segments.pop() ?? "", text);
  const namespace = segments.map((segment) => decode(segment, text)).join("/");
  const subpath = subpathOf(rawSubpath, text);
  return checked({
    type,
    name,
    ...(namespace === "" ? {} : { namespace }),
    ...(version === undefined || version === "" ? {} : { version: decode(version, text) }),
    ...(qualifiers === undefined ? {} : { qualifiers: parseQualifiers(qualifiers, text) }),
    ...(subpath === undefined ? {} : { subpath }),
  });
}

/** Undefined for what is no purl: documents name things by other words too. */
export function tryParsePurl(text: string): PurlParts | undefined {
  if (!text.startsWith("pkg:")) return undefined;
  try {
    return parsePurl(text);
  } catch (error) {
    if (purlErrors.is(error)) return undefined;
    throw error;
  }
}

/** The one form of any spelling of a purl. @throws PURL_INVALID */
export function canonicalPurl(text: string): string {
  return buildPurl(parsePurl(text));
}

function checked(given: PurlParts): PurlParts {
  const type = given.type.toLowerCase();
  const shown = `${type}/${given.name}`;
  if (!TYPE.test(type)) throw invalid(shown, `type ${JSON.stringify(type.slice(0, 40))} is not allowed`);
  if (given.name === "") throw invalid(shown, "it has no name");
  if (given.namespace && prohibitsNamespace(type)) throw invalid(shown, `type ${type} has no namespace`);
  const { qualifiers, ...rest } = given;
  if (qualifiers === undefined) return normalizeByType({ ...rest, type });
  const kept = checkedQualifiers(qualifiers, shown);
  return normalizeByType({ ...rest, type, ...(kept ? { qualifiers: kept } : {}) });
}

function checkedQualifiers(
  qualifiers: Readonly<Record<string, string>>,
  shown: string,
): Record<string, string> | undefined {
  const kept = new Map<string, string>();
  for (const [rawKey, value] of Object.entries(qualifiers)) {
    const key = rawKey.toLowerCase();
    if (!QUALIFIER_KEY.test(key)) throw invalid(shown, `qualifier ${JSON.stringify(key)} is not allowed`);
    if (value !== "") kept.set(key, value);
  }
  return kept.size === 0 ? undefined : Object.fromEntries(kept);
}

function qualifierText(qualifiers: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(qualifiers).sort(([a], [b]) => byText(a, b));
  return `?${pairs.map(([key, value]) => `${key}=${encode(value)}`).join("&")}`;
}

function parseQualifiers(text: string, whole: string): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    if (equals < 1) throw invalid(whole, "a qualifier has no key or no value");
    pairs.set(pair.slice(0, equals), decode(pair.slice(equals + 1), whole));
  }
  return Object.fromEntries(pairs);
}

function subpathOf(text: string | undefined, whole: string): string | undefined {
  if (text === undefined) return undefined;
  const segments = text.split("/").filter((segment) => segment !== "" && segment !== "." && segment !== "..");
  return segments.length === 0 ? undefined : segments.map((segment) => decode(segment, whole)).join("/");
}

/** `@` parts a version only behind the last slash: before that it is the first letter of a scope. */
function cutVersion(path: string): [string, string | undefined] {
  const at = path.lastIndexOf("@");
  if (at < 0 || path.includes("/", at)) return [path, undefined];
  return [path.slice(0, at), path.slice(at + 1)];
}

function cutLast(text: string, mark: string): [string, string | undefined] {
  const at = text.lastIndexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

const PLAIN = /^[A-Za-z0-9.\-_~:]*$/;

function encode(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text.toWellFormed())
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%3A", ":");
}

function decode(text: string, whole: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw purlErrors.make("PURL_INVALID", `not a purl: ${shortened(whole)}: bad percent-encoding`, { cause });
  }
}

const shortened = (text: string): string => JSON.stringify(text.slice(0, 200));
const invalid = (text: string, why: string): Error =>
  purlErrors.make("PURL_INVALID", `not a purl: ${shortened(text)}: ${why}`);
