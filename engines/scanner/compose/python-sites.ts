// SPDX-License-Identifier: Apache-2.0
/**
 * Site folders: those on Python's path in which distributions lie, each with its metadata beside its modules.
 * Sources: https://docs.python.org/3/library/site.html; https://packaging.python.org/en/latest/specifications/recording-installed-packages/
 */
import { baseName, directoryOf, someAncestor } from "../layer/paths.ts";

/** Name that projects give to a folder of other projects' copies; it is on nobody else's path. */
const VENDOR_FOLDER = /(?:^|\/)_vendor(?:\/|$)/;

/** A folder of copies for one project's own use, by its name. */
export const isVendored = (site: string): boolean => VENDOR_FOLDER.test(site);

/** The folder in which a distribution was installed, by the path of its metadata; of an egg the one that holds it. */
export function siteOf(path: string): string {
  const folder = directoryOf(path);
  if (baseName(folder) === "EGG-INFO") return directoryOf(directoryOf(folder));
  return /\.(?:dist|egg)-info$/.test(folder) ? directoryOf(folder) : folder;
}

/** What an installed distribution brings. */
export interface Installed {
  /** Of its metadata. */
  readonly path: string;
  readonly contents: readonly string[];
}

/** Site folders that only the distributions in them see: they lie within another distribution's own folders. */
export class VendoredSites {
  readonly #folders = new Set<string>();

  constructor(distributions: Iterable<Installed>) {
    for (const { path, contents } of distributions) {
      const within = `${siteOf(path)}/`;
      // A project that is installed from its own folder may have its environment in there.
      for (const folder of contents) if (folder.startsWith(within)) this.#folders.add(folder);
    }
  }

  has(site: string): boolean {
    return (
      isVendored(site) || this.#folders.has(site) || someAncestor(site, (folder) => this.#folders.has(folder))
    );
  }
}
