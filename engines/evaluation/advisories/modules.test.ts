// SPDX-License-Identifier: Apache-2.0
/** Modules: which stream a component is of, which entries speak of it, and both together from feed to finding. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Component, Distro } from "#engines/scanner/index.ts";
import { importSource } from "./import-source.ts";
import { matchSbom } from "./match-sbom.ts";
import { OUTSIDE_OF_MODULES, concernsModule, moduleState } from "./modules.ts";
import type { ModuleScope } from "./modules.ts";
import { compileSnapshot } from "./snapshot/compile.ts";
import { openSnapshot } from "./snapshot/open.ts";
import type { Snapshot } from "./snapshot/open.ts";
import { ovalText } from "./testing/oval.ts";
import { component, memoryFeed, sbomOf } from "./testing/sbom.ts";

const MODULAR = "1:18.12.1-1.module+el9.1.0+17326+318294bb";
const PLAIN = "1:16.20.2-1.el9_2";
const NODEJS_18 = "pkg:rpm/redhat/nodejs@1:18.1-1.module+el9?rpmmod=nodejs:18";

describe("a component's stream", () => {
  it.each([
    ["rpm", "?rpmmod=nodejs:18", MODULAR, { stream: "nodejs:18", isModular: true }],
    ["rpm", "?rpmmod=nodejs%3A18", PLAIN, { stream: "nodejs:18", isModular: true }],
    [
      "rpm",
      "?arch=x86_64&rpmmod=nodejs:18:9020020230327:rhel9",
      MODULAR,
      { stream: "nodejs:18", isModular: true },
    ],
    ["rpm", "?rpmmod=nodejs", PLAIN, { stream: undefined, isModular: false }],
    ["rpm", "", MODULAR, { stream: undefined, isModular: true }],
    ["rpm", "", "1.0-1.module_el8.6.0+3340+d764b636", { stream: undefined, isModular: true }],
    ["rpm", "", PLAIN, { stream: undefined, isModular: false }],
    ["deb", "?rpmmod=nodejs:18", MODULAR, { stream: undefined, isModular: false }],
  ])("%s %s %s", (type, qualifiers, version, want) => {
    expect(moduleState({ type, version, purl: `pkg:${type}/redhat/nodejs@1${qualifiers}` })).toEqual(want);
  });
});

describe("an entry concerns a component", () => {
  const stream = { stream: "nodejs:18", isModular: true };
  const other = { stream: "nodejs:16", isModular: true };
  const lost = { stream: undefined, isModular: true };
  const outside = { stream: undefined, isModular: false };
  const fixed = (version: string): ModuleScope => ({ ranges: [{ introduced: "0", fixed: version }] });
  const open: ModuleScope = { ranges: [{ introduced: "0" }] };

  it.each<{ name: string; entry: ModuleScope; want: readonly string[] }>([
    { name: "of its stream", entry: { ...open, module: "nodejs:18" }, want: ["stream"] },
    { name: "whose fix is built for a module", entry: fixed(MODULAR), want: ["stream", "other", "lost"] },
    { name: "whose fix is not", entry: fixed(PLAIN), want: ["outside"] },
    {
      name: "with a last version",
      entry: { ranges: [{ introduced: "0", lastAffected: PLAIN }] },
      want: ["outside"],
    },
    {
      name: "with single versions",
      entry: { ranges: [], versions: [MODULAR] },
      want: ["stream", "other", "lost"],
    },
    { name: "without any version", entry: open, want: ["stream", "other", "lost", "outside"] },
    {
      name: "without any version, of a source that tells modules apart",
      entry: { ...open, module: OUTSIDE_OF_MODULES },
      want: ["outside"],
    },
    {
      name: "whose fix is built for a module, of a source that tells modules apart",
      entry: { ...fixed(MODULAR), module: OUTSIDE_OF_MODULES },
      want: ["stream", "other", "lost"],
    },
  ])("$name", ({ entry, want }) => {
    const states = Object.entries({ stream, other, lost, outside });
    expect(states.filter(([, state]) => concernsModule(entry, state)).map(([name]) => name)).toEqual(want);
  });
});

describe("from feed to finding", () => {
  const rhel: Distro = { id: "rhel", versionId: "9.2" };
  const alma: Distro = { id: "almalinux", versionId: "9.2" };
  const osv = (id: string, fixed: string): string =>
    JSON.stringify({
      id,
      modified: "2024-01-01T00:00:00Z",
      affected: [
        {
          package: { ecosystem: "AlmaLinux:9", name: "nodejs" },
          ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
        },
      ],
    });
  const advisory = (id: string, criteria: Parameters<typeof ovalText>[0]): string =>
    ovalText({ id: `oval:com.redhat.rhsa:def:${id}`, title: `RHSA-2024:${id}: words of it`, ...criteria });

  let snapshot: Snapshot;
  beforeAll(async () => {
    const feed = memoryFeed({
      "18.xml": advisory("0018", { criteria: ["AND", "module nodejs:18", `nodejs < ${MODULAR}`] }),
      "20.xml": advisory("0020", { criteria: ["AND", "module nodejs:20", "nodejs < 1:20.1-1.module+el9"] }),
      "plain.xml": advisory("0016", { criteria: `nodejs < ${PLAIN}` }),
      "open.xml": advisory("0001", { criteria: "nodejs" }),
      "alma.jsonl": [osv("ALSA-18", "1:18.12.1-1.module_el9.1.0+1"), osv("ALSA-16", PLAIN)].join("\n"),
    });
    const result = await importSource({ name: "all", feed });
    expect(result.rejected).toEqual([]);
    snapshot = openSnapshot(compileSnapshot([result.export]));
  });

  const nodejs = (version: string, stream?: string): Component => {
    const one = component("rpm", "nodejs", version);
    return stream === undefined ? one : { ...one, purl: `${one.purl}?rpmmod=${stream}` };
  };

  it.each([
    ["its stream, old", rhel, nodejs("1:18.1-1.module+el9", "nodejs:18"), ["RHSA-2024:0018"]],
    ["its stream, mended", rhel, nodejs(MODULAR, "nodejs:18"), []],
    ["another stream, whose version is lower than all", rhel, nodejs("1:14.1-1.module+el9", "nodejs:14"), []],
    ["the distro's own, old", rhel, nodejs("1:16.1-1.el9"), ["RHSA-2024:0001", "RHSA-2024:0016"]],
    ["the distro's own, mended", rhel, nodejs(PLAIN), ["RHSA-2024:0001"]],
    [
      "AlmaLinux's module, which its version tells",
      alma,
      nodejs("1:18.1-1.module_el9", "nodejs:18"),
      ["ALSA-18"],
    ],
    ["AlmaLinux's own", alma, nodejs("1:16.1-1.el9"), ["ALSA-16"]],
  ])("%s", (_, distro, one, want) => {
    const { findings, uncovered } = matchSbom(sbomOf([one], distro), snapshot);
    expect(findings.map(({ id }) => id)).toEqual(want);
    expect(uncovered).toEqual([]);
  });

  it("says of a module's package whose stream is not known that it could not be compared", () => {
    const lost = nodejs("1:18.1-1.module+el9");
    expect(matchSbom(sbomOf([lost], rhel), snapshot)).toEqual({ findings: [], uncovered: [lost.purl] });
    expect(matchSbom(sbomOf([lost], alma), snapshot).uncovered).toEqual([]);
  });

  it("answers for two streams of one version apart", () => {
    const of = ["nodejs:18", "nodejs:20"].map((stream) => nodejs("1:18.1-1.module+el9", stream));
    const found = matchSbom(sbomOf(of, rhel), snapshot).findings.map(({ id, purl }) => [id, purl.slice(-2)]);
    expect(found).toEqual([
      ["RHSA-2024:0018", "18"],
      ["RHSA-2024:0020", "20"],
    ]);
  });
});

describe("a record with a module astray", () => {
  const rhel: Distro = { id: "rhel", versionId: "9.2" };
  const open = ovalText({ criteria: "nodejs" });
  const stray = ovalText({
    id: "oval:com.redhat.rhsa:def:9",
    title: "RHSA-2024:0009: words of it",
    criteria: ["AND", "module perl:5", "perl < 1:5.1-1.module+el9"],
  });
  const modular = { ...component("rpm", "nodejs", "1:18.1-1.module+el9"), purl: NODEJS_18 };

  const matching = async (sources: Readonly<Record<string, Readonly<Record<string, string>>>>) => {
    const exports = [];
    for (const [name, files] of Object.entries(sources))
      exports.push((await importSource({ name, feed: memoryFeed(files) })).export);
    const snapshot = openSnapshot(compileSnapshot(exports));
    const { findings, uncovered } = matchSbom(sbomOf([modular], rhel), snapshot);
    return { ids: findings.map(({ id }) => id), uncovered };
  };

  it.each([
    {
      name: "in another source takes nothing from this one",
      sources: { a: { "open.xml": open }, b: { "stray.xml": stray } },
      want: { ids: ["RHSA-2024:0001"], uncovered: [] },
    },
    {
      name: "of another vendor takes nothing from this one's",
      sources: {
        a: {
          "open.xml": open,
          "stray.xml": stray
            .replaceAll("com.redhat.rhsa", "com.oracle.elsa")
            .replaceAll("Red Hat Enterprise Linux", "Oracle Linux")
            .replaceAll("RHSA", "ELSA"),
        },
      },
      want: { ids: ["RHSA-2024:0001"], uncovered: [] },
    },
    {
      name: "in the same source, which speaks of no stream of the package, leaves the component uncovered",
      sources: { a: { "open.xml": open, "stray.xml": stray } },
      want: { ids: [], uncovered: [NODEJS_18] },
    },
    {
      name: "in one of two sources with the same record: the other's word is about any package",
      sources: { a: { "open.xml": open, "stray.xml": stray }, b: { "open.xml": open } },
      want: { ids: ["RHSA-2024:0001"], uncovered: [] },
    },
  ])("$name", async ({ sources, want }) => {
    expect(await matching(sources)).toEqual(want);
    expect(await matching(Object.fromEntries(Object.entries(sources).reverse()))).toEqual(want);
  });
});
