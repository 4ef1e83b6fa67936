// SPDX-License-Identifier: Apache-2.0
/**
 * Packages in Composer's vendor/composer/installed.json: a list (Composer 1) or `packages` in an object (Composer 2).
 * Sources: https://getcomposer.org/doc/04-schema.md, Composer\Repository\FilesystemRepository
 */
import { byText } from "#lib/compare.ts";
import { invalidInput } from "../../analyzer.ts";
import type { PackageFact, Reading } from "../../facts.ts";
import { listOf, objectOf, parseJson, textOf, type JsonObject } from "../../json-document.ts";
import { cleanPath, directoryOf } from "../../layer/paths.ts";
import { numberedLines } from "../../lines.ts";

const NAME = /^([^/\s]+)\/([^/\s]+)$/;
const MAX_TEXT = 300;
/** Applications have some hundred. */
const MAX_PACKAGES = 20_000;
const MAX_LICENSES = 20;
const MAX_AUTHORS = 50;
/** Names in one field of one package; a framework that replaces its own parts lists some dozen. */
const MAX_NAMES = 1000;
const MAX_PROBLEMS = 100;

/** Packages in the file's order. @throws ANALYZER_INPUT_INVALID */
export function installedPackages(path: string, text: string): Reading | undefined {
  const listed = packageList(path, parseJson(text, path));
  const lines = nameLines(text);
  const packages: PackageFact[] = [];
  const problems: string[] = [];
  for (const [index, item] of listed.slice(0, MAX_PACKAGES).entries()) {
    const fact = packageFact(objectOf(item), lines, path);
    if (fact !== undefined) packages.push(fact);
    else if (problems.length < MAX_PROBLEMS)
      problems.push(`package ${index + 1} has no usable name or version`);
  }
  if (listed.length > MAX_PACKAGES) problems.push(`it lists more than ${MAX_PACKAGES} packages`);
  if (packages.length + problems.length === 0) return undefined;
  return { ...(packages.length > 0 ? { packages } : {}), ...(problems.length > 0 ? { problems } : {}) };
}

function packageList(path: string, root: unknown): readonly unknown[] {
  const list = Array.isArray(root) ? root : objectOf(root)["packages"];
  if (!Array.isArray(list)) throw invalidInput(path, "it has no list of packages");
  return list;
}

/** Names in lower case, which is how Composer compares them; the version as it stands, a leading `v` too. */
function packageFact(
  item: JsonObject,
  lines: ReadonlyMap<string, number>,
  path: string,
): PackageFact | undefined {
  const written = textOf(item["name"], MAX_TEXT);
  const [, namespace, name] = NAME.exec(written?.toLowerCase() ?? "") ?? [];
  const version = textOf(item["version"], MAX_TEXT);
  if (written === undefined || namespace === undefined || name === undefined || version === undefined)
    return undefined;
  const licenses = licensesOf(item["license"]);
  const line = lines.get(written);
  const supplier = supplierOf(item["authors"]);
  const provides = namesOf(item["provide"], item["replace"]);
  const requires = namesOf(item["require"]);
  const folder = installFolder(path, item["install-path"]);
  return {
    type: "composer",
    namespace,
    name,
    version,
    ...(licenses.length === 0 ? {} : { licenses }),
    ...(line === undefined ? {} : { line }),
    ...(supplier === undefined ? {} : { supplier }),
    ...(provides.length === 0 ? {} : { provides }),
    ...(requires.length === 0 ? {} : { requires }),
    ...(folder === undefined ? {} : { contents: [folder] }),
  };
}

/** Several are a choice; Composer 1 took one as a plain text. */
function licensesOf(value: unknown): string[] {
  const list = typeof value === "string" ? [value] : listOf(value);
  const names = list.slice(0, MAX_LICENSES).map((item) => textOf(item, MAX_TEXT));
  return [...new Set(names.filter((name) => name !== undefined))];
}

function supplierOf(value: unknown): string | undefined {
  const authors = listOf(value).slice(0, MAX_AUTHORS);
  const names = authors.map((author) => textOf(objectOf(author)["name"], MAX_TEXT));
  const joined = names.filter((name) => name !== undefined).join(", ");
  return joined === "" ? undefined : joined;
}

/** Packages only: `php`, `ext-json` and `lib-curl` have no vendor. */
function namesOf(...fields: readonly unknown[]): string[] {
  const names = fields.flatMap((field) => Object.keys(objectOf(field)).slice(0, MAX_NAMES));
  const packages = names.filter((name) => name.length <= MAX_TEXT && NAME.test(name));
  return [...new Set(packages.map((name) => name.toLowerCase()))].sort(byText);
}

/** From the file's own folder. A metapackage has none, and Composer 1 says nothing. */
function installFolder(path: string, value: unknown): string | undefined {
  const relative = textOf(value, 2 * MAX_TEXT);
  if (relative === undefined || relative.startsWith("/")) return undefined;
  const folder = cleanPath(`${directoryOf(path)}/${relative}`);
  return folder === "" ? undefined : folder;
}

/** First line on which each name stands; Composer writes one field a line. */
function nameLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  for (const { line, number } of numberedLines(text)) {
    if (line.length > 2 * MAX_TEXT) continue;
    const name = /^ +"name": "([^"\\]+\/[^"\\]+)"/.exec(line)?.[1];
    if (name !== undefined && !lines.has(name)) lines.set(name, number);
  }
  return lines;
}
