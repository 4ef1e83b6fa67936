// SPDX-License-Identifier: Apache-2.0
/** Kind ScanPolicy: is it sound, what is its digest, when does its next waiver end? */
import { messageOf, codeOf } from "#lib/errors.ts";
import type { Clock } from "#lib/clock.ts";
import { setConditions } from "#lib/kube/index.ts";
import type { ScanPolicy, ScanPolicyStatus } from "#crds/index.ts";
import { nextWaiverExpiry, policyDigest, policyFromRules } from "#engines/evaluation/index.ts";
import { readinessConditions, reasonOf } from "../outcome.ts";
import type { Outcome, Readiness } from "../outcome.ts";

// Not async by need, but by the shape that all reconciles share.
export function reconcileScanPolicy(policy: ScanPolicy, clock: Clock): Outcome<ScanPolicyStatus> {
  const now = clock.now();
  const generation = policy.metadata.generation ?? 0;
  const status = (readiness: Readiness, facts: Partial<ScanPolicyStatus>): ScanPolicyStatus => ({
    ...facts,
    observedGeneration: generation,
    conditions: [
      ...setConditions(policy.status?.conditions ?? [], readinessConditions(readiness), { now, generation }),
    ],
  });
  try {
    const name = `${policy.metadata.namespace ?? ""}/${policy.metadata.name}`;
    const compiled = policyFromRules(policy.spec.rules, { name });
    const expiry = nextWaiverExpiry([compiled], now);
    const facts = {
      policyDigest: policyDigest(compiled),
      rules: compiled.rules.length,
      ...(expiry === undefined ? {} : { nextWaiverExpiry: expiry }),
    };
    const ready: Readiness = {
      state: "ready",
      reason: "Compiled",
      message: `${compiled.rules.length} rules`,
    };
    return expiry === undefined
      ? { next: "settled", status: status(ready, facts) }
      : { next: "recheck", status: status(ready, facts), afterMs: Math.max(1000, Date.parse(expiry) - now) };
  } catch (error) {
    const readiness: Readiness = {
      state: "stalled",
      reason: reasonOf(codeOf(error)),
      message: messageOf(error),
    };
    return { next: "stalled", status: status(readiness, {}) };
  }
}
