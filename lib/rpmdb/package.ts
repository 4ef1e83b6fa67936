// SPDX-License-Identifier: Apache-2.0
/** What an installed package's header says, as far as anything here asks for it. */
import type { HeaderBlob } from "./blobs.ts";
import { rpmdbError } from "./errors.ts";
import { RpmHeader } from "./header.ts";
import { TAG } from "./tags.ts";

/** Texts are the header's own; a tag that is absent or empty is not set. */
export interface RpmPackage {
  readonly name: string;
  /** Undefined differs from 0 in the header only, in no comparison. */
  readonly epoch?: number;
  readonly version: string;
  readonly release: string;
  readonly architecture?: string;
  readonly license?: string;
  readonly vendor?: string;
  readonly packager?: string;
  /** File name of the source package. */
  readonly sourceRpm?: string;
  /** `name:stream:version:context` of the module it was built for. */
  readonly modularityLabel?: string;
  /** Names in the header's order, with repetitions. */
  readonly provides: readonly string[];
  /** The same, among them boolean dependencies in parentheses. */
  readonly requires: readonly string[];
  readonly files: RpmFiles;
  /** Of the header in the file; where it lies in pieces, of the first. */
  readonly offset: number;
}

/** Parallel lists; file `i` is `folders[folderOf[i]] + names[i]`. */
export interface RpmFiles {
  readonly names: readonly string[];
  /** Absolute, with a slash at the end. */
  readonly folders: readonly string[];
  /** Every index is one of `folders`. */
  readonly folderOf: ArrayLike<number>;
  /** st_mode. Empty where the header has none. */
  readonly modes: ArrayLike<number>;
  /** 0 normal, 1 replaced, 2 not installed, 3 network share, 4 other word size. Empty where the header has none. */
  readonly states: ArrayLike<number>;
}

/** Of a signing key that rpm keeps among the packages. */
const KEY_NAME = "gpg-pubkey";

/** Undefined for a signing key. @throws RPMDB_INVALID */
export function readPackage({ bytes, offset }: HeaderBlob): RpmPackage | undefined {
  const header = new RpmHeader(bytes, offset);
  const [name, version, release] = [
    header.text(TAG.name),
    header.text(TAG.version),
    header.text(TAG.release),
  ];
  if (name === KEY_NAME) return undefined;
  if (name === undefined || version === undefined || release === undefined) {
    throw rpmdbError("RPMDB_INVALID", "a header has no name, version or release", offset);
  }
  const epoch = header.numbers(TAG.epoch)[0];
  return {
    name,
    ...(epoch === undefined ? {} : { epoch }),
    version,
    release,
    ...optional("architecture", header.text(TAG.arch)),
    ...optional("license", header.text(TAG.license)),
    ...optional("vendor", header.text(TAG.vendor)),
    ...optional("packager", header.text(TAG.packager)),
    ...optional("sourceRpm", header.text(TAG.sourceRpm)),
    ...optional("modularityLabel", header.text(TAG.modularityLabel)),
    provides: header.texts(TAG.provideName),
    requires: header.texts(TAG.requireName),
    files: readFiles(header, offset),
    offset,
  };
}

function optional<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, string>);
}

function readFiles(header: RpmHeader, offset: number): RpmFiles {
  const [names, folders] = [header.texts(TAG.baseNames), header.texts(TAG.dirNames)];
  const folderOf = header.numbers(TAG.dirIndexes);
  const [modes, states] = [header.numbers(TAG.fileModes), header.numbers(TAG.fileStates)];
  const isParallel = [modes, states].every(({ length }) => length === 0 || length === names.length);
  if (!isParallel || folderOf.length !== names.length || !folderOf.every((index) => index < folders.length)) {
    throw rpmdbError("RPMDB_INVALID", "a header's file lists are not of one length", offset);
  }
  return { names, folders, folderOf, modes, states };
}
