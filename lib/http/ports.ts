// SPDX-License-Identifier: Apache-2.0
/** What clients of HTTP need beside the network, and tests replace. */
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../clock.ts";
import type { Clock } from "../clock.ts";

export interface HttpPorts {
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const systemPorts: HttpPorts = {
  clock: systemClock,
  random: () => Math.random(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};
