// SPDX-License-Identifier: Apache-2.0
/** A policy's address: SHA-256 over the canonical JSON of its parsed rules. */
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf, type Digest } from "#lib/digest.ts";
import type { Policy, PolicySet } from "./types.ts";

/**
 * Over the rules alone: the same rules in a file and in a custom resource of any name have one digest.
 * Formatting, comments, key order, list order and doubles do not count; the order of rules does.
 */
export function policyDigest(policy: Policy): Digest {
  return digestOf(canonicalJson({ schemaVersion: "1", rules: policy.rules }));
}

/** Of all policies that judged together. One system policy alone keeps its own digest. */
export function policySetDigest(set: PolicySet): Digest {
  const own = set.namespace ?? [];
  const first = set.system[0];
  if (first !== undefined && set.system.length === 1 && own.length === 0) return policyDigest(first);
  return digestOf(
    canonicalJson({
      schemaVersion: "1",
      system: set.system.map(addressed),
      namespace: own.map(addressed),
      allowNamespaceWaivers: set.allowNamespaceWaivers ?? false,
      ...(set.withoutBaseline === true ? { withoutBaseline: true } : {}),
    }),
  );
}

function addressed(policy: Policy): { name: string; digest: Digest } {
  return { name: policy.name, digest: policyDigest(policy) };
}
