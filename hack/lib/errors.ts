// SPDX-License-Identifier: Apache-2.0
/**
 * Error codes of the helpers that developer scripts share.
 */
import { defineErrors } from "#lib/errors.ts";

export const devErrors = defineErrors("dev", {
  COMMAND_FAILED: "unavailable",
  COMMAND_MISSING: "missing",
  LOCK_TIMEOUT: "conflict",
  PROCESS_RECORD_INVALID: "invalid",
  TAR_ENTRY_INVALID: "invalid",
});
