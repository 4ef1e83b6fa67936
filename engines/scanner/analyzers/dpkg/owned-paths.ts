// SPDX-License-Identifier: Apache-2.0
/** The files of a package from dpkg's lists, without directories, documentation and C headers. dpkg-query(1) `--listfiles`. */

/** Trees in which no component can stand; the letter behind `usr/share/` decides most paths. */
const DOCUMENTATION = /^usr\/share\/(?:doc|man|locale|info|lintian|bug|doc-base)\//;
const SHARE = "usr/share/";

/** Of one package; the greatest have a tenth of it. */
const MAX_PATHS = 500_000;

export interface OwnedPaths {
  /** Joined by newlines. */
  readonly paths: string;
  /** True where there are more than are kept. */
  readonly isCut: boolean;
}

/** From info/NAME.list: one absolute path a line, directories before what is in them. */
export function ownedPaths(text: string): OwnedPaths {
  const kept: string[] = [];
  let at = 0;
  while (at < text.length && kept.length < MAX_PATHS) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const path = text.slice(at + 1, end);
    const isDirectory =
      text.charCodeAt(end + 1 + end - at) === SLASH && text.startsWith(text.slice(at, end), end + 1);
    if (!isDirectory && path.length > 1) keep(kept, path);
    at = end + 1;
  }
  return { paths: kept.join("\n"), isCut: at < text.length };
}

const SLASH = 0x2f;

/** From status.d/NAME.md5sums: checksum, two spaces, path without a leading slash. */
export function ownedPathsOfMd5sums(text: string): OwnedPaths {
  const kept: string[] = [];
  let at = 0;
  while (at < text.length && kept.length < MAX_PATHS) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const path = /^[0-9a-f]{32} [ *](?:\.\/)?(.+)$/.exec(text.slice(at, end))?.[1];
    if (path !== undefined) keep(kept, path);
    at = end + 1;
  }
  return { paths: kept.join("\n"), isCut: at < text.length };
}

function keep(kept: string[], path: string): void {
  if (path.startsWith("usr/include/") || (path.startsWith(SHARE) && DOCUMENTATION.test(path))) return;
  kept.push(path);
}
