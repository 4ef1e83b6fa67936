// SPDX-License-Identifier: Apache-2.0
/**
 * Error codes of the image builders.
 */
import { defineErrors } from "#lib/errors.ts";

export const imageErrors = defineErrors("image", {
  /** This machine cannot build it, whatever is tried. */
  IMAGE_PLATFORM_UNSUPPORTED: "invalid",
  /** A package registry did not give what the image is made of. */
  IMAGE_PACKAGES_UNAVAILABLE: "unavailable",
  IMAGE_LIBRARY_MISSING: "missing",
});
