// SPDX-License-Identifier: Apache-2.0
/** What the file system says, in the stores' codes. */
import type { StellaError } from "#lib/errors.ts";
import { objectErrors } from "../errors.ts";

/** Carries what the caller's own stream threw past `translate`: it is not the folder's fault. */
export class SourceFailure extends Error {
  constructor(cause: unknown) {
    super("the source failed", { cause });
  }
}

export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export const isAbsent = (error: unknown): boolean => systemCode(error) === "ENOENT";

/** The store's own error for a failed system call; anything else as it is. */
export function translate(error: unknown, root: string): unknown {
  if (error instanceof SourceFailure) return error.cause;
  const code = systemCode(error);
  if (code === undefined) return error;
  const details = { cause: error, data: { path: root, code } };
  if (code === "ENOSPC" || code === "EDQUOT") {
    return objectErrors.make("OBJECTS_EXHAUSTED", `no room left in the object folder ${root}`, details);
  }
  return objectErrors.make(
    "OBJECTS_UNAVAILABLE",
    `cannot use the object folder ${root}: ${messageOf(error)}`,
    details,
  );
}

export function missing(key: string): StellaError {
  return objectErrors.make("OBJECT_MISSING", `no object ${key}`, { data: { key } });
}

export function corrupt(key: string, what: string): StellaError {
  return objectErrors.make("OBJECT_CORRUPT", `object ${key} is damaged: ${what}`, { data: { key } });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
