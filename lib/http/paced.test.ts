// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { TOO_SLOW, paced } from "./paced.ts";

async function read(stepMs: number, size: number, parts: number): Promise<string> {
  let now = 0;
  async function* body(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < parts; i++) {
      now += stepMs;
      yield await Promise.resolve(new Uint8Array(size));
    }
  }
  let length = 0;
  try {
    for await (const part of paced(body(), { now: () => now })) {
      length += part.length;
      now += 1_000_000; // a slow reader is no slow server
    }
  } catch (error) {
    return (error as { code: string }).code;
  }
  return String(length);
}

it.each([
  { name: "a drip", stepMs: 5000, size: 1, parts: 1000, want: TOO_SLOW },
  { name: "a slow line", stepMs: 5000, size: 20_000, parts: 100, want: "2000000" },
  { name: "a short body", stepMs: 20_000, size: 10, parts: 2, want: "20" },
])("paced: $name", async ({ stepMs, size, parts, want }) =>
  expect(await read(stepMs, size, parts)).toBe(want),
);
