// SPDX-License-Identifier: Apache-2.0
/** Error codes of the scanner. A scan that throws has made no SBOM; what was merely cut short is an Omission. */
import { defineErrors } from "#lib/errors.ts";

export const scanErrors = defineErrors("scan", {
  /** The blob's bytes are not those its descriptor names. */
  LAYER_DIGEST_MISMATCH: "invalid",
  /** The uncompressed tar is not the one the image config names. */
  LAYER_DIFF_ID_MISMATCH: "invalid",
  /** The blob is cut short, damaged, or of an unknown compression. */
  LAYER_UNREADABLE: "invalid",
  /** Uncompressed it is larger than the limit. */
  LAYER_TOO_LARGE: "invalid",
  /** Its layers state more than can be composed. */
  IMAGE_TOO_LARGE: "invalid",
  /** A file that an analyzer wanted does not parse; recorded as an Omission. */
  ANALYZER_INPUT_INVALID: "invalid",
  FOLDER_MISSING: "missing",
  /** A folder that is to be scanned can't be listed. */
  FOLDER_UNREADABLE: "invalid",
  /** A document that is to be read as an SBOM is none, or not one that can be used. */
  SBOM_INVALID: "invalid",
  SCAN_ABORTED: "unavailable",
  /** A layer worker has made no progress for very long; there is no SBOM then (docs/adr/0007). */
  LAYER_STALLED: "exhausted",
  /** A layer worker ended by itself. */
  LAYER_WORKER_LOST: "bug",
  /** Fragments and layers do not belong together. */
  FRAGMENT_MISMATCH: "bug",
});
