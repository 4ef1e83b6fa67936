// SPDX-License-Identifier: Apache-2.0
/**
 * Packages in the JSON that cargo-auditable embeds.
 * Source: https://github.com/rust-secure-code/cargo-auditable, cargo-auditable.schema.json, format 0 and up
 */
import type { PackageFact } from "../../facts.ts";

interface Entry {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly dependencies: readonly unknown[];
}

export interface AuditPackages {
  readonly packages: readonly PackageFact[];
  /** Entries without a usable name or version. */
  readonly unusable: number;
}

/** The largest known programs have under 2000. */
const MAX_PACKAGES = 20_000;
/** Longer, it is no name or version. */
const MAX_TEXT = 256;

/** What a crate is without a word on it; others are `local`, `git` and registries that are not named. */
const CRATES_IO = "crates.io";

/** Those that are part of the program, and not only of its build; undefined when this is another document. */
export function auditPackages(json: string, offset: number): AuditPackages | undefined {
  const document = parsed(json);
  const list = field(document, "packages");
  if (!Array.isArray(list)) return undefined;
  const entries = list.slice(0, MAX_PACKAGES).map(runtimeEntry);
  const packages = entries
    .filter((entry) => typeof entry === "object")
    .map((entry): PackageFact => {
      const requires = requiredNames(entry, entries);
      return {
        type: "cargo",
        name: entry.name,
        version: entry.version,
        ...(entry.source === CRATES_IO ? {} : { qualifiers: { source: entry.source } }),
        offset,
        ...(requires.length === 0 ? {} : { requires }),
      };
    });
  const unusable =
    entries.filter((entry) => entry === "unusable").length + Math.max(0, list.length - MAX_PACKAGES);
  return { packages, unusable };
}

function runtimeEntry(value: unknown): Entry | "build" | "unusable" {
  const [name, version, dependencies] = [
    field(value, "name"),
    field(value, "version"),
    field(value, "dependencies"),
  ];
  if (!isText(name) || !isText(version)) return "unusable";
  if ((field(value, "kind") ?? "runtime") !== "runtime") return "build";
  const source = field(value, "source");
  return {
    name,
    version,
    source: isText(source) ? source : CRATES_IO,
    dependencies: Array.isArray(dependencies) ? dependencies : [],
  };
}

/** Dependencies are places in the list of packages. */
function requiredNames({ dependencies }: Entry, entries: readonly (Entry | string)[]): string[] {
  const names = new Set<string>();
  for (const index of dependencies.slice(0, MAX_PACKAGES)) {
    const entry = typeof index === "number" ? entries[index] : undefined;
    if (typeof entry === "object") names.add(entry.name);
  }
  return [...names].sort();
}

const isText = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= MAX_TEXT;

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
