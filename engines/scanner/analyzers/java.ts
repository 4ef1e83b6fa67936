// SPDX-License-Identifier: Apache-2.0
/**
 * Java archives with all that is nested in them, unpacked Maven descriptors, and Java runtimes.
 * Sources: JAR File Specification; Maven Archiver; the JDK's `release` file.
 */
import { zipErrors } from "#lib/zip/index.ts";
import { invalidInput, type FileAnalyzer } from "../analyzer.ts";
import type { PackageFact, Reading } from "../facts.ts";
import { isArchiveName, MAX_ARCHIVE, walkArchive } from "./java/archive.ts";
import { isDescriptor } from "./java/descriptors.ts";
import { readPomProperties } from "./java/pom-properties.ts";
import { readRelease } from "./java/release.ts";
import { Walk } from "./java/walk.ts";

const RELEASE = "/release";
const PROPERTIES = "/pom.properties";
/** A longer text file is neither a `release` nor a pom.properties. */
const MAX_TEXT_BYTES = 64 * 1024;
/** Suffixes that other formats use too: no zip then is no damage. */
const IS_SHARED_SUFFIX = /\.[nps]ar$/i;

export const java: FileAnalyzer = {
  id: "language/java",
  version: 3,
  maxBytes: MAX_ARCHIVE,
  keptByContent: true,
  wants: ({ path }) =>
    isArchiveName(path) || path.endsWith(RELEASE) || (path.endsWith(PROPERTIES) && isDescriptor(path)),
  analyze({ file: { path }, bytes, text }) {
    if (isArchiveName(path)) return archive(path, bytes);
    if (bytes.length > MAX_TEXT_BYTES) return undefined;
    const fact = path.endsWith(RELEASE) ? readRelease(text()) : unpacked(text());
    return fact && { packages: [fact] };
  },
};

function archive(path: string, bytes: Buffer): Reading | undefined {
  if (bytes.length === 0) return undefined;
  const walk = new Walk();
  try {
    walkArchive(walk, bytes, { name: path, inner: "", depth: 0 });
  } catch (error) {
    if (!zipErrors.is(error)) throw error;
    if (IS_SHARED_SUFFIX.test(path) && bytes.toString("latin1", 0, 2) !== "PK") return undefined;
    throw invalidInput(path, error.message, error);
  }
  const { packages, problems, classPath } = walk;
  if (packages.length + problems.length + classPath.length === 0) return undefined;
  return {
    ...(packages.length === 0 ? {} : { packages }),
    ...(classPath.length === 0 ? {} : { classPath }),
    ...(problems.length === 0 ? {} : { problems }),
  };
}

/** A descriptor on disk, of an exploded war or jar. */
function unpacked(text: string): PackageFact | undefined {
  const stated = readPomProperties(text);
  if (stated === undefined) return undefined;
  const { group, artifact, version, line } = stated;
  return { type: "maven", namespace: group, name: artifact, version, line };
}
