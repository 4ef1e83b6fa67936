// SPDX-License-Identifier: Apache-2.0
/** The compiled snapshot: same facts, same bytes; what goes in comes out; damaged bytes are never believed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "#lib/digest.ts";
import type { Advisory } from "../../types.ts";
import { advisoryErrors } from "../errors.ts";
import { withDigest } from "../export.ts";
import type { SourceExport } from "../types.ts";
import { compileSnapshot } from "./compile.ts";
import { HEADER_BYTES } from "../../snapshot-file/container.ts";
import { LAYOUT } from "./format.ts";
import { openSnapshot } from "./open.ts";
import type { Snapshot } from "./open.ts";

const advisory = (id: string, more: Partial<Advisory> = {}): Advisory => ({
  id,
  aliases: [],
  source: "osv",
  severity: "unknown",
  cvss: [],
  references: [],
  affected: [{ ecosystem: "npm", name: "x", ranges: [{ introduced: "0", fixed: "1.0.0" }] }],
  ...more,
});

const source = (name: string, more: Partial<SourceExport> = {}): SourceExport =>
  withDigest({ name, advisories: [], exploited: [], epss: [], covers: [], ...more });

const ghsa = source("ghsa", {
  advisories: [
    advisory("GHSA-a", {
      aliases: ["CVE-2024-0001"],
      vendor: "github",
      severity: "high",
      published: "2024-02-01T00:00:00Z",
    }),
    advisory("GHSA-gone", { withdrawn: "2024-03-01T00:00:00Z", severity: "critical" }),
  ],
});
const debian = source("debian", {
  covers: ["debian:12"],
  advisories: [
    advisory("CVE-2024-0001", {
      source: "debian/tracker",
      affected: [
        {
          ecosystem: "deb",
          distro: "debian:12",
          name: "x",
          ranges: [{ introduced: "0" }],
          distroStatus: "no-dsa",
          severity: "low",
        },
        {
          ecosystem: "deb",
          distro: "debian:13",
          name: "x",
          ranges: [{ introduced: "0", fixed: "2", lastAffected: "1" }],
          versions: ["0.5"],
        },
      ],
    }),
  ],
});
const rpm = (id: string, more: Partial<Advisory["affected"][number]>, by = "oval"): Advisory =>
  advisory(id, {
    source: by,
    affected: [{ ecosystem: "rpm", distro: "rhel:9", name: "n", ranges: [{ introduced: "0" }], ...more }],
  });
const more = source("enrichment", { exploited: ["CVE-2024-0001"], epss: [["CVE-2024-0001", 0.25]] });
const all = [ghsa, debian, more];
const bytes = compileSnapshot(all);

describe("contents", () => {
  const snapshot = openSnapshot(bytes);

  it("says what it is made of", () => {
    expect(
      snapshot.sources.map(({ name, advisories, exploited, epss }) => [name, advisories, exploited, epss]),
    ).toEqual([
      ["debian", 1, 0, 0],
      ["enrichment", 0, 1, 1],
      ["ghsa", 2, 0, 0],
    ]);
    expect(snapshot.sources[2]?.exportDigest).toBe(ghsa.exportDigest);
    expect(snapshot.id).toBe(
      digestOf(bytes.subarray(HEADER_BYTES, HEADER_BYTES + LAYOUT.sections.length * 48)),
    );
    expect([snapshot.advisories, snapshot.vulnerabilities]).toEqual([3, 2]);
  });

  it("gives what an advisory says of a package", () => {
    expect(snapshot.lookup("deb", "debian:12", "x")).toMatchObject([
      { ranges: [{ introduced: "0" }], versions: [], distroStatus: "no-dsa", severity: "low" },
    ]);
    const [entry] = snapshot.lookup("deb", "debian:13", "x");
    expect(entry).toMatchObject({
      ranges: [{ introduced: "0", fixed: "2", lastAffected: "1" }],
      versions: ["0.5"],
    });
    expect([entry?.distroStatus, entry?.severity]).toEqual([undefined, undefined]);
  });

  it("joins advisories of one vulnerability, with KEV and EPSS", () => {
    const [entry] = snapshot.lookup("npm", undefined, "x");
    const head = snapshot.advisory(entry!.advisory);
    expect(head).toMatchObject({
      id: "GHSA-a",
      source: "osv",
      vendor: "github",
      severity: "high",
      published: "2024-02-01T00:00:00Z",
    });
    const [ofDebian] = snapshot.lookup("deb", "debian:12", "x");
    expect(snapshot.advisory(ofDebian!.advisory)).toMatchObject({ vendor: "debian" });
    expect(snapshot.vulnerability(head.vulnerability)).toEqual({
      id: "CVE-2024-0001",
      aliases: ["GHSA-a"],
      severity: "high",
      kev: true,
      rejected: false,
      malware: false,
      epss: 0.25,
      advisories: [0, 1],
    });
    expect(snapshot.record(entry!.advisory)).toEqual(ghsa.advisories.find(({ id }) => id === "GHSA-a"));
  });

  it("finds a vulnerability by any of its names", () => {
    const named = (name: string) => snapshot.named(name).map((at) => snapshot.vulnerability(at).id);
    expect(["CVE-2024-0001", "ghsa-A", "GHSA-gone", "GHSA-", ""].map(named)).toEqual([
      ["CVE-2024-0001"],
      ["CVE-2024-0001"],
      ["GHSA-gone"],
      [],
      [],
    ]);
  });

  it("lists all packages in the order of their keys", () => {
    expect([...snapshot.packages()].map(([key, entries]) => [key, entries.length])).toEqual([
      ["deb|debian:12|x", 1],
      ["deb|debian:13|x", 1],
      ["npm|x", 1],
    ]);
  });

  it("has an advisory of several CVEs once for each, and the facts of none with another", () => {
    const of = advisory("RHSA-1", { aliases: ["CVE-2024-0002", "CVE-2024-0003", "X-1"] });
    const both = openSnapshot(
      compileSnapshot([source("a", { advisories: [of], exploited: ["CVE-2024-0003"] })]),
    );
    const entries = both.lookup("npm", undefined, "x");
    expect(
      entries.map(({ advisory: at }) => {
        const head = both.advisory(at);
        const { id, aliases, kev } = both.vulnerability(head.vulnerability);
        return [head.id, id, aliases, kev];
      }),
    ).toEqual([
      ["RHSA-1", "CVE-2024-0002", ["RHSA-1", "X-1"], false],
      ["RHSA-1", "CVE-2024-0003", ["RHSA-1", "X-1"], true],
    ]);
    expect(entries.map(({ advisory: at }) => both.record(at))).toEqual([
      { ...of, aliases: ["CVE-2024-0002", "X-1"] },
      { ...of, aliases: ["CVE-2024-0003", "X-1"] },
    ]);
  });

  it.each([
    { name: "one CVE", aliases: ["CVE-2024-0002"] },
    { name: "one CVE that does not stand in order", aliases: ["X-1", "CVE-2024-0002"] },
    { name: "none", aliases: ["X-1"] },
    { name: "the name of another record that names a CVE", aliases: ["GHSA-a"] },
    { name: "a CVE of a CVE", id: "CVE-2024-0009", aliases: ["CVE-2024-0002"] },
  ])("gives a record as it was, with $name as alias", ({ id = "T-1", aliases }) => {
    const of = [advisory(id, { aliases, summary: "s" }), ...ghsa.advisories];
    const opened = openSnapshot(compileSnapshot([source("a", { advisories: of })]));
    const records = Array.from({ length: opened.advisories }, (_, at) => opened.record(at));
    expect(records.find((record) => record.id === id)).toEqual(of[0]);
  });

  it("keeps modules, and what is outside of them where a source tells them apart", () => {
    const of = [
      rpm("A-1", { module: "n:1" }),
      rpm("A-2", {}),
      rpm("A-3", { distro: "rhel:8" }),
      rpm("A-4", {}, "osv"),
    ];
    const rpms = openSnapshot(compileSnapshot([source("rpms", { advisories: of })]));
    const modules = (distro: string) => rpms.lookup("rpm", distro, "n").map(({ module }) => module);
    expect([modules("rhel:9"), modules("rhel:8")]).toEqual([["n:1", "", undefined], [undefined]]);
  });

  it("matches nothing of a withdrawn advisory", () => {
    expect(snapshot.lookup("npm", undefined, "x")).toHaveLength(1);
  });

  it("knows what it speaks about", () => {
    expect(snapshot.covers).toEqual(["debian:12", "debian:13", "npm"]);
    expect(["debian:12", "npm", "debian:11", "pypi"].map((what) => snapshot.coverage(what))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("finds nothing for a stranger", () => {
    for (const name of ["", "w", "y", "xx", "\u{10ffff}"])
      expect(snapshot.lookup("npm", undefined, name)).toEqual([]);
  });
});

it("gives the same bytes whatever the order of sources and advisories", () => {
  const reversed = all.map((each) => ({ ...each, advisories: each.advisories.toReversed() })).toReversed();
  expect(Buffer.compare(compileSnapshot(reversed), bytes)).toBe(0);
});

it("gives other bytes for other facts", () => {
  const other = source("enrichment", { exploited: [], epss: [["CVE-2024-0001", 0.25]] });
  expect(openSnapshot(compileSnapshot([ghsa, debian, other])).id).not.toBe(openSnapshot(bytes).id);
});

it("counts a record once that two sources carry, and keeps two that differ", () => {
  const again = source("mirror", {
    advisories: [...ghsa.advisories.slice(0, 1), advisory("GHSA-gone", { severity: "low" })],
  });
  const snapshot = openSnapshot(compileSnapshot([ghsa, again]));
  expect(snapshot.advisories).toBe(3);
  expect(snapshot.lookup("npm", undefined, "x")).toHaveLength(2);
});

it("opens when it holds nothing", () => {
  const snapshot = openSnapshot(compileSnapshot([]));
  expect([snapshot.advisories, snapshot.covers, snapshot.lookup("npm", undefined, "x")]).toEqual([0, [], []]);
});

it("refuses two sources of one name", () => {
  expect(() => compileSnapshot([ghsa, ghsa])).toThrow(
    expect.objectContaining({ code: "SNAPSHOT_SOURCE_DUPLICATE" }),
  );
});

it("finds every key among many", () => {
  const names = Array.from({ length: 3000 }, (_, i) => `p${(i * 7919) % 3001}`);
  const many = source("many", {
    advisories: names.map((name, i) =>
      advisory(`T-${i}`, { affected: [{ ecosystem: "npm", name, ranges: [{ introduced: String(i) }] }] }),
    ),
  });
  const snapshot = openSnapshot(compileSnapshot([many]));
  for (const [i, name] of names.entries()) {
    expect(snapshot.lookup("npm", undefined, name)[0]?.ranges).toEqual([{ introduced: String(i) }]);
  }
});

describe("damage", () => {
  it.each([0, 10, 63, 100, bytes.length - 1])("cut to %d bytes", (length) => {
    expect(() => openSnapshot(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({ code: "SNAPSHOT_CORRUPT" }),
    );
    expect(() => openSnapshot(bytes.subarray(0, length), { verify: false })).toThrow(
      expect.objectContaining({ code: "SNAPSHOT_CORRUPT" }),
    );
  });

  it("bytes behind the end", () => {
    expect(() => openSnapshot(Buffer.concat([bytes, Buffer.alloc(8)]))).toThrow(
      expect.objectContaining({ code: "SNAPSHOT_CORRUPT" }),
    );
  });

  it("another format version", () => {
    const other = Buffer.from(bytes);
    other.writeUInt32LE(9, 8);
    expect(() => openSnapshot(other)).toThrow(expect.objectContaining({ code: "SNAPSHOT_VERSION_UNKNOWN" }));
  });

  const reads: Readonly<Record<string, (snapshot: Snapshot) => unknown>> = {
    judge: (snapshot) => {
      const entries = [...snapshot.packages()].flatMap(([, found]) => found);
      const heads = entries.map((entry) => snapshot.advisory(entry.advisory));
      return [
        entries,
        heads,
        heads.map((head) => snapshot.vulnerability(head.vulnerability)),
        snapshot.sources,
      ];
    },
    name: (snapshot) => ["CVE-2024-0001", "GHSA-a"].map((name) => snapshot.named(name)),
    mark: (snapshot) => [...snapshot.marks()],
    record: (snapshot) => Array.from({ length: snapshot.advisories }, (_, at) => snapshot.record(at)),
  };
  const good = openSnapshot(bytes);

  it("any flipped bit is found by whoever reads what it is in, and nobody is told anything else than before", () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        let refusals = 0;
        for (const read of Object.values(reads)) {
          try {
            expect(read(openSnapshot(flipped))).toEqual(read(good));
          } catch (error) {
            if (!advisoryErrors.is(error)) throw error;
            refusals += 1;
          }
        }
        expect(refusals).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["buckets", ["judge", "name", "mark", "record"]],
    ["heads", ["judge", "name", "mark", "record"]],
    ["vulnerabilities", ["judge", "name", "mark", "record"]],
    ["names", ["name"]],
    ["packageMarks", ["mark"]],
    ["details", ["record"]],
  ] as const)("in section %s is told to those who %j", (section, readers) => {
    const damaged = Buffer.from(bytes);
    const entry = HEADER_BYTES + LAYOUT.sections.indexOf(section) * 48;
    const at = Number(damaged.readBigUInt64LE(entry));
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    const refused = Object.entries(reads).filter(([, read]) => {
      try {
        read(openSnapshot(damaged));
        return false;
      } catch (error) {
        return advisoryErrors.is(error, "SNAPSHOT_CORRUPT");
      }
    });
    expect(refused.map(([name]) => name)).toEqual(readers);
  });

  it("is told each time that it is met", () => {
    const damaged = Buffer.from(bytes);
    const entry = HEADER_BYTES + LAYOUT.sections.indexOf("names") * 48;
    damaged[Number(damaged.readBigUInt64LE(entry))] = 0;
    const snapshot = openSnapshot(damaged);
    for (let time = 0; time < 2; time++)
      expect(() => snapshot.named("CVE-2024-0001")).toThrow(
        expect.objectContaining({ code: "SNAPSHOT_CORRUPT" }),
      );
  });

  it("unverified bytes give SNAPSHOT_CORRUPT or an answer, never a crash", () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        try {
          const snapshot = openSnapshot(damaged, { verify: false });
          for (const { advisory: position } of snapshot.lookup("npm", undefined, "x")) {
            snapshot.vulnerability(snapshot.advisory(position).vulnerability);
          }
        } catch (error) {
          expect(advisoryErrors.is(error)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
