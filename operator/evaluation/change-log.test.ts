// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "#lib/digest.ts";
import type { Digest, ImageDigest } from "#lib/digest.ts";
import { ChangeLog } from "./change-log.ts";
import type { SnapshotKind } from "./change-log.ts";

interface Change {
  readonly kind: SnapshotKind;
  readonly to: Digest;
  /** Undefined: nobody knows whom it concerns. */
  readonly impact?: Impact;
}

interface Impact {
  readonly indexed: ReadonlyMap<ImageDigest, Digest>;
  readonly affected: readonly ImageDigest[];
  readonly affectedByEpss: readonly ImageDigest[];
}

const images = ["one", "two"].map((name) => digestOf<ImageDigest>(name));
const digests = ["a", "b", "c", "d"].map((name) => digestOf(name));
const START = digestOf("start");

const image = fc.constantFrom(...images);
const digest = fc.constantFrom(...digests);
const change: fc.Arbitrary<Change> = fc.record(
  {
    kind: fc.constantFrom<SnapshotKind>("advisories", "vex"),
    to: digest,
    impact: fc.record({
      indexed: fc.array(fc.tuple(image, fc.constantFrom(...digests.slice(0, 2)))).map((all) => new Map(all)),
      affected: fc.array(image, { maxLength: 1 }),
      affectedByEpss: fc.array(image, { maxLength: 1 }),
    }),
  },
  { requiredKeys: ["kind", "to"] },
);

/** All that happened, read from the start. */
function holdsByHistory(
  history: readonly (Change & { readonly from: Digest })[],
  of: ImageDigest,
  index: Digest,
  madeWith: Readonly<Record<SnapshotKind, Digest>>,
  usesEpss: boolean,
): boolean {
  return (["advisories", "vex"] as const).every((kind) => {
    const own = history.filter((each) => each.kind === kind);
    const inForce = own.at(-1)?.to ?? START;
    if (madeWith[kind] === inForce) return true;
    const first = own.findLastIndex(({ from }) => from === madeWith[kind]);
    if (first < 0) return false;
    return own
      .slice(first)
      .every(
        ({ impact }) =>
          impact?.indexed.get(of) === index &&
          !impact.affected.includes(of) &&
          !(usesEpss && kind === "advisories" && impact.affectedByEpss.includes(of)),
      );
  });
}

describe("ChangeLog", () => {
  it("lets an answer hold only where no change since could concern its image", () => {
    let held = 0;
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 8 }),
        image,
        fc.constantFrom(...digests.slice(0, 2)),
        fc.record({
          advisories: fc.constantFrom(START, ...digests),
          vex: fc.constantFrom(START, ...digests),
        }),
        fc.boolean(),
        (changes, of, index, madeWith, usesEpss) => {
          const log = new ChangeLog();
          const inForce: Record<SnapshotKind, Digest> = { advisories: START, vex: START };
          const history: (Change & { readonly from: Digest })[] = [];
          for (const { kind, to, impact } of changes) {
            if (to === inForce[kind]) continue;
            log.record(kind, inForce[kind], to, impact);
            history.push({ kind, from: inForce[kind], to, ...(impact === undefined ? {} : { impact }) });
            inForce[kind] = to;
          }
          const holds = log.stillHolds(of, index, { madeWith, inForce }, usesEpss);
          // May say no where looking at everything again would say yes; never the other way round.
          if (holds) expect(holdsByHistory(history, of, index, madeWith, usesEpss)).toBe(true);
          if (holds && history.length > 0) held += 1;
        },
      ),
      { numRuns: 3000 },
    );
    expect(held).toBeGreaterThan(100);
  });

  it("keeps an answer through any number of changes that don't concern it", () => {
    const log = new ChangeLog();
    const [one] = images as [ImageDigest];
    const [index] = digests as [Digest];
    const indexed = new Map([[one, index]]);
    let last = START;
    for (let at = 0; at < 500; at++) {
      const next = digestOf(`snapshot ${at}`);
      log.record("advisories", last, next, { indexed, affected: [], affectedByEpss: [] });
      last = next;
    }
    const inForce = { advisories: last, vex: START };
    const asked = (advisories: Digest) =>
      log.stillHolds(one, index, { madeWith: { advisories, vex: START }, inForce }, true);
    expect([asked(START), asked(digestOf("snapshot 250")), asked(digestOf("another"))]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("forgets snapshots that are very old", () => {
    const log = new ChangeLog();
    const indexed = new Map([[images[0] as ImageDigest, digests[0] as Digest]]);
    let last = START;
    for (let at = 0; at < 1200; at++) {
      const next = digestOf(`snapshot ${at}`);
      log.record("vex", last, next, { indexed, affected: [], affectedByEpss: [] });
      last = next;
    }
    const asked = (vex: Digest) =>
      log.stillHolds(
        images[0] as ImageDigest,
        digests[0],
        { madeWith: { advisories: START, vex }, inForce: { advisories: START, vex: last } },
        false,
      );
    expect([asked(START), asked(digestOf("snapshot 1100"))]).toEqual([false, true]);
  });
});
