// SPDX-License-Identifier: Apache-2.0
/**
 * Error codes of the demo.
 */
import { defineErrors } from "#lib/errors.ts";

export const demoErrors = defineErrors("demo", {
  DEMO_CLUSTER_UNREACHABLE: "unavailable",
  DEMO_NAMESPACE_TAKEN: "conflict",
  DEMO_REPORTS_INCOMPLETE: "unavailable",
  /** A change of advisories, VEX or policy had another effect than it should have. */
  DEMO_CHANGE_UNSEEN: "unavailable",
  DEMO_POD_NOT_REFUSED: "unavailable",
  DEMO_PORT_FORWARD_FAILED: "unavailable",
});
