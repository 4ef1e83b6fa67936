// SPDX-License-Identifier: Apache-2.0
/** The embedded profile's catalog and queues: one SQLite file. Built in `operator/` and `cli/` only. */
export { openSqliteCatalog } from "./catalog.ts";
export { openSqliteQueues } from "./queues.ts";
