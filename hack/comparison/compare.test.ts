// SPDX-License-Identifier: Apache-2.0
/** Counts against the truth, and differences between two scanners. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { countsOf, differencesOf } from "./compare.ts";
import type { Found } from "./components.ts";

const found = (name: string, version = "1", type = "npm", paths: string[] = []): Found => ({
  type,
  name,
  version,
  paths,
});

it("counts by type", () => {
  const truth = [found("a"), found("b"), found("bash", "5", "deb")];
  const seen = [found("a"), found("b", "2"), found("x", "1", "generic")];
  expect(countsOf(truth, seen)).toEqual([
    { type: "deb", truth: 1, found: 0, missing: 1, invented: 0 },
    { type: "generic", truth: 0, found: 1, missing: 0, invented: 1 },
    { type: "npm", truth: 2, found: 2, missing: 1, invented: 1 },
  ]);
});

it("says who reports what alone, whether it is there, and where it was seen", () => {
  const truth = [found("a"), found("b", "1")];
  const ours = [found("a"), found("b", "1", "npm", ["b/package.json"])];
  const peers = [found("a"), found("B", "2", "npm", ["test/package.json"])];
  expect(differencesOf(truth, ours, peers)).toEqual([
    {
      package: { type: "npm", name: "b", version: "1" },
      by: "us",
      isTrue: true,
      paths: ["b/package.json"],
      others: [{ type: "npm", name: "B", version: "2" }],
    },
    {
      package: { type: "npm", name: "B", version: "2" },
      by: "peer",
      isTrue: false,
      paths: ["test/package.json"],
      others: [{ type: "npm", name: "b", version: "1" }],
    },
  ]);
});

it("adds up: what is common and what one has alone is all that it has", () => {
  const one = fc.record({
    type: fc.constantFrom("npm", "deb"),
    name: fc.constantFrom("a", "b", "c"),
    version: fc.constantFrom("1", "2"),
  });
  const list = fc.uniqueArray(one, { selector: (it) => JSON.stringify(it) });
  fc.assert(
    fc.property(list, list, (ours, peers) => {
      const withPaths = (side: typeof ours) => side.map((each) => ({ ...each, paths: [] }));
      const differences = differencesOf([], withPaths(ours), withPaths(peers));
      const alone = (by: string) => differences.filter((difference) => difference.by === by).length;
      expect(ours.length - alone("us")).toBe(peers.length - alone("peer"));
    }),
  );
});
