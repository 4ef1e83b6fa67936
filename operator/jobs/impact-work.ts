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
 * packages a vulnerability is about; `index`, the merged index so far; any other name, an image's index to be merged in.
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
): Promise<Impact> {
  const parts = new Map<string, Buffer>();
  for await (const document of feed.documents()) {
    parts.set(document.name, await whole(document.open(), document.name, MAX_PART_BYTES));
  }
  const part = (name: ImpactPart): Buffer => {
    const bytes = parts.get(name);
    if (bytes === undefined) throw new Error(`no part ${name}`);
    parts.delete(name);
    return bytes;
  };
  const { keys, epssKeys, isWhole } = kind === "AdvisorySource" ? ofAdvisories(part) : ofVex(part);
  const base = parts.get("index");
  parts.delete("index");
  const index = mergeBomIndexes({
    ...(base === undefined ? {} : { base }),
    add: parts.values(),
    remove: new Set(remove),
  });
  const merged = new MergedBomIndex(index, { isVerified: true });
  return {
    index,
    affected: isWhole ? merged.images() : impactedImages(merged, keys),
    affectedByEpss: impactedImages(merged, epssKeys),
  };
}

interface Changed {
  readonly keys: readonly string[];
  readonly epssKeys: readonly string[];
  /** Every image may be affected. */
  readonly isWhole: boolean;
}

type Part = (name: ImpactPart) => Buffer;

function ofAdvisories(part: Part): Changed {
  const open = (name: ImpactPart) => openSnapshot(part(name), { verify: false });
  const { changedProductKeys, epssProductKeys, changedCoverage } = snapshotDelta(
    open("before"),
    open("after"),
  );
  return { keys: changedProductKeys, epssKeys: epssProductKeys, isWhole: changedCoverage.length > 0 };
}

function ofVex(part: Part): Changed {
  const advisories = openSnapshot(part("advisories"), { verify: false });
  const names = vexDelta(openVexSnapshot(part("before")), openVexSnapshot(part("after")));
  return { keys: productKeysOf(advisories, names), epssKeys: [], isWhole: false };
}
