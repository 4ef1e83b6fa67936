// SPDX-License-Identifier: Apache-2.0
/** Error codes of advisories: feeds that cannot be read and snapshots that cannot be trusted. */
import { defineErrors } from "#lib/errors.ts";

export const advisoryErrors = defineErrors("advisories", {
  /** One document of a feed; `data` has `document`, `path` (inside it) or `position`, and `reason`. */
  FEED_DOCUMENT_INVALID: "invalid",
  /** A feed as a whole: truncated archive, undecodable compression. Nothing of it was imported. */
  FEED_UNREADABLE: "invalid",
  /** A feed went over a limit; `data` has `limit`, `allowed` and `document`. Nothing of it was imported. */
  FEED_LIMIT_EXCEEDED: "invalid",
  /** An address, or a layout's settings, with which nothing can be looked for. */
  FEED_PLACE_INVALID: "invalid",
  /** No connector has this id. */
  CONNECTOR_UNKNOWN: "invalid",
  /** Bytes of a source's export that do not hash to their digest or do not parse. */
  EXPORT_CORRUPT: "invalid",
  /** Two sources of one snapshot have the same name. */
  SNAPSHOT_SOURCE_DUPLICATE: "invalid",
  /** More findings, or more names of them, than a report can hold: no feed says as much that is true. */
  FINDINGS_LIMIT_EXCEEDED: "invalid",
  /** Truncated, altered or foreign bytes where a snapshot should be. */
  SNAPSHOT_CORRUPT: "invalid",
  /** A snapshot of a format version that this program does not read. */
  SNAPSHOT_VERSION_UNKNOWN: "invalid",
});

export interface DocumentFault {
  readonly document: string;
  /** Where in the document, e.g. `$.affected[0].package.name`; `$` for the whole. */
  readonly path: string;
  readonly reason: string;
  /** Line or offset where the text stops being readable. */
  readonly position?: string;
}

export function documentInvalid(fault: DocumentFault, cause?: unknown): Error {
  const where = fault.position === undefined ? fault.path : `${fault.path} (${fault.position})`;
  return advisoryErrors.make("FEED_DOCUMENT_INVALID", `${fault.document}: ${where}: ${fault.reason}`, {
    data: { ...fault },
    ...(cause === undefined ? {} : { cause }),
  });
}
