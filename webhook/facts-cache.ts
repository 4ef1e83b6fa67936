// SPDX-License-Identifier: Apache-2.0
/**
 * Answers of the backend, kept for their time to live. Only facts are kept: policies run on every request.
 * One question is asked at a time for one key; a burst of equal Pods costs one call.
 */
import type { Clock } from "#lib/clock.ts";
import type { PolicyRuntimeRequest, PolicyRuntimeResponse } from "#lib/contracts/admission.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { messageOf } from "#lib/errors.ts";
import type { Posture } from "./types.ts";

export type AskBackend = (request: PolicyRuntimeRequest) => Promise<PolicyRuntimeResponse>;

interface Entry {
  readonly posture: Posture & { known: true };
  readonly expires: number;
}

export class FactsCache {
  readonly #ask: AskBackend;
  readonly #clock: Clock;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Entry>();
  readonly #inFlight = new Map<string, Promise<Posture>>();
  hits = 0;
  failures = 0;

  constructor(ask: AskBackend, clock: Clock, maxEntries = 10_000) {
    this.#ask = ask;
    this.#clock = clock;
    this.#maxEntries = maxEntries;
  }

  /**
   * Never rejects: a backend that cannot be asked is a posture too. `revision` stands for the policies in force;
   * a change of it makes older answers unreachable.
   */
  async posture(request: PolicyRuntimeRequest, revision: string): Promise<Posture> {
    const key = canonicalJson([revision, request.namespace, request.labels, [...request.images].sort()]);
    const cached = this.#entries.get(key);
    if (cached !== undefined && cached.expires > this.#clock.now()) {
      this.hits++;
      return cached.posture;
    }
    this.#entries.delete(key);
    const running = this.#inFlight.get(key) ?? this.#load(key, request);
    this.#inFlight.set(key, running);
    return running;
  }

  async #load(key: string, request: PolicyRuntimeRequest): Promise<Posture> {
    try {
      // Never in this turn of the loop: the entry in #inFlight must be there before it is taken out.
      const response = await Promise.resolve().then(() => this.#ask(request));
      const facts = new Map(Object.entries(response.results));
      const posture = { known: true as const, facts };
      const unknown = request.images.some(
        (image) => (facts.get(image)?.policyVerdict ?? "unknown") === "unknown",
      );
      const ttlMs = unknown ? 0 : response.ttlSeconds * 1000;
      if (ttlMs > 0) this.#keep(key, { posture, expires: this.#clock.now() + ttlMs });
      return posture;
    } catch (error) {
      this.failures++;
      return { known: false, why: messageOf(error) };
    } finally {
      this.#inFlight.delete(key);
    }
  }

  #keep(key: string, entry: Entry): void {
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= this.#maxEntries && oldest.done !== true) this.#entries.delete(oldest.value);
    this.#entries.set(key, entry);
  }
}
