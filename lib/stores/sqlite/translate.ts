// SPDX-License-Identifier: Apache-2.0
/**
 * What SQLite says, in the stores' codes. Result codes: https://www.sqlite.org/rescode.html (primary code in the
 * low byte); Node reports them as `errcode` of an ERR_SQLITE_ERROR.
 */
import type { StellaError } from "#lib/errors.ts";
import { catalogErrors, queueErrors } from "../errors.ts";

type Make = (message: string, data: Readonly<Record<string, unknown>>, cause?: unknown) => StellaError;

/** How one store names the three ways in which its file can fail. */
export interface StoreKind {
  readonly invalid: Make;
  readonly unavailable: Make;
  readonly exhausted: Make;
}

export const catalogKind: StoreKind = {
  invalid: (message, data, cause) => catalogErrors.make("CATALOG_INVALID", message, { data, cause }),
  unavailable: (message, data, cause) => catalogErrors.make("CATALOG_UNAVAILABLE", message, { data, cause }),
  exhausted: (message, data, cause) => catalogErrors.make("CATALOG_EXHAUSTED", message, { data, cause }),
};

export const queueKind: StoreKind = {
  invalid: (message, data, cause) => queueErrors.make("QUEUE_INVALID", message, { data, cause }),
  unavailable: (message, data, cause) => queueErrors.make("QUEUE_UNAVAILABLE", message, { data, cause }),
  exhausted: (message, data, cause) => queueErrors.make("QUEUE_EXHAUSTED", message, { data, cause }),
};

const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY;
}

/** @returns a function that leaves every error but SQLite's and the file system's as it is. */
export function translator(store: StoreKind, path: string): (error: unknown) => unknown {
  return (error) => {
    const text = error instanceof Error ? error.message : String(error);
    switch (primaryCode(error)) {
      case undefined:
        return isOutside(error) ? store.unavailable(`${path}: ${text}`, { path }, error) : error;
      case CORRUPT:
      case NOT_A_DATABASE:
        return store.invalid(
          `${path} is damaged or no SQLite database (${text}); restore a backup, or move the file and its -wal and ` +
            "-shm files away to start with an empty one",
          { path },
          error,
        );
      case FULL:
        return store.exhausted(`no room to write ${path}: ${text}`, { path }, error);
      default:
        return store.unavailable(`cannot use ${path}: ${text}`, { path }, error);
    }
  };
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

/** A closed database, or the operating system (mkdir of the folder): not a mistake in a call. */
function isOutside(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ERR_INVALID_STATE" || "syscall" in error;
}
