// SPDX-License-Identifier: Apache-2.0
/** Timers that a test moves by hand: `advance` fires what is due, in order, and lets promises settle in between. */
import type { Timers } from "../timers.ts";

export interface FakeTimers extends Timers {
  /** Moves both clocks forward. */
  advance(ms: number): Promise<void>;
  /** Lets pending promises run without moving time. */
  settle(): Promise<void>;
  /** Moves the wall clock alone, as an administrator or NTP would. */
  setWallClock(ms: number): void;
  /** Waits not yet over. */
  pending(): number;
}

export function fakeTimers(startMs = Date.parse("2026-01-01T00:00:00Z")): FakeTimers {
  let elapsed = 0;
  let wallOffset = startMs;
  let serial = 0;
  const waits = new Map<number, { readonly dueMs: number; readonly fire: () => void }>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const nextDue = (until: number): number | undefined => {
    let found: number | undefined;
    for (const [id, { dueMs }] of waits) {
      if (dueMs <= until && (found === undefined || dueMs < (waits.get(found)?.dueMs ?? Infinity)))
        found = id;
    }
    return found;
  };
  return {
    now: () => wallOffset + elapsed,
    monotonic: () => elapsed,
    after: (ms, fire) => {
      serial += 1;
      const id = serial;
      waits.set(id, { dueMs: elapsed + Math.max(0, ms), fire });
      return () => void waits.delete(id);
    },
    advance: async (ms) => {
      const until = elapsed + ms;
      await settle();
      for (let id = nextDue(until); id !== undefined; id = nextDue(until)) {
        const wait = waits.get(id);
        waits.delete(id);
        elapsed = Math.max(elapsed, wait?.dueMs ?? elapsed);
        wait?.fire();
        await settle();
      }
      elapsed = until;
    },
    settle,
    setWallClock: (ms) => {
      wallOffset = ms - elapsed;
    },
    pending: () => waits.size,
  };
}
