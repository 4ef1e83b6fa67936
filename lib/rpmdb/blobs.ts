// SPDX-License-Identifier: Apache-2.0
/** What the readers of the three on-disk forms have in common: they yield header blobs and tell of what they leave out. */
import { messageOf } from "../errors.ts";
import { rpmdbError, rpmdbErrors } from "./errors.ts";

/** One value of the database, a package's header. */
export interface HeaderBlob {
  /** A view of the file where the blob stands there in one piece. */
  readonly bytes: Buffer;
  /** Of the blob's first byte in the file. */
  readonly offset: number;
}

/** A file with more unreadable parts is no database any more; the bound also ends loops that a hostile file asks for. */
const MAX_PROBLEMS = 1000;

/** Parts of the database that could not be read; the rest is. */
export class ProblemLog {
  readonly messages: string[] = [];

  /** @throws RPMDB_LIMIT */
  add(message: string, offset: number): void {
    if (this.messages.length >= MAX_PROBLEMS) {
      throw rpmdbError("RPMDB_LIMIT", `reading ends: over ${MAX_PROBLEMS} parts are unreadable`, offset);
    }
    this.messages.push(`${message} at byte ${offset}`);
  }

  /** What `read` returns; where it throws RPMDB_INVALID that is a problem, and undefined returned. */
  attempt<Value>(read: () => Value): Value | undefined {
    try {
      return read();
    } catch (error) {
      if (!rpmdbErrors.is(error, "RPMDB_INVALID")) throw error;
      this.add(messageOf(error).replace(/ at byte \d+$/, ""), Number(error.data["offset"]));
      return undefined;
    }
  }
}

/** Each page belongs to one place of the tree or chain, so taking none twice ends every cycle. */
export class PageMarks {
  readonly #taken: Uint8Array;

  /** @param pageCount of whole pages in the file, so it is bounded by the file's length. */
  constructor(pageCount: number) {
    this.#taken = new Uint8Array(pageCount);
  }

  /** False for a page that is outside the file or was taken before. Pages are counted from 0. */
  take(page: number): boolean {
    if (this.#taken[page] !== 0) return false;
    this.#taken[page] = 1;
    return true;
  }
}
