// SPDX-License-Identifier: Apache-2.0
/** When the next waiver or deferral of a policy ends, whatever images it meets. */
import { rfc3339 } from "#lib/clock.ts";
import type { Policy } from "./types.ts";
import { endOf } from "./until.ts";

/** RFC 3339, after `now` (milliseconds); undefined when nothing will expire. A report's own is in `nextExpiry`. */
export function nextWaiverExpiry(policies: readonly Policy[], now: number): string | undefined {
  const ends = policies
    .flatMap((policy) => policy.rules)
    .flatMap(({ action }) => ("until" in action ? [endOf(action.until)] : []))
    .filter((end) => end > now);
  return ends.length === 0 ? undefined : rfc3339(Math.min(...ends));
}
