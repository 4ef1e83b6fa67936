// SPDX-License-Identifier: Apache-2.0
/**
 * Packages that Yarn 2 and later keep as zip archives, from which Plug'n'Play runs them.
 * Source: https://yarnpkg.com/features/caching, https://yarnpkg.com/advanced/pnp-spec
 */
import { messageOf } from "#lib/errors.ts";
import { openZip, readZipEntry } from "#lib/zip/index.ts";
import { invalidInput } from "../../analyzer.ts";
import { packageFolderOf } from "./package-folder.ts";

/** The project's cache, or the one shared by all of a user's projects. */
const ARCHIVE = /(?:^|\/)\.yarn\/(?:berry\/)?cache\/[^/]+\.zip$/;
/** Icon sets have tens of thousands of files. */
const MAX_ENTRIES = 500_000;
/** A package with all that is bundled with it; npm itself has 200. */
const MAX_MANIFESTS = 2000;
/** Of all manifests of one archive. */
const MAX_BYTES = 32 * 1024 * 1024;

export const isYarnArchive = (path: string): boolean => path.endsWith(".zip") && ARCHIVE.test(path);

interface Manifests {
  readonly manifests: readonly { readonly inner: string; readonly text: string }[];
  readonly problems: string[];
}

/** Manifests of the package and of those bundled with it. @throws ANALYZER_INPUT_INVALID */
export function manifestsIn(bytes: Buffer, path: string, maxManifest: number): Manifests {
  const zip = opened(bytes, path);
  const problems: string[] = zip.isCut ? [`more than ${MAX_ENTRIES} entries`] : [];
  const manifests: { inner: string; text: string }[] = [];
  let total = 0;
  for (const entry of zip.entries) {
    total += entry.size;
    if (manifests.length === MAX_MANIFESTS || total > MAX_BYTES) {
      problems.push(`of its manifests ${manifests.length} are read: too many or too long`);
      break;
    }
    try {
      manifests.push({ inner: entry.name, text: readZipEntry(zip, entry, maxManifest).toString("utf8") });
    } catch (error) {
      total -= entry.size;
      if (problems.length < MAX_MANIFESTS) problems.push(messageOf(error));
    }
  }
  return { manifests, problems };
}

function opened(bytes: Buffer, path: string): ReturnType<typeof openZip> {
  try {
    return openZip(bytes, { keep: (name) => packageFolderOf(name) !== undefined, maxEntries: MAX_ENTRIES });
  } catch (cause) {
    throw invalidInput(path, messageOf(cause), cause);
  }
}
