// SPDX-License-Identifier: Apache-2.0
/** Writes files that bbolt (go.etcd.io/bbolt) reads: sorted entries in, pages out, in one pass and bounded memory. */
export { writeBoltFile, type BoltEntry } from "./file.ts";
