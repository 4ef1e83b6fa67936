// SPDX-License-Identifier: Apache-2.0
/**
 * The advisory and VEX snapshots in force. A new one is stored whole, then named in the catalog, then announced;
 * a process that dies in between starts with the one that was named.
 */
import {
  compileSnapshot,
  compileVexSnapshot,
  openSnapshot,
  openVexSnapshot,
} from "#engines/evaluation/index.ts";
import type { Snapshot as AdvisorySnapshot, VexSnapshot } from "#engines/evaluation/index.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import type { Catalog, CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";

/** Catalog `snapshots`, ids `advisories` and `vex`. */
interface SnapshotName {
  readonly digest: Digest;
}

type SnapshotKind = "advisories" | "vex";

/** The largest snapshot that is opened; all public feeds together are far below. */
const MAX_SNAPSHOT_BYTES = 1024 * 1024 * 1024;

export interface Knowledge {
  advisories(): { readonly digest: Digest; readonly snapshot: AdvisorySnapshot };
  vex(): { readonly digest: Digest; readonly snapshot: VexSnapshot };
  /** @returns whether it differs from the one in force. */
  replace(kind: SnapshotKind, bytes: Uint8Array): Promise<boolean>;
  /** @returns what ends it. */
  onChange(listener: () => void): () => void;
}

/** @throws OBJECT_CORRUPT, SNAPSHOT_CORRUPT when what the catalog names cannot be read */
export async function openKnowledge(catalog: Catalog, objects: ObjectStore): Promise<Knowledge> {
  const names = catalog.collection<SnapshotName>("snapshots");
  const load = async (kind: SnapshotKind, empty: () => Uint8Array): Promise<Uint8Array> => {
    const name = await names.get(kind);
    if (name === undefined) return empty();
    return objects.read(keyOf(kind, name.body.digest), MAX_SNAPSHOT_BYTES);
  };
  return new StoredKnowledge(
    names,
    objects,
    await load("advisories", () => compileSnapshot([])),
    await load("vex", () => compileVexSnapshot([]).bytes),
  );
}

class StoredKnowledge implements Knowledge {
  readonly #names: CatalogCollection<SnapshotName>;
  readonly #objects: ObjectStore;
  readonly #listeners = new Set<() => void>();
  #advisories: ReturnType<Knowledge["advisories"]>;
  #vex: ReturnType<Knowledge["vex"]>;

  constructor(
    names: CatalogCollection<SnapshotName>,
    objects: ObjectStore,
    advisories: Uint8Array,
    vex: Uint8Array,
  ) {
    this.#names = names;
    this.#objects = objects;
    this.#advisories = { digest: digestOf(advisories), snapshot: openSnapshot(advisories) };
    this.#vex = { digest: digestOf(vex), snapshot: openVexSnapshot(vex) };
  }

  advisories(): ReturnType<Knowledge["advisories"]> {
    return this.#advisories;
  }

  vex(): ReturnType<Knowledge["vex"]> {
    return this.#vex;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async replace(kind: SnapshotKind, bytes: Uint8Array): Promise<boolean> {
    const digest = digestOf(bytes);
    const before = kind === "advisories" ? this.#advisories.digest : this.#vex.digest;
    if (digest === before && (await this.#names.get(kind)) !== undefined) return false;
    // Opened before it is named: what cannot be read must not be what the next start finds. In the main thread, since
    // the opened form cannot cross: advisories take some 40 ms, the VEX of a hub with 300 000 statements 0.3 to 0.5 s.
    const take =
      kind === "advisories"
        ? takeIn(openSnapshot(bytes), (snapshot) => (this.#advisories = { digest, snapshot }))
        : takeIn(openVexSnapshot(bytes), (snapshot) => (this.#vex = { digest, snapshot }));
    await this.#objects.put(keyOf(kind, digest), bytes);
    await this.#names.put(kind, { digest });
    take();
    if (before !== digest) await this.#objects.delete(keyOf(kind, before));
    for (const listener of this.#listeners) listener();
    return true;
  }
}

const takeIn =
  <Value>(value: Value, set: (value: Value) => void): (() => void) =>
  () => {
    set(value);
  };

const keyOf = (kind: SnapshotKind, digest: Digest): string => `snapshots/${kind}/${hexOf(digest)}`;
