// SPDX-License-Identifier: Apache-2.0
/** Error codes of scheduling. */
import { defineErrors } from "#lib/errors.ts";

export const schedulingErrors = defineErrors("scheduling", {
  /** `data.field` names the part: minute, hour, dayOfMonth, month, dayOfWeek, timeZone or when. */
  CRON_INVALID: "invalid",
  /** A scope without the field that it needs, or limits out of range; `data.field` names it. */
  SELECTION_INVALID: "invalid",
});
