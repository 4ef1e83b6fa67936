// SPDX-License-Identifier: Apache-2.0
/**
 * Which images a new snapshot can give another answer about: the delta to the snapshot in force, and the images whose BOM-Index
 * has any of its packages. Runs in the import's thread: seconds of work with many images.
 */
import {
  impactedImages,
  openSnapshot,
  openVexSnapshot,
  productKeysOf,
  snapshotDelta,
  vexDelta,
} from "#engines/evaluation/index.ts";
import type { FeedReader } from "#engines/evaluation/index.ts";
import { MergedBomIndex, mergeBomIndexes } from "#engines/scanner/index.ts";
import type { ImageDigest } from "#lib/digest.ts";

export interface ImpactTask {
  readonly kind: "AdvisorySource" | "VexSource";
  /** Images that the merged index has and that are gone. */
  readonly remove: readonly ImageDigest[];
}

/**
 * What the feed's documents are called: `before` and `after`, the snapshots; for VEX `advisories`, the snapshot that tells which
 * packages a vulnerability is about; `index`, the merged index so far, before any other name: an image's index to be merged in.
 */
export type ImpactPart = "before" | "after" | "advisories" | "index";

export interface Impact {
  /** The merged index with all images that were looked at. */
  readonly index: Uint8Array;
  readonly affected: readonly ImageDigest[];
  /** Of these only the probability of exploitation differs. */
  readonly affectedByEpss: readonly ImageDigest[];
}

const MAX_PART_BYTES = 1024 * 1024 * 1024;

/** @throws SNAPSHOT_CORRUPT, VEX_SNAPSHOT_INVALID, BOM_INDEX_CORRUPT, and what the feed throws */
export async function findImpact(
  { kind, remove }: ImpactTask,
  feed: FeedReader,
  whole: (stream: AsyncIterable<Uint8Array>, name: string, maxBytes: number) => Promise<Buffer>,
  maxBatchBytes = MAX_BATCH_BYTES,
): Promise<Impact> {
  const parts = new Map<string, Buffer>();
  const merger = new BatchMerger(new Set(remove), maxBatchBytes);
  for await (const document of feed.documents()) {
    const bytes = await whole(document.open(), document.name, MAX_PART_BYTES);
    if (document.name === ("index" satisfies ImpactPart)) merger.startFrom(bytes);
    else if (SNAPSHOTS.has(document.name)) parts.set(document.name, bytes);
    else merger.add(bytes);
  }
  const index = merger.done();
  const { keys, epssKeys, isWhole } = kind === "AdvisorySource" ? ofAdvisories(parts) : ofVex(parts);
  const merged = new MergedBomIndex(index, { isVerified: true });
  return {
    index,
    affected: isWhole ? merged.images() : impactedImages(merged, keys),
    affectedByEpss: impactedImages(merged, epssKeys),
  };
}

const SNAPSHOTS: ReadonlySet<string> = new Set<ImpactPart>(["before", "after", "advisories"]);

/** Of a first merge, with all images of a cluster, only so much is held at a time. */
const MAX_BATCH_BYTES = 32 * 1024 * 1024;

class BatchMerger {
  readonly #remove: ReadonlySet<ImageDigest>;
  readonly #maxBatchBytes: number;
  #merged: Uint8Array | undefined;
  #batch: Uint8Array[] = [];
  #bytes = 0;

  constructor(remove: ReadonlySet<ImageDigest>, maxBatchBytes: number) {
    this.#remove = remove;
    this.#maxBatchBytes = maxBatchBytes;
  }

  startFrom(index: Uint8Array): void {
    this.#merged = index;
  }

  add(index: Uint8Array): void {
    this.#batch.push(index);
    this.#bytes += index.length;
    if (this.#bytes >= this.#maxBatchBytes) this.done();
  }

  done(): Uint8Array {
    const base = this.#merged;
    this.#merged = mergeBomIndexes({
      ...(base === undefined ? {} : { base }),
      add: this.#batch,
      remove: this.#remove,
    });
    this.#batch = [];
    this.#bytes = 0;
    return this.#merged;
  }
}

interface Changed {
  readonly keys: readonly string[];
  readonly epssKeys: readonly string[];
  /** Every image may be affected. */
  readonly isWhole: boolean;
}

type Parts = ReadonlyMap<string, Buffer>;

function partOf(parts: Parts, name: ImpactPart): Buffer {
  const bytes = parts.get(name);
  if (bytes === undefined) throw new Error(`no part ${name}`);
  return bytes;
}

function ofAdvisories(parts: Parts): Changed {
  const open = (name: ImpactPart) => openSnapshot(partOf(parts, name), { verify: false });
  const { changedProductKeys, epssProductKeys, changedCoverage } = snapshotDelta(
    open("before"),
    open("after"),
  );
  return { keys: changedProductKeys, epssKeys: epssProductKeys, isWhole: changedCoverage.length > 0 };
}

function ofVex(parts: Parts): Changed {
  const advisories = openSnapshot(partOf(parts, "advisories"), { verify: false });
  const names = vexDelta(openVexSnapshot(partOf(parts, "before")), openVexSnapshot(partOf(parts, "after")));
  return { keys: productKeysOf(advisories, names), epssKeys: [], isWhole: false };
}
