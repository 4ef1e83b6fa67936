// SPDX-License-Identifier: Apache-2.0
/** Error codes of the RPM database reader. Where a place is known it stands as `data.offset`, a byte offset in the file. */
import { defineErrors } from "../errors.ts";

export const rpmdbErrors = defineErrors("rpmdb", {
  /** Not a database, or a part of it that does not parse. */
  RPMDB_INVALID: "invalid",
  /** More of something than any real database has. */
  RPMDB_LIMIT: "invalid",
});

export const rpmdbError = (code: keyof typeof rpmdbErrors.codes, message: string, offset: number): Error =>
  rpmdbErrors.make(code, `${message} at byte ${offset}`, { data: { offset } });
