// SPDX-License-Identifier: Apache-2.0
/**
 * Fields of a distribution's METADATA, PKG-INFO or egg-info file.
 * Source: core metadata, https://packaging.python.org/en/latest/specifications/core-metadata/; dependencies per PEP 508.
 */
import { byKey, byText } from "#lib/compare.ts";
import { pypiName } from "#lib/purl/index.ts";

interface Header {
  /** Lower-case field name to its values in the file's order; only the fields asked for, folded lines joined by newlines. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** Lower-case field name to the 1-based line of its first value. */
  readonly lines: ReadonlyMap<string, number>;
}

const MAX_LICENSE_LENGTH = 120;
const MAX_LICENSES = 20;
/** Characters of a folded field that are kept; whole licences are shorter. */
const MAX_FOLDED = 256 * 1024;
/** Longer, it is no name. */
const MAX_NAME = 300;
const CLASSIFIER = /^License :: (?:OSI Approved :: )?(.+)$/;
const REQUIREMENT = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(.*)$/s;
const EXTRA_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const EXTRA_IS = /(?:^|[^\w.])extra\s*==\s*["']([^"']*)["']|["']([^"']*)["']\s*==\s*extra\b/g;
/** Characters of one requirement's extras. */
const MAX_EXTRAS_LENGTH = 2000;
const EXTRA = /(?:^|[^\w.])extra\s*[=!<>~i]|["']\s*==\s*extra\b/;

/**
 * The lines before the description. Only an empty line ends them: one of white space alone continues a field, as
 * Python's e-mail parser has it and old tools write whole licences.
 */
export function headerOf(text: string, wanted: ReadonlySet<string>): Header {
  const fields = new Map<string, string[]>();
  const lines = new Map<string, number>();
  let open: string[] | undefined;
  for (let at = 0, line = 1; at < text.length; line++) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const first = text.charAt(at);
    if (end === at || (first === "\r" && end === at + 1)) break;
    if (first === " " || first === "\t") {
      const value = open?.at(-1);
      if (open !== undefined && value !== undefined && value.length < MAX_FOLDED)
        open[open.length - 1] = `${value}\n${text.slice(at, end).trim()}`;
    } else {
      const colon = text.indexOf(":", at);
      if (colon < 0 || colon > end) break;
      const name = text.slice(at, colon).toLowerCase();
      open = undefined;
      if (wanted.has(name)) {
        open = fields.get(name) ?? [];
        if (open.length === 0) lines.set(name, line);
        fields.set(name, open);
        open.push(text.slice(colon + 1, end).trim());
      }
    }
    at = end + 1;
  }
  return { fields, lines };
}

/** A field that is given once and is not empty or UNKNOWN, which old tools write for nothing. */
export function valueOf({ fields }: Header, name: string): string | undefined {
  const value = fields.get(name)?.[0];
  return value === "" || value === "UNKNOWN" ? undefined : value;
}

/** The SPDX expression where there is one, else classifiers, else the free-text field when it is a name and not a text. */
export function licensesOf(header: Header): string[] {
  const expression = valueOf(header, "license-expression");
  if (expression !== undefined) return [expression];
  const classified = (header.fields.get("classifier") ?? []).flatMap(
    (value) => CLASSIFIER.exec(value)?.[1] ?? [],
  );
  if (classified.length > 0) return [...new Set(classified)].slice(0, MAX_LICENSES);
  const free = valueOf(header, "license");
  return free !== undefined && free.length <= MAX_LICENSE_LENGTH && !free.includes("\n") ? [free] : [];
}

export interface Requirements {
  /** Names that it needs without any extra, whatever else the marker asks for; PEP 503 form, sorted, each once. */
  readonly requires: readonly string[];
  /** Those of them that it wants with extras, see `PackageFact`. */
  readonly requiresWithExtras: readonly string[];
  /** See `PackageFact`. */
  readonly extras: Readonly<Record<string, readonly string[]>>;
}

/** PEP 508 requirements, apart by the extras in their markers. */
export function requirementsOf({ fields }: Header): Requirements {
  const [plain, wanting] = [new Set<string>(), new Set<string>()];
  const extras = new Map<string, Set<string>>();
  for (const value of fields.get("requires-dist") ?? []) {
    const [, named, rest = ""] = REQUIREMENT.exec(value) ?? [];
    if (named === undefined || named.length > MAX_NAME) continue;
    const semicolon = rest.indexOf(";");
    const marker = semicolon < 0 ? "" : rest.slice(semicolon + 1);
    const name = pypiName(named);
    const full = name + wantedExtras(rest);
    if (!EXTRA.test(marker)) {
      plain.add(name);
      if (full !== name) wanting.add(full);
    } else
      for (const extra of extrasIn(marker)) extras.set(extra, (extras.get(extra) ?? new Set()).add(full));
  }
  const sorted = (names: Iterable<string>): string[] => [...names].sort(byText);
  return {
    requires: sorted(plain),
    requiresWithExtras: sorted(wanting),
    extras: Object.fromEntries(
      [...extras].sort(byKey(([extra]) => extra)).map(([extra, names]) => [extra, sorted(names)]),
    ),
  };
}

/** `[a,b]` behind a name, sorted; empty where there is none. */
function wantedExtras(rest: string): string {
  const given = /^\s*\[([^\]]*)\]/.exec(rest)?.[1] ?? "";
  if (given.length > MAX_EXTRAS_LENGTH) return "";
  const names = given.split(",").map((name) => name.trim());
  const wanted = new Set(names.filter((name) => EXTRA_NAME.test(name)).map(pypiName));
  return wanted.size === 0 ? "" : `[${[...wanted].sort(byText).join(",")}]`;
}

/** Extras that a marker compares with, any of which may make it true. */
function extrasIn(marker: string): Set<string> {
  const found = [...marker.matchAll(EXTRA_IS)].map(([, behind, before]) => behind ?? before ?? "");
  return new Set(found.filter((name) => name.length <= MAX_NAME && EXTRA_NAME.test(name)).map(pypiName));
}

/** Author, else maintainer, by name; else the names that stand before their e-mail addresses. */
export function supplierOf(header: Header): string | undefined {
  for (const field of ["author", "maintainer"]) {
    const name = valueOf(header, field);
    if (name !== undefined && name.length <= MAX_NAME && !name.includes("\n")) return name;
  }
  for (const field of ["author-email", "maintainer-email"]) {
    const names = displayNames(valueOf(header, field) ?? "");
    if (names.length > 0 && names.length <= MAX_NAME) return names;
  }
  return undefined;
}

/** RFC 5322 mailboxes, `"NAME" <ADDRESS>` joined by commas: their names, joined again. */
function displayNames(mailboxes: string): string {
  const names: string[] = [];
  for (let at = 0; ;) {
    const open = mailboxes.indexOf("<", at);
    const close = open < 0 ? -1 : mailboxes.indexOf(">", open);
    if (close < 0) return names.join(", ");
    const before = mailboxes
      .slice(at, open)
      .replace(/^[\s,;]+/, "")
      .trim();
    // An address without a name may stand before the name.
    const name = before.startsWith('"') ? before : before.slice(before.lastIndexOf(",") + 1);
    const bare = name.replaceAll('"', "").replaceAll("\n", " ").trim();
    if (bare !== "" && !bare.includes("@")) names.push(bare);
    at = close + 1;
  }
}
