// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { Retryable, retryAfterMs, withRetry } from "./retry.ts";
import { fakePorts } from "./testing/fake-ports.ts";

describe("retries", () => {
  it("backs off with jitter, then gives the error", async () => {
    const ports = fakePorts();
    const error = new Error("down");
    await expect(withRetry({}, ports, undefined, () => Promise.reject(new Retryable(error)))).rejects.toBe(
      error,
    );
    expect(ports.waits).toEqual([125, 250, 500]);
  });

  it("waits as long as told, unless that is too long", async () => {
    const ports = fakePorts();
    const error = new Error("slow down");
    const told = (ms: number) =>
      withRetry({ maxAttempts: 2 }, ports, undefined, () => Promise.reject(new Retryable(error, ms)));
    await expect(told(5000)).rejects.toBe(error);
    await expect(told(60_000)).rejects.toBe(error);
    expect(ports.waits).toEqual([5000]);
  });

  it.each([
    ["5", 5000],
    ["Thu, 01 Jan 1970 00:00:20 GMT", 10_000],
    ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
    ["soon", undefined],
  ])("reads Retry-After %s", (header, want) => {
    expect(retryAfterMs(header, 10_000)).toBe(want);
  });
});
