// SPDX-License-Identifier: Apache-2.0
/** What Windows' loader reads of a PE file, and its version resource. Microsoft PE Format. */
import { directoryIndex, directoryRange, readPeHeader, type PeHeader } from "./header.ts";
import { importNamePlaces, importTables, readImports } from "./imports.ts";
import { peArchitecture } from "./machines.ts";
import { versionResourceRange } from "./resources.ts";
import { readVersionStrings, type VersionStrings } from "./version-info.ts";
import { MAX_NAME, type FileRange, type ReadAt } from "../read-at.ts";

export interface PeFacts {
  /** As OCI names it, else `machine-N`. */
  readonly architecture: string;
  readonly kind: "executable" | "library";
  /** Imported DLLs in the file's order, delay-loaded ones last. */
  readonly needed: readonly string[];
  readonly versionStrings: VersionStrings;
  /** What could not be read, one line each. */
  readonly problems: readonly string[];
}

/** The resource tree stands in front of its data; that of a program with a thousand icons has 100 KiB. */
const MAX_TREE_BYTES = 512 * 1024;
/** Around the import table, where linkers put the names. */
const NEAR_IMPORTS_BYTES = 256 * 1024;
/** Single names asked for that stand elsewhere. */
const MAX_FAR_NAMES = 64;

/** Undefined when the file is no PE file. `peRanges` says which bytes `read` should give. */
export function readPe(read: ReadAt): PeFacts | undefined {
  const header = readPeHeader(read);
  if (!header) return undefined;
  const problems: string[] = [];
  if (!header.isWhole) problems.push("the PE headers can't be read to their end");
  const { names, isWhole } = readImports(header, read);
  if (!isWhole) problems.push("the imported DLLs can't all be read");
  return {
    architecture: peArchitecture(header.machine),
    kind: header.isDll ? "library" : "executable",
    needed: names,
    versionStrings: versionStringsOf(header, read, problems),
    problems,
  };
}

function versionStringsOf(header: PeHeader, read: ReadAt, problems: string[]): VersionStrings {
  const range = versionResourceRange(header, read);
  const tree = directoryRange(header, directoryIndex.resources);
  const strings = range && readVersionStrings(read(range.start, range.end - range.start));
  const isMissing = range ? !strings : tree !== undefined && read(tree.start, 1).length === 0;
  if (isMissing) problems.push("the version resource can't be read");
  return strings ?? new Map<string, string>();
}

/** The ranges that `readPe` reads, as far as what `read` gives tells; ask again when a range has come. */
export function peRanges(read: ReadAt): FileRange[] | undefined {
  const header = readPeHeader(read);
  if (!header) return undefined;
  if (!header.isWhole) return [header.range];
  const ranges = importTables(header).map(({ start, end }) => ({
    start: start - NEAR_IMPORTS_BYTES,
    end: end + NEAR_IMPORTS_BYTES,
  }));
  const isNear = (place: number): boolean => ranges.some(({ start, end }) => place >= start && place < end);
  const far = importNamePlaces(header, read).filter((place) => !isNear(place));
  for (const start of far.slice(0, MAX_FAR_NAMES)) ranges.push({ start, end: start + MAX_NAME });
  const tree = directoryRange(header, directoryIndex.resources);
  if (tree) ranges.push({ start: tree.start, end: Math.min(tree.end, tree.start + MAX_TREE_BYTES) });
  const version = versionResourceRange(header, read);
  if (version) ranges.push(version);
  return ranges;
}
