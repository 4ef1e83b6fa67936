// SPDX-License-Identifier: Apache-2.0
/**
 * An application's own package.json: what it starts, and the packages that it asks for.
 * Source: https://docs.npmjs.com/cli/configuring-npm/package-json (main, bin, scripts, dependencies)
 */
import type { FileAnalyzer } from "../analyzer.ts";
import type { ManifestFact } from "../facts.ts";
import { packageFolderOf } from "./node/package-folder.ts";
import { dependenciesOf, objectOf, parsePackageJson, textOf, type PackageJson } from "./node/package-json.ts";

/** Applications have tens of each. */
const MAX_ENTRIES = 100;
const MAX_REQUIRES = 2000;
/** A longer script is a program of its own. */
const MAX_VALUE = 4096;

export const manifest: FileAnalyzer = {
  id: "entry/manifest",
  version: 2,
  maxBytes: 1024 * 1024,
  wants: ({ path }) =>
    path.endsWith("package.json") &&
    (path === "package.json" || path.endsWith("/package.json")) &&
    !path.startsWith("usr/share/") &&
    !path.includes("node_modules/") &&
    packageFolderOf(path) === undefined,
  analyze({ file, text }) {
    const whole = parsePackageJson(text(), file.path);
    const name = textOf(whole["name"]);
    const main = textOf(whole["main"]);
    const bin = recordOf(binOf(whole, name));
    const scripts = recordOf(objectOf(whole["scripts"]));
    const requires = dependenciesOf(whole, ["dependencies", "optionalDependencies"]);
    const anything = name ?? main ?? bin.first ?? scripts.first ?? requires[0];
    if (anything === undefined) return undefined; // `{"type": "module"}`
    const fact: ManifestFact = {
      ...(name === undefined ? {} : { name }),
      ...(main === undefined ? {} : { main }),
      bin: bin.kept,
      scripts: scripts.kept,
      requires: requires.slice(0, MAX_REQUIRES),
    };
    const problems = [
      ...cut("bin", bin.left),
      ...cut("scripts", scripts.left),
      ...cut("dependencies", requires.length - fact.requires.length),
    ];
    return { manifest: fact, ...(problems.length === 0 ? {} : { problems }) };
  },
};

/** A single path is the command of the package's name, without the scope. */
function binOf(whole: PackageJson, name: string | undefined): PackageJson | undefined {
  const { bin } = whole;
  if (typeof bin !== "string") return objectOf(bin);
  return name === undefined ? undefined : { [name.slice(name.lastIndexOf("/") + 1)]: bin };
}

interface Entries {
  readonly kept: Readonly<Record<string, string>>;
  readonly first: string | undefined;
  /** How many texts were left out for their number or length. */
  readonly left: number;
}

/** Entries whose value is a text, in the file's order. */
function recordOf(given: PackageJson | undefined): Entries {
  const texts = Object.entries(given ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const short = texts.filter(([key, value]) => key.length <= MAX_VALUE && value.length <= MAX_VALUE);
  const kept = short.slice(0, MAX_ENTRIES);
  return { kept: Object.fromEntries(kept), first: kept[0]?.[0], left: texts.length - kept.length };
}

const cut = (field: string, left: number): string[] =>
  left === 0 ? [] : [`${left} of its ${field} are left out: too many or too long`];
