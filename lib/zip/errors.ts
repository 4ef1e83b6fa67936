// SPDX-License-Identifier: Apache-2.0
/** Error codes of the zip reader. */
import { defineErrors } from "../errors.ts";

export const zipErrors = defineErrors("zip", {
  /** The bytes contradict the format, or themselves. */
  ZIP_INVALID: "invalid",
  /** The entry needs a password. */
  ZIP_ENCRYPTED: "invalid",
  /** A compression method other than stored and deflated. */
  ZIP_METHOD_UNKNOWN: "invalid",
  /** The entry is larger than the caller allows. */
  ZIP_LIMIT: "invalid",
});

export const zipError = (code: keyof typeof zipErrors.codes, message: string, cause?: unknown): Error =>
  zipErrors.make(code, `zip: ${message}`, { cause });
