// SPDX-License-Identifier: Apache-2.0
/** When waivers and deferrals of a policy end, whatever images they meet. */
import { rfc3339 } from "#lib/clock.ts";
import type { Policy } from "./types.ts";
import { endOf } from "./until.ts";

/** Rules that no longer count at `now` (milliseconds), whatever images they meet. */
export function expiredWaivers({ rules }: Policy, now: number): readonly ExpiredWaiver[] {
  return rules.flatMap(({ name, action }) =>
    "until" in action && endOf(action.until) <= now ? [{ rule: name, until: action.until }] : [],
  );
}

export interface ExpiredWaiver {
  readonly rule: string;
  /** As in the canonical rule: a day, or RFC 3339 in UTC. */
  readonly until: string;
}

/** RFC 3339, after `now` (milliseconds); undefined when nothing will expire. A report's own is in `nextExpiry`. */
export function nextWaiverExpiry(policies: readonly Policy[], now: number): string | undefined {
  const ends = policies
    .flatMap((policy) => policy.rules)
    .flatMap(({ action }) => ("until" in action ? [endOf(action.until)] : []))
    .filter((end) => end > now);
  return ends.length === 0 ? undefined : rfc3339(Math.min(...ends));
}
