// SPDX-License-Identifier: Apache-2.0
/** What an adapter's test hands to a contract suite, and small tools that the suites share. */
import { expect } from "vitest";
import { codeOf } from "#lib/errors.ts";

/** One store with data of its own, empty at first. */
export interface Bench<Store> {
  readonly store: Store;
  /**
   * A new handle on the same data, as a new process would have it; the old one is closed first. With `crash` the
   * old one is dropped as a kill would drop it: nothing of it may be recorded any more.
   */
  reopen(options?: { readonly crash?: boolean }): Promise<Store>;
  /** Closes everything and removes the data. */
  dispose(): Promise<void>;
}

export interface ObjectBench<Store> extends Bench<Store> {
  /** Changes a stored byte behind the store's back. Absent where that cannot be done. */
  damage?(key: string): Promise<void>;
}

/** Fails unless the work is refused with this code. */
export async function expectCode(work: Promise<unknown>, code: string): Promise<void> {
  const outcome = await work.then(
    () => "resolved",
    (error: unknown) => codeOf(error),
  );
  expect(outcome).toBe(code);
}

/** A promise with its ends outside. */
export interface Gate<Value = void> {
  readonly opened: Promise<Value>;
  readonly open: (value: Value) => void;
}

export function gate<Value = void>(): Gate<Value> {
  const { promise, resolve } = Promise.withResolvers<Value>();
  return { opened: promise, open: resolve };
}

/** Opens after `times` calls of `count`. */
export function countdown(times: number): { readonly count: () => void; readonly done: Promise<void> } {
  const { opened, open } = gate();
  let left = times;
  return {
    done: opened,
    count: () => {
      left -= 1;
      if (left === 0) open();
    },
  };
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
