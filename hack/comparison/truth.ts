// SPDX-License-Identifier: Apache-2.0
/**
 * What package managers' own tools print, read as lists of packages: the truth that scanners are measured by.
 */
import { byText } from "#lib/compare.ts";
import { pypiName } from "#lib/purl/index.ts";

export interface Package {
  /** As in a purl: deb, rpm, apk, npm, pypi, golang, maven, cargo, nuget. */
  readonly type: string;
  /** With what a purl has as namespace, but for OS packages, whose namespace is the distribution. */
  readonly name: string;
  /** OS packages with epoch where it is not 0, Go without the leading `v`. */
  readonly version: string;
}

/** Same package, same text. */
export function keyOf({ type, name, version }: Package): string {
  return `${type} ${name} ${version}`;
}

/** Each package once, sorted. */
export function packageList(packages: Iterable<Package>): readonly Package[] {
  const byKey = new Map(
    [...packages].map(({ type, name, version }) => [keyOf({ type, name, version }), { type, name, version }]),
  );
  return [...byKey].sort(([a], [b]) => byText(a, b)).map(([, one]) => one);
}

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line.trim() !== "");

/** Rows of words: `NAME VERSION`. */
function rows(type: string, text: string): readonly Package[] {
  return lines(text).map((line) => {
    const [name = "", version = ""] = line.trim().split(/\s+/);
    return { type, name, version };
  });
}

/** `dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n'` */
export function dpkgQuery(text: string): readonly Package[] {
  return rows(
    "deb",
    lines(text)
      .filter((line) => line.endsWith(" installed"))
      .join("\n"),
  );
}

/** `rpm -qa --qf '%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n'` */
export function rpmQuery(text: string): readonly Package[] {
  const known = rows("rpm", text).filter(({ name }) => name !== "gpg-pubkey");
  return known.map((one) => ({ ...one, version: one.version.replace(/^0:/, "") }));
}

/** `P:` and `V:` lines of an installed database (apk-installed(5) of apk-tools). */
export function apkDatabase(text: string): readonly Package[] {
  return text.split("\n\n").flatMap((record) => {
    const field = (letter: string) => new RegExp(`^${letter}:(.*)$`, "m").exec(record)?.[1];
    const [name, version] = [field("P"), field("V")];
    return name === undefined || version === undefined ? [] : [{ type: "apk", name, version }];
  });
}

/** `npm ls --all --parseable --long`: `PATH:NAME@VERSION[:MORE]`; the first line is the project itself. */
export function npmList(text: string): readonly Package[] {
  return lines(text)
    .slice(1)
    .flatMap((line) => {
      const found = /:(@?[^@:]+)@(?:npm:(@?[^@:]+)@)?([^:@]+)(?::|$)/.exec(line);
      return found === null
        ? []
        : [{ type: "npm", name: found[2] ?? found[1] ?? "", version: found[3] ?? "" }];
    });
}

/** `pip list --format json` */
export function pipList(text: string): readonly Package[] {
  const list = JSON.parse(text) as readonly { readonly name: string; readonly version: string }[];
  return list.map(({ name, version }) => ({ type: "pypi", name: pypiName(name), version }));
}

/**
 * `go version -m`: `dep MODULE VERSION SUM`, replaced by a `=>` line after it; the Go release as module `stdlib`. A main
 * module that was built from a working copy has the version `(devel)`, which is none.
 */
export function goVersion(text: string): readonly Package[] {
  const found: Package[] = [];
  for (const line of lines(text)) {
    const go = /: go(\d\S*)/.exec(line)?.[1];
    if (go !== undefined) found.push({ type: "golang", name: "stdlib", version: go });
    const [word = "", name = "", version = ""] = line.trim().split(/\s+/);
    if (word === "=>") found.pop();
    if (["mod", "dep", "=>"].includes(word))
      found.push({ type: "golang", name, version: version === "(devel)" ? "" : version.replace(/^v/, "") });
  }
  return found;
}

/**
 * Jars by file name, found in a Maven repository, whose folders say who they are: `GROUP/WITH/SLASHES/ARTIFACT/VERSION/`.
 * `paths` are those of the repository's files.
 */
export function mavenRepository(paths: readonly string[], jars: readonly string[]): readonly Package[] {
  const wanted = new Set(jars);
  return paths.flatMap((path) => {
    const steps = path.split("/");
    const [artifact = "", version = "", file = ""] = steps.slice(-3);
    if (!wanted.has(file) || steps.length < 4) return [];
    return [{ type: "maven", name: `${steps.slice(0, -3).join(".")}/${artifact}`, version }];
  });
}

/** `rust-audit-info`: JSON of what cargo-auditable put into the program; build dependencies are not in it. */
export function rustAuditInfo(text: string): readonly Package[] {
  const { packages } = JSON.parse(text) as {
    readonly packages: readonly { readonly name: string; readonly version: string; readonly kind?: string }[];
  };
  return packages
    .filter(({ kind }) => kind !== "build")
    .map(({ name, version }) => ({ type: "cargo", name, version }));
}

interface DepsJson {
  readonly runtimeTarget?: { readonly name?: string };
  readonly targets?: Readonly<Record<string, Readonly<Record<string, DepsEntry>>>>;
  readonly libraries?: Readonly<Record<string, { readonly type: string }>>;
}
type DepsEntry = Readonly<Partial<Record<"runtime" | "native" | "runtimeTargets" | "resources", object>>>;

/** Libraries of a NAME.deps.json that are packages and of which a file is there; `isThere` is asked by file name. */
export function dotnetDeps(text: string, isThere: (file: string) => boolean): readonly Package[] {
  const { runtimeTarget = {}, targets = {}, libraries = {} } = JSON.parse(text) as DepsJson;
  return Object.entries(targets[runtimeTarget.name ?? ""] ?? {}).flatMap(([key, entry]) => {
    const assets = [entry.runtime, entry.native, entry.runtimeTargets, entry.resources];
    const files = assets.flatMap((one) => Object.keys(one ?? {})).map((path) => path.replace(/^.*\//, ""));
    if (libraries[key]?.type !== "package" || !files.some(isThere)) return [];
    const [name = "", version = ""] = key.split("/");
    return [{ type: "nuget", name, version }];
  });
}
