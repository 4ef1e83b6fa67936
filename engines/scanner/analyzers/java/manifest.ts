// SPDX-License-Identifier: Apache-2.0
/**
 * The main section of META-INF/MANIFEST.MF.
 * Source: JAR File Specification, "Name-Value pairs and Sections": lines of at most 72 bytes, continued by one space.
 */

interface Attribute {
  readonly value: string;
  /** 1-based. */
  readonly line: number;
}

/** Lower-case name to value, of the names that say who made what. */
export type Manifest = ReadonlyMap<string, Attribute>;

const NAMES = new Set([
  "artifact-id",
  "automatic-module-name",
  "bundle-license",
  "bundle-name",
  "bundle-symbolicname",
  "bundle-vendor",
  "bundle-version",
  "class-path",
  "group-id",
  "implementation-title",
  "implementation-vendor",
  "implementation-vendor-id",
  "implementation-version",
  "plugin-version",
  "short-name",
  "specification-title",
  "specification-version",
]);
/** A longer value is no name, version or licence. */
const MAX_VALUE = 1000;
const CLASS_PATH = "class-path";
/** Some thousand jars. */
const MAX_CLASS_PATH = 256 * 1024;

const maxLength = (name: string): number => (name === CLASS_PATH ? MAX_CLASS_PATH : MAX_VALUE);

/** As java.util.jar reads it: of a name that stands twice the last one counts. */
export function readManifest(bytes: Buffer): Manifest {
  const found = new Map<string, Attribute>();
  let open: { name: string; parts: string[]; length: number; line: number } | undefined;
  const close = (): void => {
    if (open !== undefined && open.length <= maxLength(open.name)) {
      const value = Buffer.from(open.parts.join(""), "latin1").toString().trim();
      if (value !== "") found.set(open.name, { value, line: open.line });
    }
    open = undefined;
  };
  for (const { text, line } of mainLines(bytes)) {
    if (text.startsWith(" ")) {
      if (open === undefined) continue;
      open.length += text.length - 1;
      if (open.length <= maxLength(open.name)) open.parts.push(text.slice(1));
      continue;
    }
    close();
    const colon = text.indexOf(":");
    const name = text.slice(0, Math.max(0, colon)).toLowerCase();
    const value = text.slice(colon + 1);
    if (NAMES.has(name)) open = { name, parts: [value], length: value.length, line };
  }
  close();
  return found;
}

/** Lines up to the first empty one, a character a byte: a continuation may split a character. */
function* mainLines(bytes: Buffer): Generator<{ text: string; line: number }> {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let line = 1; at < bytes.length; line++) {
    let end = at;
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++;
    if (end === at) return;
    yield { text: bytes.toString("latin1", at, end), line };
    at = bytes[end] === 13 && bytes[end + 1] === 10 ? end + 2 : end + 1;
  }
}
