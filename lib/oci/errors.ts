// SPDX-License-Identifier: Apache-2.0
/** What can go wrong between an image's name and its verified bytes. */
import { defineErrors } from "../errors.ts";

export const ociErrors = defineErrors("oci", {
  REFERENCE_INVALID: "invalid",
  CREDENTIALS_INVALID: "invalid",
  IMAGE_MISSING: "missing",
  REGISTRY_DENIED: "denied",
  REGISTRY_UNAVAILABLE: "unavailable",
  REGISTRY_THROTTLED: "exhausted",
  MANIFEST_INVALID: "invalid",
  PLATFORM_MISSING: "missing",
  BLOB_MISSING: "missing",
  BLOB_DIGEST_MISMATCH: "invalid",
  ARCHIVE_INVALID: "invalid",
});
