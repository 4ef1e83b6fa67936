// SPDX-License-Identifier: Apache-2.0
/** Codes that every adapter of the stores throws; part of the contract in `ports.ts`. */
import { defineErrors } from "#lib/errors.ts";

export const catalogErrors = defineErrors("catalog", {
  CATALOG_UNAVAILABLE: "unavailable",
  /** Damaged, not ours, or written by a newer version. */
  CATALOG_INVALID: "invalid",
  /** No room on the disk. */
  CATALOG_EXHAUSTED: "exhausted",
  CATALOG_REQUEST_INVALID: "invalid",
  CATALOG_INDEX_MISSING: "bug",
});

export const objectErrors = defineErrors("objects", {
  OBJECT_MISSING: "missing",
  OBJECT_CORRUPT: "unavailable",
  OBJECT_TOO_LARGE: "invalid",
  OBJECT_KEY_INVALID: "invalid",
  OBJECTS_UNAVAILABLE: "unavailable",
  /** The folder holds a layout that this version does not know. */
  OBJECTS_INVALID: "invalid",
  /** No room on the disk, or over quota. */
  OBJECTS_EXHAUSTED: "exhausted",
});

export const queueErrors = defineErrors("queue", {
  QUEUE_FULL: "exhausted",
  QUEUE_UNAVAILABLE: "unavailable",
  /** Damaged, not ours, or written by a newer version. */
  QUEUE_INVALID: "invalid",
  /** No room on the disk. */
  QUEUE_EXHAUSTED: "exhausted",
  /** Another live process works on these queues. */
  QUEUE_IN_USE: "conflict",
  QUEUE_REQUEST_INVALID: "invalid",
  /** Only in the list of dead jobs: too many processes died while they ran this one. */
  JOB_LEFT_UNFINISHED: "unavailable",
});
