// SPDX-License-Identifier: Apache-2.0
/** Notices a thread that is stuck. A clock ends a scan only: what an SBOM says never depends on it (docs/adr/0007). */

/** Looks in the time after which a thread counts as stuck. */
const LOOKS = 10;

export class Watch {
  /** Grows with the thread's progress while it is busy. */
  readonly progress = new SharedArrayBuffer(4);
  readonly #count = new Int32Array(this.progress);
  readonly #timer: NodeJS.Timeout;
  #seen = 0;
  #looksLeft = LOOKS;
  #isBusy = false;

  /** @param stuck is called once, after `ms` at the least, when the thread was busy all the time and did not get on */
  constructor(ms: number, stuck: () => void) {
    this.#timer = setInterval(() => {
      const now = Atomics.load(this.#count, 0);
      if (now !== this.#seen || !this.#isBusy) this.#restart(now);
      else if (--this.#looksLeft <= 0) {
        this.end();
        stuck();
      }
    }, ms / LOOKS);
    this.#timer.unref();
  }

  /** The thread has work. */
  busy(): void {
    this.#restart(this.#seen);
    this.#isBusy = true;
  }

  /** The thread waits for us. */
  waiting(): void {
    this.#isBusy = false;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** One look more: the present one is only part of a turn. */
  #restart(count: number): void {
    [this.#seen, this.#looksLeft] = [count, LOOKS + 1];
  }
}
