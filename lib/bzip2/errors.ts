// SPDX-License-Identifier: Apache-2.0
/** Error codes of the bzip2 decoder. Each carries the offset in the compressed bytes as `data.offset`. */
import { defineErrors } from "../errors.ts";

export const bzip2Errors = defineErrors("bzip2", {
  /** The bytes contradict the format, or a checksum does not fit. */
  BZIP2_INVALID: "invalid",
  /** The bytes end inside a stream. */
  BZIP2_TRUNCATED: "invalid",
});

export const bzip2Error = (code: keyof typeof bzip2Errors.codes, message: string, offset: number): Error =>
  bzip2Errors.make(code, `bzip2: ${message} at byte ${offset}`, { data: { offset } });
