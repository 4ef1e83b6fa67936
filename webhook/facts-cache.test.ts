// SPDX-License-Identifier: Apache-2.0
/** Facts kept for their time, asked for once at a time, and failures that are answers. */
import { describe, expect, it } from "vitest";
import type { PolicyRuntimeRequest, PolicyRuntimeResponse } from "#lib/contracts/admission.ts";
import { FactsCache } from "./facts-cache.ts";
import type { AskBackend } from "./facts-cache.ts";
import { imageFacts } from "./testing/builders.ts";

const request: PolicyRuntimeRequest = { namespace: "n", labels: {}, dryRun: false, images: ["a:1"] };
const answer = (over: Partial<PolicyRuntimeResponse> = {}): PolicyRuntimeResponse => ({
  ttlSeconds: 30,
  results: { "a:1": imageFacts() },
  ...over,
});

function bench(ask: AskBackend = () => Promise.resolve(answer()), maxEntries?: number) {
  let now = 0;
  let calls = 0;
  const counted: AskBackend = (question) => {
    calls++;
    return ask(question);
  };
  return {
    cache: new FactsCache(counted, { now: () => now }, maxEntries),
    calls: () => calls,
    pass: (ms: number) => (now += ms),
  };
}

describe("FactsCache", () => {
  it("keeps an answer for its time to live", async () => {
    const { cache, calls, pass } = bench();
    await cache.posture(request, "r");
    pass(29_999);
    expect(await cache.posture(request, "r")).toMatchObject({ known: true });
    expect([calls(), cache.hits]).toEqual([1, 1]);
    pass(1);
    await cache.posture(request, "r");
    expect(calls()).toBe(2);
  });

  it.each([
    { name: "the policies change", revision: "s", over: {} },
    { name: "the namespace is another", revision: "r", over: { namespace: "m" } },
    { name: "the labels are others", revision: "r", over: { labels: { a: "b" } } },
    { name: "an image more is asked for", revision: "r", over: { images: ["a:1", "b:1"] } },
  ])("asks anew when $name", async ({ revision, over }) => {
    const { cache, calls } = bench();
    await cache.posture(request, "r");
    await cache.posture({ ...request, ...over }, revision);
    expect(calls()).toBe(2);
  });

  it.each([
    {
      name: "a verdict is unknown",
      response: answer({ results: { "a:1": imageFacts({ policyVerdict: "unknown" }) } }),
    },
    { name: "an image has no answer", response: answer({ results: {} }) },
    { name: "the backend says so", response: answer({ ttlSeconds: 0 }) },
  ])("keeps nothing when $name", async ({ response }) => {
    const { cache, calls } = bench(() => Promise.resolve(response));
    await cache.posture(request, "r");
    await cache.posture(request, "r");
    expect(calls()).toBe(2);
  });

  it("asks once for a burst of equal Pods", async () => {
    const gate = Promise.withResolvers<PolicyRuntimeResponse>();
    const { cache, calls } = bench(() => gate.promise);
    const burst = Array.from({ length: 50 }, () => cache.posture(request, "r"));
    gate.resolve(answer());
    expect((await Promise.all(burst)).every(({ known }) => known)).toBe(true);
    expect(calls()).toBe(1);
  });

  it.each<{ name: string; ask: AskBackend }>([
    { name: "rejects", ask: () => Promise.reject(new Error("down")) },
    {
      name: "throws at once",
      ask: () => {
        throw new Error("down");
      },
    },
  ])("a backend that $name is a posture, and is asked again", async ({ ask }) => {
    const { cache, calls } = bench(ask);
    expect(await cache.posture(request, "r")).toEqual({ known: false, why: "down" });
    expect(await cache.posture(request, "r")).toEqual({ known: false, why: "down" });
    expect([calls(), cache.failures]).toEqual([2, 2]);
  });

  it("holds no more than it may, oldest first out", async () => {
    const { cache, calls } = bench(undefined, 2);
    for (const namespace of ["1", "2", "3"]) await cache.posture({ ...request, namespace }, "r");
    await cache.posture({ ...request, namespace: "3" }, "r");
    expect(calls()).toBe(3);
    await cache.posture({ ...request, namespace: "1" }, "r");
    expect(calls()).toBe(4);
  });
});
