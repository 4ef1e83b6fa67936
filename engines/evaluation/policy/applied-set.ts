// SPDX-License-Identifier: Apache-2.0
/** The policies as they are applied: by name, and with the baseline where no system policy is given. */
import { byKey } from "#lib/compare.ts";
import { baselinePolicy } from "./baseline.ts";
import type { Policy, PolicySet } from "./types.ts";

/** The order in which policies were listed must not change an answer. */
export function appliedSet(set: PolicySet | undefined): PolicySet {
  const system = set?.system ?? [];
  return {
    system: system.length === 0 && set?.withoutBaseline !== true ? [baselinePolicy] : byName(system),
    namespace: byName(set?.namespace ?? []),
    allowNamespaceWaivers: set?.allowNamespaceWaivers ?? false,
  };
}

function byName(policies: readonly Policy[]): readonly Policy[] {
  return [...policies].sort(byKey(({ name }) => name));
}
