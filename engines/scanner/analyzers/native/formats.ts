// SPDX-License-Identifier: Apache-2.0
/** The binary formats by their first bytes, and their readers' facts in the scanner's shape. */
import { elfRanges, readElf, type FileRange, type ReadAt } from "#lib/elf/index.ts";
import { machRanges, readMach } from "#lib/macho/index.ts";
import { peRanges, readPe, type VersionStrings } from "#lib/pe/index.ts";
import type { BinaryFact } from "../../facts.ts";

/** Bytes that a format is known by. */
export const MAGIC_BYTES = 8;

export interface Linking {
  readonly facts: Omit<BinaryFact, "sha256">;
  readonly problems: readonly string[];
}

export interface BinaryFormat {
  /** Parts of the file that `read` needs, as far as is known; called again when parts have come. Undefined: none. */
  ranges(read: ReadAt): FileRange[] | undefined;
  /** Undefined for what the format holds besides programs and libraries; `cut` where the header is not whole. */
  read(read: ReadAt): Linking | "cut" | undefined;
}

/** Undefined when the first `MAGIC_BYTES` bytes are of no binary. */
export function formatOf(magic: Buffer): BinaryFormat | undefined {
  if (magic.length < MAGIC_BYTES) return undefined;
  const first = magic.readUInt32BE(0);
  if (first === 0x7f454c46) return elf;
  if (first >>> 16 === 0x4d5a) return pe;
  return MACH_MAGICS.has(first) ? macho : undefined;
}

const MACH_MAGICS = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe, 0xcafebabf]);

const elf: BinaryFormat = {
  ranges: elfRanges,
  read(read) {
    const elfFacts = readElf(read);
    if (!elfFacts) return undefined;
    const { versionNeeds, hasGoNote, problems, ...rest } = elfFacts;
    const facts: Linking["facts"] = {
      format: "elf",
      ...rest,
      isStatic: rest.interpreter === undefined && rest.needed.length === 0,
      ...(versionNeeds.length === 0 ? {} : { symbolVersions: versionNeeds }),
      ...(hasGoNote ? { language: "go" } : {}),
    };
    return { facts, problems };
  },
};

const pe: BinaryFormat = {
  ranges: peRanges,
  read(read) {
    const peFacts = readPe(read);
    if (!peFacts) return undefined;
    const { versionStrings, problems, ...rest } = peFacts;
    const product = productOf(versionStrings);
    const facts: Linking["facts"] = {
      format: "pe",
      ...rest,
      isStatic: rest.needed.length === 0,
      ...(Object.keys(product).length === 0 ? {} : { product }),
    };
    return { facts, problems };
  },
};

function productOf(strings: VersionStrings): NonNullable<BinaryFact["product"]> {
  const [name, version] = [strings.get("ProductName"), strings.get("ProductVersion")];
  const [fileVersion, company] = [strings.get("FileVersion"), strings.get("CompanyName")];
  return {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(fileVersion === undefined ? {} : { fileVersion }),
    ...(company === undefined ? {} : { company }),
  };
}

const macho: BinaryFormat = {
  ranges: machRanges,
  read(read) {
    const machFacts = readMach(read);
    if (typeof machFacts !== "object") return machFacts;
    const { architectures, kind, interpreter, needed, installName, rpath, uuid, problems } = machFacts;
    const facts: Linking["facts"] = {
      format: "macho",
      architecture: architectures.join(),
      kind,
      isStatic: interpreter === undefined && needed.length === 0,
      needed,
      ...(installName === undefined ? {} : { soname: installName }),
      ...(rpath === undefined ? {} : { rpath }),
      ...(uuid === undefined ? {} : { buildId: uuid }),
    };
    return { facts, problems };
  },
};
