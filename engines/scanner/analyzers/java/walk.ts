// SPDX-License-Identifier: Apache-2.0
/** How far one file's archives are read, and what was found and left out on the way. */
import { messageOf, StellaError } from "#lib/errors.ts";
import { openZip, readZipEntry, type ZipDirectory, type ZipEntry } from "#lib/zip/index.ts";
import type { PackageFact } from "../../facts.ts";

export interface WalkLimits {
  /** Entries of all archives of one file. */
  readonly maxEntries: number;
  /** Entries of one archive that a reader may want. */
  readonly maxKept: number;
  /** Entries read for one file: an inflater is made for each. */
  readonly maxReads: number;
  /** Bytes of manifests and descriptors of one file; they are read character by character. */
  readonly maxMetadata: number;
  /** Bytes inflated for one file. */
  readonly maxInflated: number;
  /** Bytes of inflated archives that are open at one time, each within the one before. */
  readonly maxHeld: number;
  /** Archives around an archive. */
  readonly maxDepth: number;
  readonly maxPackages: number;
}

/**
 * The greatest fat jars have a few hundred thousand entries, the greatest wars a few thousand jars; an ear with a war with
 * a jar with a jar is four deep. A small bomb costs a few seconds at most.
 */
export const defaultWalkLimits: WalkLimits = {
  maxEntries: 2_000_000,
  maxKept: 100_000,
  maxReads: 20_000,
  maxMetadata: 64 * 1024 ** 2,
  maxInflated: 1024 ** 3,
  maxHeld: 256 * 1024 ** 2,
  maxDepth: 8,
  maxPackages: 20_000,
};

const MAX_PROBLEMS = 100;
/** Characters of a way inside; archives nested with long names would multiply them. */
const MAX_INNER = 4096;

export class Walk {
  readonly packages: PackageFact[] = [];
  /** See `Found.classPath`. */
  classPath: readonly string[] = [];
  readonly problems: string[] = [];
  readonly #limits: WalkLimits;
  #entriesLeft: number;
  #bytesLeft: number;
  #metadataLeft: number;
  #readsLeft: number;
  #held = 0;

  constructor(limits: WalkLimits = defaultWalkLimits) {
    this.#limits = limits;
    this.#entriesLeft = limits.maxEntries;
    this.#bytesLeft = limits.maxInflated;
    this.#metadataLeft = limits.maxMetadata;
    this.#readsLeft = limits.maxReads;
  }

  /** @throws ZIP_INVALID */
  open(bytes: Buffer, inner: string, keep: (name: string) => boolean): ZipDirectory {
    const zip = openZip(bytes, { keep, maxEntries: this.#entriesLeft, maxKept: this.#limits.maxKept });
    this.#entriesLeft -= zip.count;
    if (zip.isCut) this.problem(inner, `too many entries: not read beyond entry ${zip.count}`);
    return zip;
  }

  /** Undefined, with a problem noted, where the entry cannot be read. */
  read(zip: ZipDirectory, entry: ZipEntry, inner: string, maxBytes: number): Buffer | undefined {
    const { maxReads, maxInflated } = this.#limits;
    const isInflated = entry.method !== 0;
    if (this.#readsLeft === 0) {
      this.problem("", `more than ${maxReads} entries to read in one file`);
      return undefined;
    }
    if (isInflated && entry.size > this.#bytesLeft) {
      this.problem(inner, `not read: more than ${maxInflated} bytes inflated for one file`);
      return undefined;
    }
    this.#readsLeft -= 1;
    return this.attempt(inner, () => {
      const content = readZipEntry(zip, entry, maxBytes);
      if (isInflated) this.#bytesLeft -= content.length;
      return content;
    });
  }

  /** `read` for an archive within, which is held in memory while `step` walks it. */
  hold(zip: ZipDirectory, entry: ZipEntry, inner: string, step: (bytes: Buffer) => void): void {
    const { maxHeld } = this.#limits;
    if (entry.method !== 0 && this.#held + entry.size > maxHeld) {
      this.problem(inner, `not read: more than ${maxHeld} bytes of archives within archives at one time`);
      return;
    }
    const content = this.read(zip, entry, inner, Number.MAX_SAFE_INTEGER);
    if (content === undefined || content.length === 0) return;
    const held = entry.method === 0 ? 0 : content.length; // a stored one is a part of what is held
    this.#held += held;
    this.attempt(inner, () => step(content));
    this.#held -= held;
  }

  /** `read` for manifests and descriptors. */
  readMetadata(zip: ZipDirectory, entry: ZipEntry, inner: string, maxBytes: number): Buffer | undefined {
    const { maxMetadata } = this.#limits;
    if (entry.size <= maxBytes && entry.size > this.#metadataLeft) {
      this.problem("", `more than ${maxMetadata} bytes of manifests and descriptors`);
      return undefined;
    }
    const content = this.read(zip, entry, inner, maxBytes);
    this.#metadataLeft -= content?.length ?? 0;
    return content;
  }

  /** What `step` returns; a damaged archive becomes a problem. */
  attempt<Result>(inner: string, step: () => Result): Result | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof StellaError)) throw error;
      this.problem(inner, messageOf(error));
      return undefined;
    }
  }

  add(fact: PackageFact): void {
    const { maxPackages } = this.#limits;
    if (this.packages.length < maxPackages) this.packages.push(fact);
    else this.problem("", `more than ${maxPackages} packages`);
  }

  /** False, with a problem noted, where archives are nested too deep or their names are too long. */
  mayDescend(depth: number, inner: string): boolean {
    const { maxDepth } = this.#limits;
    if (depth <= maxDepth && inner.length <= MAX_INNER) return true;
    this.problem(inner, `not read: archives nested deeper than ${maxDepth} or with too long names`);
    return false;
  }

  problem(inner: string, message: string): void {
    const line = inner === "" ? message : `${inner.slice(0, 300)}: ${message}`;
    if (this.problems.length < MAX_PROBLEMS && !this.problems.includes(line)) this.problems.push(line);
  }
}
