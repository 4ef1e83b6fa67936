// SPDX-License-Identifier: Apache-2.0
/** Which changes of an object concern those who read its spec. */
import type { Change, KubeObject } from "#lib/kube/index.ts";

/** A status write is no news; what comes and goes is. */
export function isSpecChanged(
  object: KubeObject,
  old: KubeObject | undefined,
  type: Change<KubeObject>["type"],
): boolean {
  return type !== "updated" || object.metadata.generation !== old?.metadata.generation;
}
