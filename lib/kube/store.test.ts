// SPDX-License-Identifier: Apache-2.0
/** The local copy: indexes, changes, replacement, and names that change their owner. */
import { describe, expect, it } from "vitest";
import { createStore, type Change } from "./store.ts";
import type { KubeObject } from "./types.ts";

interface Thing extends KubeObject {
  readonly node: string;
}

const thing = (name: string, version: number, node = "n1", uid = name): Thing => ({
  metadata: { namespace: "a", name, uid, resourceVersion: String(version) },
  node,
});

const said = (change: Change<Thing>): string =>
  `${change.type} ${change.object.metadata.name ?? ""}@${change.object.metadata.resourceVersion ?? ""}`;

function recorded(): { store: ReturnType<typeof createStore<Thing>>; log: string[] } {
  const store = createStore<Thing>({ indexes: { node: (object) => [object.node] } });
  const log: string[] = [];
  store.onChange((change) => void log.push(said(change)));
  return { store, log };
}

describe("store", () => {
  it("keeps indexes true through updates and deletions, ordered by key", () => {
    const { store } = recorded();
    for (const object of [thing("c", 1), thing("b", 1), thing("a", 1, "n2")]) store.set(object);
    store.set(thing("c", 2, "n2"));
    store.delete("a/b");
    expect(store.byIndex("node", "n2").map(({ metadata }) => metadata.name)).toEqual(["a", "c"]);
    expect(store.byIndex("node", "n1")).toEqual([]);
    expect(store.get("a", "c")?.node).toBe("n2");
    expect(() => store.byIndex("color", "red")).toThrow("no index");
  });

  it("reports each change once", () => {
    const { store, log } = recorded();
    store.set(thing("x", 1));
    store.set(thing("x", 1));
    store.set(thing("x", 2));
    store.delete("a/x", thing("x", 3));
    store.delete("a/x");
    expect(log).toEqual(["added x@1", "updated x@2", "deleted x@3"]);
  });

  it("takes a recreated object for another one", () => {
    const { store, log } = recorded();
    store.set(thing("x", 1, "n1", "first"));
    store.set(thing("x", 5, "n1", "second"));
    expect(log).toEqual(["added x@1", "deleted x@1", "added x@5"]);
  });

  it("replaces all, with deletions for what vanished", () => {
    const { store, log } = recorded();
    for (const name of ["x", "y", "z"]) store.set(thing(name, 1));
    log.length = 0;
    store.replace([thing("y", 1), thing("z", 2), thing("w", 3)]);
    expect(log).toEqual(["deleted x@1", "updated z@2", "added w@3"]);
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(["w", "y", "z"]);
  });

  it("survives a listener that throws, and replays for a late one", () => {
    const errors: unknown[] = [];
    const store = createStore<Thing>({ onListenerError: (error) => errors.push(error) });
    store.onChange(() => {
      throw new Error("listener");
    });
    store.set(thing("x", 1));
    const log: string[] = [];
    const end = store.onChange((change) => void log.push(said(change)), { replay: true });
    store.set(thing("x", 2));
    end();
    store.set(thing("x", 3));
    expect({ log, errors: errors.length }).toEqual({ log: ["added x@1", "updated x@2"], errors: 3 });
  });
});
