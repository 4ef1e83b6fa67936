// SPDX-License-Identifier: Apache-2.0
/** Scans and Reports for what runs: the same Pods in any order want the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { desiredFor, objectName } from "./desired.ts";
import type { PodFacts, RunningImage } from "./types.ts";

const ONE = digestOf("one");
const TWO = digestOf("two");

const imageArb: fc.Arbitrary<RunningImage> = fc.record({
  repository: fc.constantFrom("a.io/api", "b.io/team/api", "docker.io/library/nginx"),
  digest: fc.constantFrom<Digest>(ONE, TWO),
  image: fc.constantFrom("api:1", "api:2", "nginx"),
});

const podArb: fc.Arbitrary<PodFacts> = fc.record({
  namespace: fc.constantFrom("a", "b", "c"),
  name: fc.constantFrom("p", "q"),
  uid: fc.uuid(),
  labels: fc.constant({}),
  owner: fc.constant({ kind: "Pod", name: "p" }),
  images: fc.array(imageArb, { maxLength: 3 }),
  withoutDigest: fc.constant([]),
  pullSecrets: fc.uniqueArray(fc.constantFrom("s1", "s2", "s3", "s4", "s5")),
});

describe("desiredFor", () => {
  it("does not depend on the order of the Pods", () => {
    const pods = fc.array(podArb, { maxLength: 12 });
    fc.assert(
      fc.property(
        pods.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          expect(desiredFor(ONE, shuffled)).toEqual(desiredFor(ONE, list));
        },
      ),
    );
  });

  it("wants one Scan, at most one Report a namespace, and only where the digest runs", () => {
    fc.assert(
      fc.property(fc.array(podArb, { maxLength: 12 }), (pods) => {
        const { scan, reports } = desiredFor(ONE, pods);
        const runs = pods.filter((pod) => pod.images.some(({ digest }) => digest === ONE));
        expect(reports.map(({ namespace }) => namespace)).toEqual(
          [...new Set(runs.map((pod) => pod.namespace))].sort(),
        );
        expect(scan?.digest).toBe(runs.length === 0 ? undefined : ONE);
        expect(scan?.pullSecrets.length ?? 0).toBeLessThanOrEqual(10);
      }),
    );
  });
});

describe("objectName", () => {
  it.each([
    { repository: "ghcr.io/acme/api", want: "api" },
    { repository: "ghcr.io/acme/My_App.v2", want: "my-app-v2" },
    { repository: "10.0.0.1:5000/x", want: "x" },
    { repository: `a.io/${"long-".repeat(30)}`, want: `${"long-".repeat(9)}long` },
    { repository: "a.io/___", want: "image" },
  ])("$repository", ({ repository, want }) => {
    expect(objectName(repository, ONE)).toBe(`${want}-${ONE.slice(7, 19)}`);
  });

  it("is a DNS label whatever the repository is", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (repository) => {
        const name = objectName(repository, ONE);
        expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
        expect(name.length).toBeLessThanOrEqual(63);
      }),
    );
  });
});
