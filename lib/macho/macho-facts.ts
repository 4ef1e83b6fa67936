// SPDX-License-Identifier: Apache-2.0
/** What dyld reads of a Mach-O file; of a fat one of its first slice. Apple's mach-o/loader.h, dyld(1). */
import { commandText, readCommands } from "./commands.ts";
import { machTypes, readMachFile } from "./header.ts";
import { machArchitecture } from "./machines.ts";
import type { FileRange, ReadAt } from "../read-at.ts";

export interface MachFacts {
  /** Of all slices, as OCI names them, else `machine-N`. */
  readonly architectures: readonly string[];
  readonly kind: "executable" | "library";
  /** dyld's own path; static programs have none. */
  readonly interpreter?: string;
  /** Install names of the needed dylibs in the file's order. */
  readonly needed: readonly string[];
  /** A dylib's own install name. */
  readonly installName?: string;
  readonly rpath?: readonly string[];
  /** Lower-case hex. */
  readonly uuid?: string;
  /** What could not be read, one line each. */
  readonly problems: readonly string[];
}

const LC_ID_DYLIB = 0xd;
const LC_LOAD_DYLINKER = 0xe;
const LC_UUID = 0x1b;
const LC_RPATH = 0x8000001c;
/** Load, lazy load, weak load, re-export and upward load of a dylib. */
const LOADS = new Set([0xc, 0x20, 0x80000018, 0x8000001f, 0x80000023]);
const LIBRARY_TYPES: ReadonlySet<number> = new Set([machTypes.dylib, machTypes.dylinker, machTypes.bundle]);

/** Undefined for what is neither program nor library, `cut` where a slice is not at hand. `machRanges` says which bytes `read` should give. */
export function readMach(read: ReadAt): MachFacts | "cut" | undefined {
  const file = readMachFile(read);
  if (!file) return undefined;
  const { first, cpus } = file;
  if (!first) return "cut";
  const architectures = [...new Set(cpus.map(machArchitecture))];
  const isLibrary = LIBRARY_TYPES.has(first.type);
  if (!isLibrary && first.type !== machTypes.execute) return undefined;
  const { commands, isWhole } = readCommands(first, read);
  const texts = (isWanted: (type: number) => boolean): string[] =>
    commands
      .filter(({ type }) => isWanted(type))
      .map((command) => commandText(first, command))
      .filter((text) => text !== undefined);
  const [installName] = texts((type) => type === LC_ID_DYLIB);
  const [interpreter] = texts((type) => type === LC_LOAD_DYLINKER);
  const rpath = texts((type) => type === LC_RPATH);
  const uuid = commands.find(({ type }) => type === LC_UUID)?.bytes.subarray(8, 24);
  return {
    architectures,
    kind: isLibrary ? "library" : "executable",
    ...(interpreter === undefined ? {} : { interpreter }),
    needed: texts((type) => LOADS.has(type)),
    ...(installName === undefined ? {} : { installName }),
    ...(rpath.length === 0 ? {} : { rpath }),
    ...(uuid?.length === 16 ? { uuid: uuid.toString("hex") } : {}),
    problems: isWhole ? [] : ["the load commands can't all be read"],
  };
}

/** The ranges that `readMach` reads, as far as what `read` gives tells; ask again when a range has come. */
export function machRanges(read: ReadAt): FileRange[] | undefined {
  const file = readMachFile(read);
  if (!file) return undefined;
  if (!file.first) return [file.firstRange];
  const isWanted = LIBRARY_TYPES.has(file.first.type) || file.first.type === machTypes.execute;
  return isWanted ? [file.first.commands] : undefined;
}
