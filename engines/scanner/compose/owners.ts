// SPDX-License-Identifier: Apache-2.0
/** Which package put a file there, from the package managers' own file lists. */
import type { Ownership } from "../facts.ts";
import type { PackageType } from "../types.ts";
import { addAncestors, someAncestor } from "../layer/paths.ts";
import { soughtPaths } from "../path-list.ts";
import type { Links } from "./links.ts";

/** Other names looked for of one directory. Without its owner a finding is only judged by itself. */
const MAX_ALIASES = 16;
const MAX_NAMES = 2_000_000;

/** A file list and the type of package that it is of. */
export interface OwnerRecord extends Ownership {
  readonly type: PackageType;
  /** File that holds it, a true path. */
  readonly database?: string;
}

/** @returns path to the record that lists it; `paths` are true paths in the root filesystem. */
export function ownersOf(
  paths: ReadonlySet<string>,
  records: Iterable<OwnerRecord>,
  links: Links,
): Map<string, OwnerRecord> {
  const owners = new Map<string, OwnerRecord>();
  if (paths.size === 0) return owners;
  const sought = soughtPaths(namesOf(paths, links));
  for (const record of records) sought.in(record.paths, (path) => owners.set(path, record));
  return owners;
}

/** Each path under its true name and under those that links give it: dpkg may list `/lib/x` for `usr/lib/x`. */
function namesOf(paths: ReadonlySet<string>, links: Links): Map<string, string> {
  const directories = new Set<string>();
  for (const path of paths) addAncestors(directories, path);
  const aliases = new Map<string, string[]>();
  for (const { link, directory } of links.aliases(directories)) {
    const known = aliases.get(directory);
    if (known === undefined) aliases.set(directory, [link]);
    else if (known.length < MAX_ALIASES) known.push(link);
  }
  const names = new Map<string, string>();
  for (const path of paths) {
    names.set(path, path);
    someAncestor(path, (directory) => {
      for (const link of aliases.get(directory) ?? []) names.set(link + path.slice(directory.length), path);
      return names.size >= MAX_NAMES;
    });
  }
  return names;
}
