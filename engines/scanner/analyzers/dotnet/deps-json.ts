// SPDX-License-Identifier: Apache-2.0
/**
 * NuGet packages of a .NET application or shared framework from its .deps.json.
 * Source: https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md ("deps.json")
 */
import { byText } from "#lib/compare.ts";
import { invalidInput } from "../../analyzer.ts";
import type { PackageFact, Reading } from "../../facts.ts";
import { objectOf, parseJson, textOf, type JsonObject } from "../../json-document.ts";
import { directoryOf } from "../../layer/paths.ts";
import { numberedLines } from "../../lines.ts";
import { assetPaths, hasAssets } from "./assets.ts";

/** An SDK's largest list has some hundred. */
const MAX_LIBRARIES = 20_000;
const MAX_NAME_LENGTH = 300;
/** Of one package. */
const MAX_REQUIRES = 1000;
/** Dependencies looked at in one file; an application of a hundred packages needs some thousand. */
const MAX_STEPS = 200_000;
/** The SDK's mark before the name of a runtime that a self-contained application brings along. */
const RUNTIME_PACK = "runtimepack.";
/** Name and version of a shared framework as folders, which is how the host finds it. */
const SHARED = /(?:^|\/)shared\/([^/]+)\/[^/]+\/([^/]+)\.deps\.json$/;

interface Library {
  readonly name: string;
  readonly version: string;
  /** Its entry in the target: dependencies and assets. */
  readonly entry: JsonObject;
  /** A package of which at least one file is there. Projects, plain references and packages without files are not. */
  readonly isInstalled: boolean;
  readonly line: number | undefined;
}

/** Packages in the file's order. @throws ANALYZER_INPUT_INVALID */
export function depsJsonPackages(path: string, text: string): Reading | undefined {
  const problems: string[] = [];
  const libraries = librariesOf(path, text, problems);
  const folder = sharedFolder(path);
  const steps = { left: MAX_STEPS };
  const packages = [...libraries.values()]
    .filter(({ isInstalled }) => isInstalled)
    .map((library) => packageFact(library, libraries, steps, folder, path));
  if (steps.left <= 0) problems.push("it has more dependencies than are followed");
  if (packages.length + problems.length === 0) return undefined;
  return { ...(packages.length > 0 ? { packages } : {}), ...(problems.length > 0 ? { problems } : {}) };
}

/** By lower-case name, since a dependency may write it in other letters than the package does. */
function librariesOf(path: string, text: string, problems: string[]): Map<string, Library> {
  const root = objectOf(parseJson(text, path));
  const target = objectOf(root["targets"])[targetName(root) ?? ""];
  if (typeof target !== "object" || target === null)
    throw invalidInput(path, "the runtime target is not among its targets");
  const kinds = objectOf(root["libraries"]);
  const lines = libraryLines(text);
  const libraries = new Map<string, Library>();
  for (const [key, value] of Object.entries(target)) {
    const [name, version] = split(key);
    if (name === undefined || version === undefined) continue;
    if (libraries.size >= MAX_LIBRARIES) {
      problems.push(`it lists more than ${MAX_LIBRARIES} libraries`);
      break;
    }
    const entry = objectOf(value);
    const kind = objectOf(kinds[key])["type"];
    const isInstalled = (kind === "package" || kind === "runtimepack") && hasAssets(entry);
    const own =
      kind === "runtimepack" && name.startsWith(RUNTIME_PACK) ? name.slice(RUNTIME_PACK.length) : name;
    libraries.set(name.toLowerCase(), { name: own, version, entry, isInstalled, line: lines.get(key) });
  }
  return libraries;
}

/** Since .NET Core 1.0 an object; a bare text before. */
function targetName(root: JsonObject): string | undefined {
  const target = root["runtimeTarget"];
  return typeof target === "string" ? target : textOf(objectOf(target)["name"], MAX_NAME_LENGTH);
}

/** `Name/Version`. */
function split(key: string): [string?, string?] {
  const slash = key.indexOf("/");
  if (slash < 1 || slash === key.length - 1 || key.length > MAX_NAME_LENGTH) return [];
  return [key.slice(0, slash), key.slice(slash + 1)];
}

/** Lines of the keys under `libraries`; the SDK writes one key a line. */
function libraryLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const start = text.lastIndexOf('"libraries"');
  if (start < 0) return lines;
  for (const { line, number, at } of numberedLines(text)) {
    if (at <= start || line.length >= MAX_NAME_LENGTH + 20) continue;
    const key = /^\s+"([^"\\/]+\/[^"\\]+)": \{/.exec(line)?.[1];
    if (key !== undefined && !lines.has(key)) lines.set(key, number);
  }
  return lines;
}

function packageFact(
  library: Library,
  libraries: ReadonlyMap<string, Library>,
  steps: { left: number },
  folder: string | undefined,
  path: string,
): PackageFact {
  const requires = requiredBy(library, libraries, steps);
  return {
    type: "nuget",
    name: library.name,
    version: library.version,
    ...(library.line === undefined ? {} : { line: library.line }),
    ...(requires.length === 0 ? {} : { requires }),
    contents: folder === undefined ? assetPaths(library.entry, directoryOf(path)) : [folder],
  };
}

/** Installed packages that it needs; a package without files stands for what it needs itself. */
function requiredBy(
  library: Library,
  libraries: ReadonlyMap<string, Library>,
  steps: { left: number },
): string[] {
  const found = new Set<string>();
  const seen = new Set([library]);
  const waiting = [library];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of Object.keys(objectOf(next.entry["dependencies"]))) {
      if (steps.left-- <= 0 || found.size >= MAX_REQUIRES) return [...found].sort(byText);
      const needed = libraries.get(name.toLowerCase());
      if (needed === undefined || seen.has(needed)) continue;
      seen.add(needed);
      if (needed.isInstalled) found.add(needed.name);
      else waiting.push(needed);
    }
  }
  return [...found].sort(byText);
}

/** The folder of a shared framework is the framework. */
function sharedFolder(path: string): string | undefined {
  const [, folder, file] = SHARED.exec(path) ?? [];
  return folder !== undefined && folder === file ? directoryOf(path) : undefined;
}
