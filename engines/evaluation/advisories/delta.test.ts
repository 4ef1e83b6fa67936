// SPDX-License-Identifier: Apache-2.0
/** What differs between snapshots: what is said, not where it stands or who is listed first. */
import { expect, it } from "vitest";
import type { Advisory } from "../types.ts";
import { snapshotDelta } from "./delta.ts";
import { withDigest } from "./export.ts";
import { compileSnapshot } from "./snapshot/compile.ts";
import { openSnapshot } from "./snapshot/open.ts";
import type { Snapshot } from "./snapshot/open.ts";
import type { SourceExport } from "./types.ts";

const advisory = (id: string, name: string, more: Partial<Advisory> = {}): Advisory => ({
  id,
  aliases: [],
  source: "osv",
  severity: "high",
  cvss: [],
  references: [],
  affected: [{ ecosystem: "npm", name, ranges: [{ introduced: "0", fixed: "2.0.0" }] }],
  ...more,
});

const base = [advisory("GHSA-b", "b"), advisory("GHSA-d", "d", { aliases: ["CVE-2024-0004"] })];
const snapshot = (advisories: readonly Advisory[], more: Partial<SourceExport> = {}): Snapshot =>
  openSnapshot(
    compileSnapshot([withDigest({ name: "x", advisories, exploited: [], epss: [], covers: [], ...more })]),
  );
const deb = (fixed: string): Advisory =>
  advisory("CVE-2024-0009", "", {
    affected: [
      { ecosystem: "deb", distro: "debian:12", name: "glibc", ranges: [{ introduced: "0", fixed }] },
      { ecosystem: "deb", distro: "debian:13", name: "glibc", ranges: [{ introduced: "0", fixed: "1" }] },
    ],
  });

it.each<{
  name: string;
  before?: readonly Advisory[];
  after: readonly Advisory[];
  enriched?: Partial<SourceExport>;
  changed?: readonly string[];
  epss?: readonly string[];
}>([
  { name: "nothing", after: base },
  { name: "another order", after: base.toReversed() },
  {
    name: "a new advisory that moves the others",
    after: [advisory("A-1", "c"), ...base],
    changed: ["npm|c"],
  },
  { name: "one for a package that has some", after: [...base, advisory("A-1", "b")], changed: ["npm|b"] },
  { name: "one that is gone", after: base.slice(1), changed: ["npm|b"] },
  {
    name: "one that is withdrawn",
    after: [{ ...base[0]!, withdrawn: "2024-01-01T00:00:00Z" }, base[1]!],
    changed: ["npm|b"],
  },
  { name: "a better severity", after: [{ ...base[0]!, severity: "low" }, base[1]!], changed: ["npm|b"] },
  { name: "a summary, which no answer rests on", after: [{ ...base[0]!, summary: "new words" }, base[1]!] },
  { name: "exploitation", after: base, enriched: { exploited: ["CVE-2024-0004"] }, changed: ["npm|d"] },
  { name: "its probability", after: base, enriched: { epss: [["CVE-2024-0004", 0.5]] }, epss: ["npm|d"] },
  {
    name: "one release of a distro",
    before: [deb("2.36-9")],
    after: [deb("2.36-10")],
    changed: ["deb|debian:12|glibc"],
  },
])("$name", ({ before = base, after, enriched = {}, changed = [], epss = [] }) => {
  const [old, now] = [snapshot(before), snapshot(after, enriched)];
  expect(snapshotDelta(old, now)).toEqual({
    from: old.id,
    to: now.id,
    changedProductKeys: changed,
    epssProductKeys: epss,
    changedCoverage: [],
  });
});

it("says where coverage begins and ends", () => {
  const delta = snapshotDelta(snapshot(base), snapshot([deb("1")]));
  expect([delta.changedCoverage, delta.changedProductKeys]).toEqual([
    ["debian:12", "debian:13", "npm"],
    ["deb|debian:12|glibc", "deb|debian:13|glibc", "npm|b", "npm|d"],
  ]);
});
