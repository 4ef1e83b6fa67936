// SPDX-License-Identifier: Apache-2.0
/**
 * Whom the changes of the snapshots could concern, in the order in which they came: one entry an image, however many changes.
 * In memory; after a restart it begins with what is in force then.
 */
import type { Digest, ImageDigest } from "#lib/digest.ts";
import type { Impact as FoundImpact } from "../jobs/impact-work.ts";

export type SnapshotKind = "advisories" | "vex";

export interface Impact extends Pick<FoundImpact, "affected" | "affectedByEpss"> {
  /** Images that were looked at, with the digest of the BOM-Index that they had then. */
  readonly indexed: ReadonlyMap<ImageDigest, Digest>;
}

/** Digests of the snapshots that an answer was made with. */
export type MadeWith = Readonly<Record<SnapshotKind, Digest>>;

interface ImageChanges {
  readonly index: Digest;
  /** The first change at which the image had this index; it has been there at all changes since. */
  readonly since: number;
  /** The last change of a kind that could concern it; 0: none. */
  readonly last: Record<SnapshotKind | "epss", number>;
}

/** Of each kind. An answer made with a snapshot that is older than this many changes is made anew. */
const MAX_SNAPSHOTS = 1000;

export class ChangeLog {
  /** After which change a snapshot was in force last. */
  readonly #positions: Readonly<Record<SnapshotKind, Map<Digest, number>>> = {
    advisories: new Map(),
    vex: new Map(),
  };
  #images = new Map<ImageDigest, ImageChanges>();
  #changes = 0;

  /** @param impact undefined: not known, so no answer made with an earlier snapshot of the kind holds */
  record(kind: SnapshotKind, from: Digest, to: Digest, impact: Impact | undefined): void {
    const change = ++this.#changes;
    const positions = this.#positions[kind];
    if (impact === undefined) {
      positions.clear();
      return;
    }
    const images = new Map<ImageDigest, ImageChanges>();
    for (const [image, index] of impact.indexed) {
      const before = this.#images.get(image);
      const isSame = before?.index === index;
      images.set(image, isSame ? before : { index, since: change, last: { advisories: 0, vex: 0, epss: 0 } });
    }
    this.#images = images;
    for (const image of impact.affected) mark(images.get(image), kind, change);
    for (const image of impact.affectedByEpss) mark(images.get(image), "epss", change);
    place(positions, from, change - 1);
    place(positions, to, change);
  }

  /**
   * Whether an answer would be the same with the snapshots in force.
   * @param index digest of the image's BOM-Index: one that was scanned anew since is another image here
   * @param usesEpss whether the answer rests on the probability of exploitation
   */
  stillHolds(
    image: ImageDigest,
    index: Digest | undefined,
    { madeWith, inForce }: { readonly madeWith: MadeWith; readonly inForce: MadeWith },
    usesEpss: boolean,
  ): boolean {
    const changes = this.#images.get(image);
    const holds = (kind: SnapshotKind): boolean => {
      if (madeWith[kind] === inForce[kind]) return true;
      const position = this.#positions[kind].get(madeWith[kind]);
      if (position === undefined || changes === undefined || changes.index !== index) return false;
      if (changes.since > position + 1 || changes.last[kind] > position) return false;
      return kind === "vex" || !usesEpss || changes.last.epss <= position;
    };
    return holds("advisories") && holds("vex");
  }
}

function mark(changes: ImageChanges | undefined, kind: SnapshotKind | "epss", change: number): void {
  if (changes !== undefined) changes.last[kind] = change;
}

/** Newest last, so that the oldest goes first. */
function place(positions: Map<Digest, number>, digest: Digest, position: number): void {
  positions.delete(digest);
  positions.set(digest, position);
  if (positions.size <= MAX_SNAPSHOTS) return;
  for (const oldest of positions.keys()) {
    positions.delete(oldest);
    return;
  }
}
