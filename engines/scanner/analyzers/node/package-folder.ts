// SPDX-License-Identifier: Apache-2.0
/**
 * Which package.json is an installed package's: the one directly in a folder that a package manager made for a package.
 * Sources: https://docs.npmjs.com/cli/configuring-npm/folders, https://pnpm.io/symlinked-node-modules-structure,
 * https://wiki.debian.org/Javascript/Nodejs/Manual (usr/share/nodejs).
 */
const MANIFEST = "/package.json";
const MODULES = "node_modules/";
/** A package's own folder below node_modules; names that begin with a dot are the package manager's (.bin, .pnpm). */
const PACKAGE = /^(?:@[^/]+\/)?[^/@.][^/]*$/;
/** Where Debian's packages and the official Node images put packages without a node_modules folder. */
const ELSEWHERE = /^(?:usr\/(?:share|lib(?:\/[^/]+)?)\/nodejs\/(?:@[^/]+\/)?[^/@.][^/]*|opt\/yarn-v\d[^/]*)$/;
/** Yarn 1 unpacks each download to `v6/npm-NAME-VERSION-HASH/node_modules/NAME`: a cache, from which nothing is run. */
const YARN_CACHE = /(?:^|\/)v\d+\/npm-[^/]+\/node_modules\//;
const TESTS = new Set(["test", "tests", "__tests__", "fixture", "fixtures", "__fixtures__", "testdata"]);

/** The package's folder, no slash at the end; undefined when the path is not that of an installed package's manifest. */
export function packageFolderOf(path: string): string | undefined {
  if (!path.endsWith(MANIFEST)) return undefined;
  const folder = path.slice(0, -MANIFEST.length);
  const name = afterNodeModules(folder);
  if (name === undefined) {
    const isKnown = (folder.startsWith("usr/") || folder.startsWith("opt/")) && ELSEWHERE.test(folder);
    return isKnown ? folder : undefined;
  }
  return PACKAGE.test(name) && !YARN_CACHE.test(folder) && !isTestOfPackage(folder) ? folder : undefined;
}

/** What follows the last node_modules folder; undefined where there is none. */
function afterNodeModules(folder: string): string | undefined {
  const at = folder.lastIndexOf(MODULES);
  if (at < 0 || (at > 0 && folder.charAt(at - 1) !== "/")) return undefined;
  return folder.slice(at + MODULES.length);
}

/** A node_modules folder among the tests that a package ships: made up for a resolver or bundler to be tried on. */
function isTestOfPackage(folder: string): boolean {
  if (folder.indexOf(MODULES) === folder.lastIndexOf(MODULES)) return false;
  const segments = folder.split("/");
  return segments.some((segment, index) => {
    if (!TESTS.has(segment) || index < segments.indexOf("node_modules")) return false;
    const before = segments[index - 1] ?? "";
    return before !== "node_modules" && !before.startsWith("@"); // else a package of that name
  });
}
