// SPDX-License-Identifier: Apache-2.0
/** The packages of an RPM database in any of its forms: SQLite, Berkeley DB hash, ndb. rpm(8), "FILES"; `_db_backend`. */
import { messageOf } from "../errors.ts";
import { BDB_HASH_MAGIC, BDB_MAGIC_OFFSET, bdbBlobs } from "./bdb.ts";
import { ProblemLog, type HeaderBlob } from "./blobs.ts";
import { rpmdbError, rpmdbErrors } from "./errors.ts";
import { NDB_MAGIC, ndbBlobs } from "./ndb.ts";
import { readPackage, type RpmPackage } from "./package.ts";
import { SQLITE_MAGIC } from "./sqlite/file.ts";
import { sqliteBlobs } from "./sqlite/packages.ts";

/** A large installation has a few thousand. */
const MAX_PACKAGES = 100_000;

/**
 * Calls `onPackage` in the file's order, without signing keys, and returns what had to be left out, one line each.
 * @throws RPMDB_INVALID where the file is of none of the forms, or damaged where all of it hangs together.
 */
export function visitPackages(bytes: Buffer, onPackage: (found: RpmPackage) => void): string[] {
  const problems = new ProblemLog();
  let count = 0;
  try {
    for (const blob of blobsOf(bytes, problems)) {
      if (++count > MAX_PACKAGES) {
        throw rpmdbError("RPMDB_LIMIT", `reading ends: over ${MAX_PACKAGES} packages`, blob.offset);
      }
      const found = problems.attempt(() => readPackage(blob));
      if (found) onPackage(found);
    }
  } catch (error) {
    if (!rpmdbErrors.is(error, "RPMDB_LIMIT")) throw error;
    return [...problems.messages, messageOf(error)];
  }
  return problems.messages;
}

function blobsOf(bytes: Buffer, problems: ProblemLog): Generator<HeaderBlob> {
  if (startsWith(bytes, SQLITE_MAGIC)) return sqliteBlobs(bytes, problems);
  if (startsWith(bytes, NDB_MAGIC)) return ndbBlobs(bytes, problems);
  if (bytes.length >= BDB_MAGIC_OFFSET + 4) {
    const isLittle = bytes.readUInt32LE(BDB_MAGIC_OFFSET) === BDB_HASH_MAGIC;
    if (isLittle || bytes.readUInt32BE(BDB_MAGIC_OFFSET) === BDB_HASH_MAGIC) return bdbBlobs(bytes, problems);
  }
  throw rpmdbError("RPMDB_INVALID", "neither SQLite nor a Berkeley DB hash nor ndb", 0);
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic);
}
