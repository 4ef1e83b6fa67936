// SPDX-License-Identifier: Apache-2.0
/**
 * One leader among replicas through a Lease. Another's lease is judged by how long we have seen it unchanged on
 * our own monotonic clock, never by the times written in it. After k8s.io/client-go/tools/leaderelection.
 */
import { messageOf } from "../errors.ts";
import type { KubeClient } from "./client.ts";
import { kubeErrors } from "./errors.ts";
import { builtin } from "./resources.ts";
import { isAborted, jittered, microTime, pause, systemTimers, type Random, type Timers } from "./timers.ts";
import { silentLogger, type KubeLogger, type KubeObject, type Resource } from "./types.ts";

export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

const leases: Resource<Lease> = builtin.leases;

export interface ElectionOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process, e.g. the Pod's name and a random part. */
  readonly identity: string;
  /**
   * The leader's work. `signal` aborts when leadership is lost or the election stops; no other process leads
   * before `leaseDurationMs - renewDeadlineMs` after that, so the work must have ended by then.
   */
  readonly lead: (signal: AbortSignal) => Promise<void>;
  /** How long others wait for a silent leader; 15 s when absent. Whole seconds. */
  readonly leaseDurationMs?: number;
  /** How long we keep leading without a successful renewal; 10 s when absent. */
  readonly renewDeadlineMs?: number;
  /** 2 s when absent. */
  readonly retryPeriodMs?: number;
  readonly onLost?: (reason: string) => void;
  readonly logger?: KubeLogger;
  readonly timers?: Timers;
  readonly random?: Random;
}

export interface Election {
  isLeader(): boolean;
  /** The holder as last seen. */
  leader(): string | undefined;
  /** Ends the work, waits for it, and gives the lease back so that another can lead at once. */
  stop(): Promise<void>;
}

/** Takes part until `stop`: after a loss it tries again. @throws RangeError for durations out of order */
export function electLeader(options: ElectionOptions): Election {
  const elector = new Elector(options);
  const running = elector.run();
  return {
    isLeader: () => elector.isLeader(),
    leader: () => elector.holder(),
    stop: async () => {
      elector.stop();
      await running;
    },
  };
}

class Elector {
  readonly #options: ElectionOptions;
  readonly #durationMs: number;
  readonly #deadlineMs: number;
  readonly #periodMs: number;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #logger: KubeLogger;
  readonly #stopping = new AbortController();
  /** The lease as last read or written, and when we first saw it so. */
  #seen: { readonly lease: Lease; readonly at: number } | undefined;
  /** Leading until then, on our clock. */
  #until = -Infinity;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#durationMs = options.leaseDurationMs ?? 15_000;
    this.#deadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#periodMs = options.retryPeriodMs ?? 2_000;
    this.#timers = options.timers ?? systemTimers;
    this.#random = options.random ?? Math.random;
    this.#logger = options.logger ?? silentLogger;
    if (!(this.#durationMs > this.#deadlineMs && this.#deadlineMs > this.#periodMs && this.#periodMs > 0)) {
      throw new RangeError("a lease needs leaseDurationMs > renewDeadlineMs > retryPeriodMs > 0");
    }
  }

  isLeader(): boolean {
    return this.#timers.monotonic() < this.#until;
  }

  holder(): string | undefined {
    return this.#seen?.lease.spec?.holderIdentity;
  }

  stop(): void {
    this.#stopping.abort();
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (await this.#tryLead(signal)) await this.#term();
      else await pause(this.#timers, jittered(this.#periodMs, 0.2, this.#random), signal);
    }
  }

  /** From winning the lease to losing it or stopping. */
  async #term(): Promise<void> {
    const { lead, onLost } = this.#options;
    const term = new AbortController();
    this.#logger.info(this.#facts(), "became leader");
    let restMs = this.#periodMs;
    const work = lead(term.signal).catch((error: unknown) => {
      restMs = this.#durationMs;
      this.#logger.error({ ...this.#facts(), err: error }, "the leader's work failed");
    });
    const ended = new AbortController();
    void work.then(() => ended.abort());
    const reason = await this.#renewUntilLost(AbortSignal.any([this.#stopping.signal, ended.signal]));
    term.abort();
    if (reason !== undefined) {
      this.#until = -Infinity;
      this.#logger.warn({ ...this.#facts(), reason }, "lost leadership");
      onLost?.(reason);
    }
    await work;
    if (reason === undefined) await this.#release();
    this.#until = -Infinity;
    await pause(this.#timers, restMs, this.#stopping.signal);
  }

  /** @returns why leadership was lost; undefined when it was given up. */
  async #renewUntilLost(giveUp: AbortSignal): Promise<string | undefined> {
    const lost = new AbortController();
    const either = AbortSignal.any([giveUp, lost.signal]);
    while (!giveUp.aborted) {
      const cancel = this.#timers.after(this.#until - this.#timers.monotonic(), () => lost.abort());
      await pause(this.#timers, jittered(this.#periodMs, 0.1, this.#random), either);
      const renewed = !isAborted(either) && (await this.#tryLead(either));
      cancel();
      if (isAborted(giveUp)) return undefined;
      if (lost.signal.aborted || !this.isLeader()) return `not renewed in ${this.#deadlineMs} ms`;
      if (!renewed && this.holder() !== this.#options.identity)
        return `taken by ${this.holder() ?? "nobody"}`;
    }
    return undefined;
  }

  /**
   * Acquires or renews. @returns whether we lead, by the server's word; false at once when the signal aborts,
   * whatever a request in flight may still do. Never throws.
   */
  async #tryLead(signal: AbortSignal): Promise<boolean> {
    const began = this.#timers.monotonic();
    try {
      const written = await unlessAborted(this.#write(signal), signal);
      if (written === undefined) return false;
      this.#observe(written);
      this.#until = began + this.#deadlineMs;
      return true;
    } catch (error) {
      if (!kubeErrors.is(error, "KUBE_CONFLICT")) {
        this.#logger.warn({ ...this.#facts(), reason: messageOf(error) }, "cannot reach the lease");
      }
      return false;
    }
  }

  /** @returns undefined while another holds it. */
  async #write(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, namespace, name, identity } = this.#options;
    const call = { timeoutMs: Math.max(this.#periodMs, this.#deadlineMs / 2), signal };
    const lease = await client.find(leases, { namespace, name }, call);
    const time = microTime(this.#timers.now());
    const mine = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#durationMs / 1000),
      renewTime: time,
    };
    if (lease === undefined) {
      const spec = { ...mine, acquireTime: time, leaseTransitions: 0 };
      return client.create(leases, { metadata: { namespace, name }, spec }, call);
    }
    this.#observe(lease);
    const held = lease.spec?.holderIdentity ?? "";
    if (held !== "" && held !== identity && !this.#expired()) return undefined;
    const transitions = lease.spec?.leaseTransitions ?? 0;
    const spec =
      held === identity
        ? { ...lease.spec, ...mine }
        : { ...mine, acquireTime: time, leaseTransitions: transitions + 1 };
    return client.update(leases, { ...lease, spec }, call);
  }

  /** Reads first: a renewal that was cut off may have arrived all the same. */
  async #release(): Promise<void> {
    const { client, namespace, name, identity } = this.#options;
    const call = { timeoutMs: this.#periodMs };
    try {
      const lease = await client.find(leases, { namespace, name }, call);
      if (lease?.spec?.holderIdentity !== identity) return;
      const given = { holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(this.#timers.now()) };
      await client.update(leases, { ...lease, spec: { ...lease.spec, ...given } }, call);
      this.#logger.info(this.#facts(), "gave up leadership");
    } catch (error) {
      this.#logger.info({ ...this.#facts(), reason: messageOf(error) }, "could not give the lease back");
    }
  }

  #observe(lease: Lease): void {
    if (this.#seen?.lease.metadata.resourceVersion === lease.metadata.resourceVersion) return;
    this.#seen = { lease, at: this.#timers.monotonic() };
  }

  /** Unchanged for as long as its holder promised to renew it. */
  #expired(): boolean {
    if (this.#seen === undefined) return false;
    const seconds = this.#seen.lease.spec?.leaseDurationSeconds;
    const promisedMs = seconds === undefined ? this.#durationMs : seconds * 1000;
    return this.#timers.monotonic() - this.#seen.at >= promisedMs;
  }

  #facts(): Record<string, unknown> {
    const { namespace, name, identity } = this.#options;
    return { lease: `${namespace}/${name}`, identity, holder: this.holder() };
  }
}

/** The promise's value; undefined as soon as the signal aborts. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise: ended, resolve } = Promise.withResolvers<undefined>();
  const abort = (): void => resolve(undefined);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([ended, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
