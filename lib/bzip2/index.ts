// SPDX-License-Identifier: Apache-2.0
/** Decompression of bzip2, which Node has no code for. */
export { bunzip2 } from "./bunzip2.ts";
export { bzip2Errors } from "./errors.ts";
