// SPDX-License-Identifier: Apache-2.0
/** The embedded profile's object store: a folder. Built in `operator/` and `cli/` only. */
export { openFolderObjectStore } from "./object-store.ts";
