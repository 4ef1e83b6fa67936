// SPDX-License-Identifier: Apache-2.0
/** Tar archives, read as a stream. */
export { tarErrors } from "./errors.ts";
export { TarReader, type EntrySink, type TarEntry, type TarEntryType, type TarLimits } from "./reader.ts";
