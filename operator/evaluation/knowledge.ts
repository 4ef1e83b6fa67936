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
import { codeOf, defineErrors } from "#lib/errors.ts";
import type { Catalog, CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";
import { ChangeLog } from "./change-log.ts";
import type { Impact, MadeWith, SnapshotKind } from "./change-log.ts";

/** Catalog `snapshots`, ids `advisories` and `vex`. */
interface SnapshotName {
  readonly digest: Digest;
}

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
  advisories(): Known<AdvisorySnapshot>;
  vex(): Known<VexSnapshot>;
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

/** A snapshot from the exports in force; undefined where they can't be read either. */
export type Recompile = (kind: SnapshotKind, reason: unknown) => Promise<Uint8Array | undefined>;

/**
 * A named snapshot that is damaged or gone, or that a version with another format wrote, is made anew. Without one nothing is in
 * force, as before the first import.
 */
export async function openKnowledge(
  catalog: Catalog,
  objects: ObjectStore,
  recompile: Recompile,
): Promise<Knowledge> {
  const names = catalog.collection<SnapshotName>("snapshots");
  const named = new Map<SnapshotKind, Digest>();
  const lost = new Map<SnapshotKind, unknown>();
  const load = async <Of>(kind: SnapshotKind, open: (bytes: Uint8Array) => Of): Promise<Known<Of>> => {
    const digest = (await names.get(kind))?.body.digest;
    if (digest !== undefined) {
      named.set(kind, digest);
      try {
        const bytes = await objects.read(keyOf(kind, digest), MAX_SNAPSHOT_BYTES);
        return { digest, snapshot: open(bytes) };
      } catch (error) {
        if (!UNREADABLE.has(codeOf(error))) throw error;
        lost.set(kind, error);
      }
    }
    const empty = EMPTY[kind]();
    return { digest: digestOf(empty), snapshot: open(empty) };
  };
  const knowledge = new StoredKnowledge(names, objects, named, {
    advisories: await load("advisories", openSnapshot),
    vex: await load("vex", openVexSnapshot),
  });
  for (const [kind, reason] of lost) {
    const bytes = await recompile(kind, reason);
    if (bytes !== undefined) await knowledge.replace(kind, bytes);
  }
  return knowledge;
}

const UNREADABLE: ReadonlySet<string> = new Set([
  "OBJECT_MISSING",
  "OBJECT_CORRUPT",
  "SNAPSHOT_CORRUPT",
  "SNAPSHOT_VERSION_UNKNOWN",
  "VEX_SNAPSHOT_INVALID",
]);

interface Known<Snapshot> {
  readonly digest: Digest;
  readonly snapshot: Snapshot;
}

interface AllKnown {
  advisories: Known<AdvisorySnapshot>;
  vex: Known<VexSnapshot>;
}

class StoredKnowledge implements Knowledge {
  readonly #names: CatalogCollection<SnapshotName>;
  readonly #objects: ObjectStore;
  readonly #listeners = new Set<() => void>();
  readonly #known: AllKnown;
  /** What the catalog names; another than what is in force where that could not be read. */
  readonly #named: Map<SnapshotKind, Digest>;
  readonly #changes = new ChangeLog();

  constructor(
    names: CatalogCollection<SnapshotName>,
    objects: ObjectStore,
    named: Map<SnapshotKind, Digest>,
    known: AllKnown,
  ) {
    this.#names = names;
    this.#objects = objects;
    this.#named = named;
    this.#known = known;
  }

  advisories(): Known<AdvisorySnapshot> {
    return this.#known.advisories;
  }

  vex(): Known<VexSnapshot> {
    return this.#known.vex;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async *bytes(kind: SnapshotKind): AsyncGenerator<Uint8Array> {
    const { digest } = this.#known[kind];
    if (this.#named.get(kind) === digest) yield* await this.#objects.get(keyOf(kind, digest));
    else yield EMPTY[kind]();
  }

  stillHolds(image: ImageDigest, index: Digest | undefined, madeWith: MadeWith, usesEpss: boolean): boolean {
    const { advisories, vex } = this.#known;
    const inForce = { advisories: advisories.digest, vex: vex.digest };
    return this.#changes.stillHolds(image, index, { madeWith, inForce }, usesEpss);
  }

  async replace(kind: SnapshotKind, bytes: Uint8Array, impact?: Impact): Promise<boolean> {
    const digest = digestOf(bytes);
    const before = this.#known[kind].digest;
    const named = this.#named.get(kind);
    if (digest === before && named === digest) return false;
    if (bytes.length > MAX_SNAPSHOT_BYTES) {
      throw knowledgeErrors.make(
        "SNAPSHOT_TOO_LARGE",
        `the ${kind} snapshot is larger than ${MAX_SNAPSHOT_BYTES} bytes`,
      );
    }
    // Opened before it is named: what cannot be read must not be what the next start finds. In the main thread, since
    // the opened form cannot cross: advisories of 86 MB take 30 ms, VEX of 300 000 statements 25 ms.
    const take = this.#opened(kind, digest, bytes);
    await this.#objects.put(keyOf(kind, digest), bytes);
    await this.#names.put(kind, { digest });
    this.#named.set(kind, digest);
    take();
    if (before !== digest) this.#changes.record(kind, before, digest, impact);
    if (named !== undefined && named !== digest) await this.#objects.delete(keyOf(kind, named));
    for (const listener of this.#listeners) listener();
    return true;
  }

  #opened(kind: SnapshotKind, digest: Digest, bytes: Uint8Array): () => void {
    if (kind === "advisories") {
      const snapshot = openSnapshot(bytes);
      return () => void (this.#known.advisories = { digest, snapshot });
    }
    const snapshot = openVexSnapshot(bytes);
    return () => void (this.#known.vex = { digest, snapshot });
  }
}

const keyOf = (kind: SnapshotKind, digest: Digest): string => `snapshots/${kind}/${hexOf(digest)}`;
