// SPDX-License-Identifier: Apache-2.0
/** Kinds NotifyRule and NotifyChannel: stored and validated; nothing is delivered by this version, and they say so. */
import type { Clock } from "#lib/clock.ts";
import { setConditions } from "#lib/kube/index.ts";
import type { NotifyChannel, NotifyRule } from "#crds/index.ts";
import { readinessConditions } from "../outcome.ts";
import type { Outcome } from "../outcome.ts";

type NotifyStatus = NonNullable<NotifyRule["status"] | NotifyChannel["status"]>;

export function reconcileNotify(object: NotifyRule | NotifyChannel, clock: Clock): Outcome<NotifyStatus> {
  const generation = object.metadata.generation ?? 0;
  const conditions = readinessConditions({
    state: "stalled",
    reason: "NotImplemented",
    message: "this version stores notifications and delivers none",
  });
  return {
    next: "stalled",
    status: {
      observedGeneration: generation,
      conditions: [
        ...setConditions(object.status?.conditions ?? [], conditions, { now: clock.now(), generation }),
      ],
    },
  };
}
