// SPDX-License-Identifier: Apache-2.0
/** Which images a run takes, in what order, how fast. */
import { describe, expect, it } from "vitest";
import { digestOf, type ImageDigest } from "#lib/digest.ts";
import { pace, type Limits } from "./pace.ts";
import { select, type KnownImage, type Selection } from "./select.ts";

const DAY = 86_400_000;
const NOW = 100 * DAY;
const image = (name: string, more: Partial<KnownImage> = {}): KnownImage => ({
  digest: digestOf<ImageDigest>(name),
  namespaces: ["prod"],
  repositories: [`ghcr.io/acme/${name}`],
  ...more,
});
const IMAGES = [
  image("new", { lastReportAt: NOW - DAY }),
  image("old", { lastReportAt: NOW - 30 * DAY, namespaces: ["dev", "prod-eu"] }),
  image("never", { repositories: ["docker.io/library/never"], labels: { team: "a" } }),
];
const names = new Map(["new", "old", "never"].map((name) => [digestOf<ImageDigest>(name), name]));

describe("select", () => {
  it.each<[Selection, string[]]>([
    [{ scope: "all-images" }, ["never", "old", "new"]],
    [{ scope: "all-images", onlyIf: { lastReportOlderThanDays: 7 } }, ["never", "old"]],
    [{ scope: "all-images", namespaces: [] }, ["never", "old", "new"]],
    [{ scope: "namespaces", namespaces: ["prod-*"] }, ["old"]],
    [{ scope: "repositories", repositories: ["ghcr.io/*"] }, ["old", "new"]],
    [{ scope: "repositories", repositories: ["ghcr.io/*"], namespaces: ["prod"] }, ["new"]],
    [{ scope: "labels", labels: { team: "a" } }, ["never"]],
    [{ scope: "labels", labels: { team: "b" } }, []],
  ])("%j: %j", (selection, want) => {
    expect(select(selection, IMAGES, NOW).map((digest) => names.get(digest))).toEqual(want);
  });

  it("takes each digest once", () => {
    expect(select({ scope: "all-images" }, [...IMAGES, ...IMAGES], NOW)).toHaveLength(3);
  });

  it.each<[Selection, string]>([
    [{ scope: "namespaces" }, "selection.namespaces"],
    [{ scope: "labels", labels: {} }, "selection.labels"],
    [
      { scope: "all-images", onlyIf: { lastReportOlderThanDays: -1 } },
      "selection.onlyIf.lastReportOlderThanDays",
    ],
  ])("refuses %j", (selection, field) => {
    expect(() => select(selection, IMAGES, NOW)).toThrow(field);
  });
});

describe("pace", () => {
  it.each<[Limits, { delays: number[]; sizes: number[]; left: number }]>([
    [{}, { delays: [0], sizes: [7], left: 0 }],
    [{ ratePerSecond: 3 }, { delays: [0, 1000, 2000], sizes: [3, 3, 1], left: 0 }],
    [
      { ratePerSecond: 0.5, maxJobs: 3 },
      { delays: [0, 2000, 4000], sizes: [1, 1, 1], left: 4 },
    ],
    [
      { ratePerSecond: 2.5, maxJobs: 5 },
      { delays: [0, 800, 1600], sizes: [2, 2, 1], left: 2 },
    ],
    [
      { maxJobs: 100, ratePerSecond: 50 },
      { delays: [0], sizes: [7], left: 0 },
    ],
  ])("%j", (limits, want) => {
    const { batches, left } = pace([1, 2, 3, 4, 5, 6, 7], limits);
    expect({
      delays: batches.map(({ delayMs }) => delayMs),
      sizes: batches.map(({ jobs }) => jobs.length),
      left,
    }).toEqual(want);
  });

  it("plans nothing for nothing", () => {
    expect(pace([], { ratePerSecond: 1 })).toEqual({ batches: [], left: 0 });
  });

  it.each([{ maxJobs: 0 }, { ratePerSecond: -1 }, { ratePerSecond: Number.NaN }])("refuses %j", (limits) => {
    expect(() => pace([1], limits)).toThrow("must be more than 0");
  });
});
