// SPDX-License-Identifier: Apache-2.0
/** DLLs that a PE file imports. Microsoft PE Format, "Import Directory Table" and "Delay-Load Directory Table". */
import { directoryIndex, directoryRange, fileRangeOf, type PeHeader } from "./header.ts";
import { cString, type FileRange, type ReadAt } from "../read-at.ts";

/** Windows programs import under 100 DLLs. */
const MAX_IMPORTS = 1024;

interface Table {
  readonly index: number;
  readonly entryBytes: number;
  readonly nameAt: number;
}

const tables: readonly Table[] = [
  { index: directoryIndex.imports, entryBytes: 20, nameAt: 12 },
  { index: directoryIndex.delayImports, entryBytes: 32, nameAt: 4 },
];

export interface PeImports {
  /** In the file's order, delay-loaded ones last. */
  readonly names: readonly string[];
  readonly isWhole: boolean;
}

export function readImports(header: PeHeader, read: ReadAt): PeImports {
  const names: string[] = [];
  let isWhole = true;
  for (const table of tables) {
    const { places, isWhole: isTableWhole } = namePlaces(header, read, table);
    isWhole &&= isTableWhole;
    for (const place of places) {
      const name = place === undefined ? undefined : cString(read, place);
      if (name === undefined) isWhole = false;
      else names.push(name);
    }
  }
  return { names, isWhole };
}

/** Where the names stand, as far as the tables are at hand. */
export function importNamePlaces(header: PeHeader, read: ReadAt): number[] {
  return tables
    .flatMap((table) => namePlaces(header, read, table).places)
    .filter((place) => place !== undefined);
}

/** The tables' first bytes; how long they are only their content says. */
export function importTables(header: PeHeader): FileRange[] {
  return tables.flatMap(({ index, entryBytes }) => {
    const range = directoryRange(header, index);
    if (!range) return [];
    return [{ start: range.start, end: Math.min(range.end, range.start + entryBytes * (MAX_IMPORTS + 1)) }];
  });
}

function namePlaces(
  header: PeHeader,
  read: ReadAt,
  { index, entryBytes, nameAt }: Table,
): { places: (number | undefined)[]; isWhole: boolean } {
  const places: (number | undefined)[] = [];
  const directory = header.directories[index];
  const range = directoryRange(header, index);
  if (!range) return { places, isWhole: directory === undefined || directory.address === 0 };
  const table = read(range.start, entryBytes * (MAX_IMPORTS + 1));
  for (let at = 0; at + entryBytes <= table.length; at += entryBytes) {
    const address = table.readUInt32LE(at + nameAt);
    if (address === 0) return { places, isWhole: true };
    places.push(
      fileRangeOf(header, delayed(table.readUInt32LE(at), index) ? address - header.imageBase : address)
        ?.start,
    );
  }
  return { places, isWhole: false };
}

/** Delay tables of Visual C++ 6 hold addresses, and not those relative to the image's base. */
const delayed = (attributes: number, index: number): boolean =>
  index === directoryIndex.delayImports && (attributes & 1) === 0;
