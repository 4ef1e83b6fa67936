// SPDX-License-Identifier: Apache-2.0
/** What a dynamic linker reads of an ELF file. System V ABI, chapters 4 and 5, and ld.so(8). */
import { FLAG_PIE, readDynamic, tags, type DynamicSection } from "./dynamic.ts";
import {
  fileRangeOf,
  fileTypes,
  isLinked,
  readElfHeader,
  segmentRanges,
  segmentTypes,
  type ElfHeader,
} from "./header.ts";
import { elfArchitecture } from "./machines.ts";
import { NOTE_GNU_BUILD_ID, NOTE_GO_BUILD_ID, readNotes } from "./notes.ts";
import { MAX_DYNAMIC_BYTES, MAX_NOTE_BYTES, MAX_NOTES, MAX_PATH_BYTES } from "./limits.ts";
import { cString, type FileRange, type ReadAt } from "../read-at.ts";
import { sectionNotes } from "./section-notes.ts";
import { readVersionNeeds, type VersionNeed } from "./version-needs.ts";

export interface ElfFacts {
  /** As OCI names it, else `machine-N`. */
  readonly architecture: string;
  readonly kind: "executable" | "library";
  readonly interpreter?: string;
  readonly needed: readonly string[];
  readonly soname?: string;
  readonly rpath?: readonly string[];
  readonly runpath?: readonly string[];
  /** Lower-case hex. */
  readonly buildId?: string;
  /** Sorted by library. */
  readonly versionNeeds: readonly VersionNeed[];
  /** The Go linker's note is there. */
  readonly hasGoNote: boolean;
  /** What could not be read, one line each. */
  readonly problems: readonly string[];
}

/** Real programs name under 300. */
const MAX_NEEDED = 4096;

/** Undefined for what is neither executable nor shared object. `elfRanges` says which bytes `read` should give. */
export function readElf(read: ReadAt): ElfFacts | undefined {
  const header = readElfHeader(read);
  if (!header || !isLinked(header)) return undefined;
  const problems: string[] = [];
  if (header.segments.length === 0 && header.table.end > header.table.start) {
    problems.push("the ELF program headers can't be read");
  }
  const interpreter = interpreterOf(header, read, problems);
  const dynamic = dynamicOf(header, read, problems);
  const linking = dynamic ? linkingOf(dynamic, header, read, problems) : { needed: [], versionNeeds: [] };
  const isPie = ((dynamic?.value(tags.flags1) ?? 0) & FLAG_PIE) !== 0;
  return {
    architecture: elfArchitecture(header),
    kind: isExecutable(header, interpreter, linking.soname, isPie) ? "executable" : "library",
    ...(interpreter === undefined ? {} : { interpreter }),
    ...linking,
    ...noteFacts(header, read),
    problems,
  };
}

/** A shared object with a name of its own may have an interpreter to print its version, as libc.so.6 does. */
function isExecutable(
  { type }: ElfHeader,
  interpreter: string | undefined,
  soname: string | undefined,
  isPie: boolean,
): boolean {
  return type === fileTypes.executable || isPie || (interpreter !== undefined && soname === undefined);
}

function interpreterOf(header: ElfHeader, read: ReadAt, problems: string[]): string | undefined {
  const [range] = segmentRanges(header, segmentTypes.interpreter);
  if (!range) return undefined;
  const path = cString(read, range.start, Math.min(range.end - range.start, MAX_PATH_BYTES));
  if (path === undefined) problems.push("the interpreter's path can't be read");
  return path;
}

/** Undefined where there is none; an empty segment is that of a file of debug information. */
function dynamicOf(header: ElfHeader, read: ReadAt, problems: string[]): DynamicSection | undefined {
  const [range] = segmentRanges(header, segmentTypes.dynamic);
  if (!range) return undefined;
  const length = Math.min(range.end - range.start, MAX_DYNAMIC_BYTES);
  const bytes = read(range.start, length);
  if (bytes.length < length) problems.push("the dynamic section can't be read to its end");
  return readDynamic(bytes, header);
}

type Linking = Pick<ElfFacts, "needed" | "soname" | "rpath" | "runpath" | "versionNeeds">;

function linkingOf(dynamic: DynamicSection, header: ElfHeader, read: ReadAt, problems: string[]): Linking {
  const strings = stringsOf(dynamic, header);
  const text = (offset: number, max?: number): string | undefined =>
    strings && offset < strings.end - strings.start ? cString(read, strings.start + offset, max) : undefined;
  let isWhole = dynamic.needed.length <= MAX_NEEDED;
  const tagText = (tag: number, max?: number): string | undefined => {
    const offset = dynamic.value(tag);
    const value = offset === undefined ? undefined : text(offset, max);
    isWhole &&= offset === undefined || value !== undefined;
    return value;
  };
  const needed = dynamic.needed.slice(0, MAX_NEEDED).map((offset) => text(offset));
  const soname = tagText(tags.soname);
  const [rpath, runpath] = [tagText(tags.rpath, MAX_PATH_BYTES), tagText(tags.runpath, MAX_PATH_BYTES)];
  const known = needed.filter((name) => name !== undefined);
  if (!isWhole || known.length < needed.length)
    problems.push("the names in the dynamic section can't all be read");
  return {
    needed: known,
    ...(soname === undefined ? {} : { soname }),
    ...(rpath === undefined ? {} : { rpath: rpath.split(":") }),
    ...(runpath === undefined ? {} : { runpath: runpath.split(":") }),
    versionNeeds: versionNeedsOf(dynamic, header, read, text, problems),
  };
}

function versionNeedsOf(
  dynamic: DynamicSection,
  header: ElfHeader,
  read: ReadAt,
  name: (offset: number) => string | undefined,
  problems: string[],
): readonly VersionNeed[] {
  const address = dynamic.value(tags.versionNeeds);
  if (address === undefined) return [];
  const range = fileRangeOf(header, address);
  const count = dynamic.value(tags.versionNeedsCount) ?? 0;
  const { needs, isWhole } = range
    ? readVersionNeeds(read, header, { start: range.start, count, name })
    : { needs: [], isWhole: false };
  if (!isWhole) problems.push("the needed symbol versions can't all be read");
  return needs;
}

/** The dynamic string table in the file. */
export function stringsOf(dynamic: DynamicSection, header: ElfHeader): FileRange | undefined {
  const address = dynamic.value(tags.strings);
  const range = address === undefined ? undefined : fileRangeOf(header, address);
  if (!range) return undefined;
  const size = dynamic.value(tags.stringsSize) ?? Infinity;
  return { start: range.start, end: Math.min(range.end, range.start + size) };
}

function noteFacts(header: ElfHeader, read: ReadAt): Pick<ElfFacts, "buildId" | "hasGoNote"> {
  const segments = header.segments
    .filter(({ type, fileSize }) => type === segmentTypes.note && fileSize > 0)
    .map(({ offset, fileSize, alignment }) => ({
      range: { start: offset, end: offset + fileSize },
      alignment,
    }));
  const notes = [...segments.slice(0, MAX_NOTES), ...sectionNotes(header, read)].flatMap(
    ({ range: { start, end }, alignment }) =>
      readNotes(read(start, Math.min(end - start, MAX_NOTE_BYTES)), header, alignment),
  );
  const gnu = notes.find(({ name, type }) => name === "GNU" && type === NOTE_GNU_BUILD_ID);
  return {
    ...(gnu && gnu.description.length > 0 ? { buildId: gnu.description.toString("hex") } : {}),
    hasGoNote: notes.some(({ name, type }) => name === "Go" && type === NOTE_GO_BUILD_ID),
  };
}
