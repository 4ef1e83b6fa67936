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
import type { Digest, ImageDigest } from "#lib/digest.ts";
import type { Impact as FoundImpact } from "../jobs/impact-work.ts";
import { codeOf, defineErrors } from "#lib/errors.ts";
import type { Catalog, CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";

/** Catalog `snapshots`, ids `advisories` and `vex`. */
interface SnapshotName {
  readonly digest: Digest;
}

export type SnapshotKind = "advisories" | "vex";

const knowledgeErrors = defineErrors("knowledge", {
  /** More than a start would read back. */
  SNAPSHOT_TOO_LARGE: "invalid",
});

/** What is in force before any source was read. */
const EMPTY: Readonly<Record<SnapshotKind, () => Uint8Array>> = {
  advisories: () => compileSnapshot([]),
  vex: () => compileVexSnapshot([]).bytes,
};

/** The largest snapshot that is opened; all public feeds together are far below. */
const MAX_SNAPSHOT_BYTES = 1024 * 1024 * 1024;

export interface Knowledge {
  advisories(): { readonly digest: Digest; readonly snapshot: AdvisorySnapshot };
  vex(): { readonly digest: Digest; readonly snapshot: VexSnapshot };
  /** The bytes of the snapshot in force. @throws OBJECT_MISSING, OBJECT_CORRUPT */
  bytes(kind: SnapshotKind): AsyncIterable<Uint8Array>;
  /** @param impact images that it can change an answer about; all unless given. @returns whether it differs from the one in force */
  replace(kind: SnapshotKind, bytes: Uint8Array, impact?: Impact): Promise<boolean>;
  /**
   * Whether an answer made with some snapshots would be the same with those in force.
   * @param index digest of the image's BOM-Index: one that was scanned anew since is another image here
   * @param usesEpss whether the answer rests on the probability of exploitation
   */
  stillHolds(image: ImageDigest, index: Digest | undefined, madeWith: MadeWith, usesEpss: boolean): boolean;
  /** @returns what ends it. */
  onChange(listener: () => void): () => void;
}

export interface Impact extends Pick<FoundImpact, "affected" | "affectedByEpss"> {
  /** Images that were looked at, with the digest of the BOM-Index that they had then. */
  readonly indexed: ReadonlyMap<ImageDigest, Digest>;
}

/** Digests of the snapshots that an answer was made with. */
export type MadeWith = Readonly<Record<SnapshotKind, Digest>>;

/** @throws OBJECT_CORRUPT, SNAPSHOT_CORRUPT when what the catalog names cannot be read */
export async function openKnowledge(catalog: Catalog, objects: ObjectStore): Promise<Knowledge> {
  const names = catalog.collection<SnapshotName>("snapshots");
  const named = new Set<SnapshotKind>();
  const load = async (kind: SnapshotKind): Promise<Uint8Array> => {
    const name = await names.get(kind);
    if (name === undefined) return EMPTY[kind]();
    const bytes = await objects.read(keyOf(kind, name.body.digest), MAX_SNAPSHOT_BYTES);
    // Written by a version with another format: made anew from the exports with the next import.
    if (kind === "advisories" && !isReadable(bytes)) return EMPTY[kind]();
    named.add(kind);
    return bytes;
  };
  return new StoredKnowledge(names, objects, await load("advisories"), await load("vex"), named);
}

function isReadable(bytes: Uint8Array): boolean {
  try {
    openSnapshot(bytes, { verify: false });
    return true;
  } catch (error) {
    if (codeOf(error) === "SNAPSHOT_VERSION_UNKNOWN") return false;
    throw error;
  }
}

class StoredKnowledge implements Knowledge {
  readonly #names: CatalogCollection<SnapshotName>;
  readonly #objects: ObjectStore;
  readonly #listeners = new Set<() => void>();
  #advisories: ReturnType<Knowledge["advisories"]>;
  #vex: ReturnType<Knowledge["vex"]>;
  readonly #named: Set<SnapshotKind>;
  readonly #hops: Hop[] = [];

  constructor(
    names: CatalogCollection<SnapshotName>,
    objects: ObjectStore,
    advisories: Uint8Array,
    vex: Uint8Array,
    named: Iterable<SnapshotKind>,
  ) {
    this.#named = new Set(named);
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

  async *bytes(kind: SnapshotKind): AsyncGenerator<Uint8Array> {
    if (this.#named.has(kind)) yield* await this.#objects.get(keyOf(kind, this.#digest(kind)));
    else yield EMPTY[kind]();
  }

  stillHolds(image: ImageDigest, index: Digest | undefined, madeWith: MadeWith, usesEpss: boolean): boolean {
    let at = madeWith;
    for (const { kind, from, to, indexed, affected, affectedByEpss } of this.#hops) {
      if (at[kind] !== from) continue;
      if (index === undefined || indexed.get(image) !== index || affected.has(image)) return false;
      if (usesEpss && affectedByEpss.has(image)) return false;
      at = { ...at, [kind]: to };
    }
    return at.advisories === this.#advisories.digest && at.vex === this.#vex.digest;
  }

  #digest(kind: SnapshotKind): Digest {
    return kind === "advisories" ? this.#advisories.digest : this.#vex.digest;
  }

  async replace(kind: SnapshotKind, bytes: Uint8Array, impact?: Impact): Promise<boolean> {
    const digest = digestOf(bytes);
    const before = this.#digest(kind);
    if (digest === before && this.#named.has(kind)) return false;
    if (bytes.length > MAX_SNAPSHOT_BYTES) {
      throw knowledgeErrors.make(
        "SNAPSHOT_TOO_LARGE",
        `the ${kind} snapshot is larger than ${MAX_SNAPSHOT_BYTES} bytes`,
      );
    }
    // Opened before it is named: what cannot be read must not be what the next start finds. In the main thread, since
    // the opened form cannot cross: advisories of 86 MB take 30 ms, VEX of 300 000 statements 25 ms.
    const take =
      kind === "advisories"
        ? takeIn(openSnapshot(bytes), (snapshot) => (this.#advisories = { digest, snapshot }))
        : takeIn(openVexSnapshot(bytes), (snapshot) => (this.#vex = { digest, snapshot }));
    await this.#objects.put(keyOf(kind, digest), bytes);
    await this.#names.put(kind, { digest });
    this.#named.add(kind);
    take();
    if (impact !== undefined && this.#hops.push(hop(kind, before, digest, impact)) > MAX_HOPS)
      this.#hops.shift();
    if (before !== digest) await this.#objects.delete(keyOf(kind, before));
    for (const listener of this.#listeners) listener();
    return true;
  }
}

/** One change of a snapshot, in the order in which they came. */
interface Hop {
  readonly kind: SnapshotKind;
  readonly from: Digest;
  readonly to: Digest;
  readonly indexed: ReadonlyMap<ImageDigest, Digest>;
  readonly affected: ReadonlySet<ImageDigest>;
  readonly affectedByEpss: ReadonlySet<ImageDigest>;
}

/** An answer that is older than this many changes is made anew. */
const MAX_HOPS = 64;

const hop = (
  kind: SnapshotKind,
  from: Digest,
  to: Digest,
  { indexed, affected, affectedByEpss }: Impact,
): Hop => ({
  kind,
  from,
  to,
  indexed,
  affected: new Set(affected),
  affectedByEpss: new Set(affectedByEpss),
});

const takeIn =
  <Value>(value: Value, set: (value: Value) => void): (() => void) =>
  () => {
    set(value);
  };

const keyOf = (kind: SnapshotKind, digest: Digest): string => `snapshots/${kind}/${hexOf(digest)}`;
