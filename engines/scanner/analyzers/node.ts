// SPDX-License-Identifier: Apache-2.0
/**
 * Packages installed by npm, pnpm, Yarn and Debian: one package.json directly in each package's folder; of Yarn's
 * Plug'n'Play, in each archive of its cache.
 * Sources: https://docs.npmjs.com/cli/configuring-npm/folders, https://docs.npmjs.com/cli/configuring-npm/package-json,
 * https://yarnpkg.com/features/caching
 */
import { StellaError, messageOf } from "#lib/errors.ts";
import type { FileAnalyzer, FileInput } from "../analyzer.ts";
import type { PackageFact, Reading } from "../facts.ts";
import { packageFolderOf } from "./node/package-folder.ts";
import * as packageJson from "./node/package-json.ts";
import { isYarnArchive, manifestsIn } from "./node/yarn-cache.ts";

const NEEDED = ["dependencies", "optionalDependencies", "peerDependencies"];
/** The largest packages name some hundreds. */
const MAX_REQUIRES = 2000;
/** Of a package.json; those of real packages have some kilobytes. */
const MAX_MANIFEST = 8 * 1024 * 1024;

export const node: FileAnalyzer = {
  id: "language/node",
  version: 3,
  maxBytes: 128 * 1024 * 1024, // an archive with a browser or a compiler
  wants: ({ path }) => packageFolderOf(path) !== undefined || isYarnArchive(path),
  analyze(input) {
    if (isYarnArchive(input.file.path)) return archive(input);
    const { file, bytes, text } = input;
    if (bytes.length > MAX_MANIFEST) throw tooLarge(bytes.length);
    return installed(text(), file.path, packageFolderOf(file.path));
  },
};

/** As of a file over the analyzer's own limit, which is that of archives. */
const tooLarge = (size: number): Error =>
  new StellaError("LIMIT_FILE_BYTES", "invalid", `file of ${size} bytes; at most ${MAX_MANIFEST} are read`);

/** @param folder the package's, or the archive that it is. */
function installed(text: string, path: string, folder: string | undefined): Reading | undefined {
  const manifest = packageJson.parsePackageJson(text, path);
  const named = packageJson.nameOf(manifest);
  const version = packageJson.textOf(manifest["version"]);
  if (named === undefined || version === undefined) return undefined; // a folder's type marker, not a package
  const licenses = packageJson.licensesOf(manifest);
  const supplier = packageJson.authorOf(manifest);
  const requires = packageJson.dependenciesOf(manifest, NEEDED);
  const line = packageJson.lineOfKey(text, "version");
  const fact: PackageFact = {
    type: "npm",
    ...named,
    version,
    ...(licenses.length === 0 ? {} : { licenses }),
    ...(supplier === undefined ? {} : { supplier }),
    ...(requires.length === 0 ? {} : { requires: requires.slice(0, MAX_REQUIRES) }),
    ...(folder === undefined ? {} : { contents: [folder] }),
    ...(line === undefined ? {} : { line }),
  };
  if (requires.length <= MAX_REQUIRES) return { packages: [fact] };
  const problem = `${named.name} requires ${requires.length} packages; ${MAX_REQUIRES} are kept`;
  return { packages: [fact], problems: [problem] };
}

function archive({ file: { path }, bytes }: FileInput): Reading | undefined {
  const packages: PackageFact[] = [];
  const { manifests, problems } = manifestsIn(bytes, path, MAX_MANIFEST);
  for (const { inner, text } of manifests) {
    try {
      const reading = installed(text, inner, path);
      problems.push(...(reading?.problems ?? []));
      for (const fact of reading?.packages ?? []) packages.push({ ...fact, inner });
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  if (packages.length + problems.length === 0) return undefined;
  return {
    ...(packages.length === 0 ? {} : { packages }),
    ...(problems.length === 0 ? {} : { problems }),
  };
}
