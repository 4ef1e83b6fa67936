// SPDX-License-Identifier: Apache-2.0
/**
 * Waiting for a real thing to become true, with a limit and the last reason why it was not.
 */
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "#lib/errors.ts";
import { clusterErrors } from "../errors.ts";

export interface WaitOptions {
  readonly everyMs?: number;
  /** Learns after each no what is waited for, and why not yet. */
  readonly tell?: (missing: string) => void;
  /** Asked after each no: true means that waiting longer is pointless. */
  readonly giveUp?: () => Promise<boolean>;
}

/** Until `ask` gives neither undefined nor false; an error counts as no. @throws CLUSTER_NOT_READY */
export async function waitFor<Answer>(
  what: string,
  limitMs: number,
  ask: () => Promise<Answer | undefined | false>,
  { everyMs = 100, tell = () => undefined, giveUp = () => Promise.resolve(false) }: WaitOptions = {},
): Promise<Answer> {
  const end = performance.now() + limitMs;
  for (;;) {
    let why = "";
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      why = ` (${messageOf(error)})`;
    }
    tell(what + why);
    if (await giveUp()) throw clusterErrors.make("CLUSTER_NOT_READY", `no ${what}${why}`);
    if (performance.now() > end) {
      const limit = `${String(limitMs / 1000)} s`;
      throw clusterErrors.make("CLUSTER_NOT_READY", `still no ${what} after ${limit}${why}`);
    }
    await delay(everyMs);
  }
}
