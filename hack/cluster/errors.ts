// SPDX-License-Identifier: Apache-2.0
/**
 * Error codes of the development cluster.
 */
import { defineErrors } from "#lib/errors.ts";

export const clusterErrors = defineErrors("cluster", {
  CLUSTER_NAME_INVALID: "invalid",
  CLUSTER_NOT_FOUND: "missing",
  CLUSTER_NOT_READY: "unavailable",
  CLUSTER_NUMBERS_EXHAUSTED: "exhausted",
  CLUSTER_OPERATION_UNSUPPORTED: "invalid",
  CLUSTER_PART_UNKNOWN: "invalid",
  CLUSTER_PART_NOT_RUNNING: "missing",
  CLUSTER_PLATFORM_UNSUPPORTED: "invalid",
  CLUSTER_STATE_INVALID: "invalid",
  IMAGE_ARCHIVE_UNREADABLE: "invalid",
  KUBE_REQUEST_FAILED: "unavailable",
});
