// SPDX-License-Identifier: Apache-2.0
/**
 * Which package a file of the root filesystem belongs to: by the file lists of OS package managers and conda, and by the
 * folders and files that language packages name as theirs.
 */
import { directoryOf, someAncestor } from "../layer/paths.ts";
import type { PackageType } from "../types.ts";
import { factOf, type Draft } from "./draft.ts";
import { ownersOf, type OwnerRecord } from "./owners.ts";
import type { RootView, VisibleFile } from "./root-view.ts";

/** Analyzers whose packages own single files. */
const OWNING: ReadonlyMap<string, PackageType> = new Map([
  ["os/apk", "apk"],
  ["os/dpkg", "deb"],
  ["os/rpm", "rpm"],
  ["language/conda", "conda"],
]);

export class Claims {
  readonly #owners: ReadonlyMap<string, OwnerRecord>;
  readonly #managed = new Map<string, Draft>();
  readonly #contents = new Map<string, Draft>();
  readonly #view: RootView;

  /** @param paths files whose owner will be asked for */
  constructor(
    view: RootView,
    files: readonly VisibleFile[],
    drafts: readonly Draft[],
    paths: ReadonlySet<string>,
  ) {
    this.#view = view;
    this.#owners = ownersOf(paths, ownerRecords(files), view.links);
    for (const draft of drafts) {
      const { type, name, architecture } = draft.component;
      if (!isManaged(type)) continue;
      const key = `${type} ${name}:${architecture ?? ""}`;
      this.#managed.set(`${key} ${draft.component.version} in ${draft.path}`, draft);
      this.#managed.set(key, draft);
      this.#managed.set(`${type} ${name}`, draft);
    }
    for (const draft of drafts) {
      for (const path of this.contentsOf(draft))
        if (!this.#contents.has(path)) this.#contents.set(path, draft);
    }
  }

  /** The package of an OS package manager, or of conda, whose file list has the path. */
  manager(path: string): Draft | undefined {
    const record = this.#owners.get(path);
    if (record === undefined) return undefined;
    const name = `${record.type} ${record.package}`;
    const key = `${name}:${record.architecture ?? ""}`;
    return (
      this.#managed.get(`${key} ${record.version ?? ""} in ${record.database ?? ""}`) ??
      this.#managed.get(key) ??
      this.#managed.get(name)
    );
  }

  /** The language package whose contents the path is in; of nested ones the innermost. */
  language(path: string): Draft | undefined {
    let found = this.#contents.get(path);
    if (!found) someAncestor(path, (folder) => (found = this.#contents.get(folder)) !== undefined);
    return found;
  }

  /** True paths of the folders and files that a language package names as its own. */
  contentsOf(draft: Draft | undefined): readonly string[] {
    if (!draft) return [];
    return contentsOf(draft, this.#view).map((path) => this.#view.links.follow(path) ?? path);
  }

  /** Whichever claims the path; a package manager's word first. */
  owner(path: string): Draft | undefined {
    return this.manager(path) ?? this.language(path);
  }
}

/** Packages of managers that keep file lists. */
export const isManaged = (type: PackageType): boolean =>
  type === "deb" || type === "apk" || type === "rpm" || type === "conda";

function* ownerRecords(files: readonly VisibleFile[]): Generator<OwnerRecord> {
  for (const { path, facts } of files) {
    for (const { analyzer, ownership = [] } of facts) {
      const type = OWNING.get(analyzer);
      if (type !== undefined) for (const record of ownership) yield { ...record, type, database: path };
    }
  }
}

/** Named by the package itself, and by the list of installed files in the same metadata folder. */
function contentsOf({ fact, path }: Draft, view: RootView): readonly string[] {
  const named = fact?.contents ?? [];
  if (fact?.type !== "pypi") return named;
  return [...named, ...(installedBeside(view, path)?.contents ?? [])];
}

/** Of each row the first that is there: `top_level.txt` names modules without saying where they lie. */
const INSTALLED_LISTS = [["RECORD", "installed-files.txt", "top_level.txt"], ["direct_url.json"]] as const;

/** What a Python distribution's list of installed files says; it stands beside METADATA (PEP 376, PEP 627). */
export function installedBeside(
  view: RootView,
  path: string,
): { readonly contents: readonly string[]; readonly modules: readonly string[] } | undefined {
  const folder = directoryOf(path);
  const inside = factOf(view.file(path), "installed"); // a zipped egg says all in one file
  const lists = inside ? [] : INSTALLED_LISTS;
  const known = lists.flatMap((names) =>
    names
      .map((name) => factOf(view.file(`${folder}/${name}`), "installed"))
      .find((each) => each !== undefined),
  );
  const found = [inside, ...known].filter((each) => each !== undefined);
  if (found.length === 0) return undefined;
  return {
    contents: found.flatMap(({ contents }) => contents),
    modules: [...new Set(found.flatMap(({ modules }) => modules))],
  };
}
