// SPDX-License-Identifier: Apache-2.0
/**
 * The local copy of one kind that a reflector keeps: reads without requests, indexes, change listeners.
 * What it holds may be older than the server's truth, and is never newer.
 */
import { byText } from "../compare.ts";
import { keyOf, keyOfRef } from "./resources.ts";
import type { KubeObject } from "./types.ts";

export type Change<T> =
  | { readonly type: "added"; readonly object: T; readonly old?: undefined }
  | { readonly type: "updated"; readonly object: T; readonly old: T }
  | { readonly type: "deleted"; readonly object: T; readonly old: T };

export type Listener<T> = (change: Change<T>) => void;

/** The values under which an object is found; none for objects that do not belong in the index. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** Reads of the local copy. Objects are shared: never write to them. Lists are ordered by key. */
export interface Store<T extends KubeObject> {
  get(namespace: string | undefined, name: string): T | undefined;
  byKey(key: string): T | undefined;
  list(): readonly T[];
  /** @throws RangeError for an index that was not declared */
  byIndex(index: string, value: string): readonly T[];
  readonly size: number;
  /** True once the first complete list is in; false when stopped before that. */
  readonly synced: Promise<boolean>;
  hasSynced(): boolean;
  /**
   * Called in the order of the changes, after the store holds the new state. With `replay`, first with an
   * `added` for all that is there. A listener that throws is reported and called again for the next change.
   */
  onChange(listener: Listener<T>, options?: { readonly replay?: boolean }): () => void;
}

export interface StoreOptions<T> {
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>> | undefined;
  readonly onListenerError?: ((error: unknown) => void) | undefined;
}

/** The writing side, for reflectors and for tests that feed a controller by hand. */
export interface WritableStore<T extends KubeObject> extends Store<T> {
  /** Adds or replaces. The same resource version again changes nothing. */
  set(object: T): void;
  delete(key: string, last?: T): void;
  /** Makes the store hold exactly these: what vanished is reported as deleted. */
  replace(objects: Iterable<T>): void;
  markSynced(synced: boolean): void;
}

export function createStore<T extends KubeObject>(options: StoreOptions<T> = {}): WritableStore<T> {
  return new MemoryStore(options);
}

class MemoryStore<T extends KubeObject> implements WritableStore<T> {
  readonly synced: Promise<boolean>;
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<
    string,
    { readonly of: IndexFunction<T>; readonly keys: Map<string, Set<string>> }
  >();
  readonly #listeners = new Set<Listener<T>>();
  readonly #report: (error: unknown) => void;
  readonly #resolveSynced: (synced: boolean) => void;
  #isSynced = false;

  constructor(options: StoreOptions<T>) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.synced = promise;
    this.#resolveSynced = resolve;
    this.#report = options.onListenerError ?? (() => undefined);
    for (const [name, of] of Object.entries(options.indexes ?? {}))
      this.#indexes.set(name, { of, keys: new Map() });
  }

  get size(): number {
    return this.#objects.size;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(keyOfRef({ namespace, name }));
  }

  byKey(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return this.#pick(this.#objects.keys());
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new RangeError(`there is no index ${index}`);
    return this.#pick(found.keys.get(value) ?? []);
  }

  hasSynced(): boolean {
    return this.#isSynced;
  }

  markSynced(synced: boolean): void {
    this.#isSynced ||= synced;
    this.#resolveSynced(synced);
  }

  onChange(listener: Listener<T>, options: { readonly replay?: boolean } = {}): () => void {
    if (options.replay === true)
      for (const object of this.list()) this.#call(listener, { type: "added", object });
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  set(object: T): void {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (old !== undefined && old.metadata.uid !== object.metadata.uid) {
      this.delete(key); // another object of the same name: nobody may take it for an update
      this.set(object);
      return;
    }
    if (old !== undefined && isSameVersion(old, object)) return;
    if (old !== undefined) this.#unindex(key, old);
    this.#objects.set(key, object);
    this.#index(key, object);
    this.#tell(old === undefined ? { type: "added", object } : { type: "updated", object, old });
  }

  delete(key: string, last?: T): void {
    const old = this.#objects.get(key);
    if (old === undefined) return;
    this.#objects.delete(key);
    this.#unindex(key, old);
    this.#tell({ type: "deleted", object: last ?? old, old });
  }

  replace(objects: Iterable<T>): void {
    const wanted = new Map<string, T>();
    for (const object of objects) wanted.set(keyOf(object), object);
    for (const key of [...this.#objects.keys()].sort(byText)) if (!wanted.has(key)) this.delete(key);
    for (const object of wanted.values()) this.set(object);
  }

  #pick(keys: Iterable<string>): readonly T[] {
    const picked: T[] = [];
    for (const key of [...keys].sort(byText)) {
      const object = this.#objects.get(key);
      if (object !== undefined) picked.push(object);
    }
    return picked;
  }

  #index(key: string, object: T): void {
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(object)) {
        const set = keys.get(value);
        if (set === undefined) keys.set(value, new Set([key]));
        else set.add(key);
      }
    }
  }

  #unindex(key: string, object: T): void {
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(object)) {
        const set = keys.get(value);
        set?.delete(key);
        if (set?.size === 0) keys.delete(value);
      }
    }
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) this.#call(listener, change);
  }

  #call(listener: Listener<T>, change: Change<T>): void {
    try {
      listener(change);
    } catch (error) {
      this.#report(error);
    }
  }
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return (
    a.metadata.resourceVersion !== undefined && a.metadata.resourceVersion === b.metadata.resourceVersion
  );
}
