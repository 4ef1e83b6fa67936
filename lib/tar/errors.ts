// SPDX-License-Identifier: Apache-2.0
/** Error codes of the tar reader. Each carries the byte offset in the uncompressed archive as `data.offset`. */
import { defineErrors } from "../errors.ts";

export const tarErrors = defineErrors("tar", {
  TAR_INVALID: "invalid",
  TAR_TRUNCATED: "invalid",
  TAR_LIMIT: "invalid",
});

export const tarError = (code: keyof typeof tarErrors.codes, message: string, offset: number): Error =>
  tarErrors.make(code, `tar: ${message} at byte ${offset}`, { data: { offset } });
