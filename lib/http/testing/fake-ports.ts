// SPDX-License-Identifier: Apache-2.0
/** Ports that do not wait. */
import type { HttpPorts } from "../ports.ts";

export interface FakePorts extends HttpPorts {
  /** Pauses asked for, in milliseconds. */
  readonly waits: number[];
  nowMs: number;
}

/** Never waits; `random` is always a half. */
export function fakePorts(): FakePorts {
  const waits: number[] = [];
  const ports = {
    waits,
    nowMs: 1_000_000,
    clock: { now: (): number => ports.nowMs },
    random: () => 0.5,
    sleep: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  return ports;
}
