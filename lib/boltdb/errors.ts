// SPDX-License-Identifier: Apache-2.0
/** Error codes of the bbolt writer. */
import { defineErrors } from "../errors.ts";

export const boltErrors = defineErrors("boltdb", {
  /** An empty key, or one over the format's limit. */
  BOLT_KEY_INVALID: "invalid",
  /** A value over the format's limit. */
  BOLT_VALUE_TOO_LARGE: "invalid",
  /** Keys of one bucket that do not rise strictly, byte by byte. */
  BOLT_KEYS_UNSORTED: "bug",
  /** Buckets within buckets beyond `MAX_DEPTH`. */
  BOLT_TOO_DEEP: "invalid",
});
