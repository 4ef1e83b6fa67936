// SPDX-License-Identifier: Apache-2.0
/** Codes of what the command keeps of advisories. */
import { defineErrors } from "#lib/errors.ts";

export const cliAdvisoryErrors = defineErrors("cli-advisories", {
  ADVISORIES_MISSING: "missing",
  ADVISORIES_EMPTY: "invalid",
  /** The cache's folder cannot be written, or its disk is full; what was kept before is kept. */
  ADVISORIES_UNWRITABLE: "unavailable",
  /** A file of the cache is not what this program wrote. */
  ADVISORIES_DAMAGED: "invalid",
  ADVISORIES_NAMED_TWICE: "invalid",
  /** An option for web addresses beside a path. */
  ADVISORIES_NOT_ON_WEB: "invalid",
});
