// SPDX-License-Identifier: Apache-2.0
/** Zip archives held in memory: directory first, then only the entries that are wanted. */
export { openZip, type OpenOptions, type ZipDirectory, type ZipEntry } from "./directory.ts";
export { zipErrors } from "./errors.ts";
export { readZipEntry } from "./read-entry.ts";
