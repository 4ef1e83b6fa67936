// SPDX-License-Identifier: Apache-2.0
/** Error codes of policy and VEX; those of advisories stand in their own folder. */
import { defineErrors } from "#lib/errors.ts";

export const evaluationErrors = defineErrors("evaluation", {
  /** The policy text or rules; `data.problems` lists each with line, column, path and message. */
  POLICY_INVALID: "invalid",
  /** Test cases of a policy; `data.problems` as above. */
  POLICY_CASES_INVALID: "invalid",
  /** A VEX document or one of its statements; `data` has document, path and reason. */
  VEX_DOCUMENT_INVALID: "invalid",
  /** Bytes that are not a compiled VEX snapshot of a version that this program reads. */
  VEX_SNAPSHOT_INVALID: "invalid",
});
