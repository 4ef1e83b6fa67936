// SPDX-License-Identifier: Apache-2.0
/** What holds for every kind: names, columns, defaults, and which objects zod takes and refuses. */
import { describe, expect, expectTypeOf, it } from "vitest";
import { API_VERSION, kinds, kindsByName, report, resources, scan, schedule, stellaOps } from "./index.ts";
import type { Report, Resource, Scan, ScanPolicySpec } from "./index.ts";
import { badObjects, goodObjects, immutableChanges } from "./testing/objects.ts";

const byKind = new Map<string, (typeof kinds)[number]>(kinds.map((kind) => [kind.kind, kind]));

describe("kinds", () => {
  it("have the names of the design", () => {
    expect(kinds.map(({ kind, plural, shortNames, scope }) => [kind, plural, ...shortNames, scope])).toEqual([
      ["StellaOps", "stellaops", "sto", "Cluster"],
      ["ScanPolicy", "scanpolicies", "scp", "Namespaced"],
      ["Schedule", "schedules", "sched", "Namespaced"],
      ["NotifyRule", "notifyrules", "nrule", "Namespaced"],
      ["NotifyChannel", "notifychannels", "nchan", "Namespaced"],
      ["AdvisorySource", "advisorysources", "advsrc", "Namespaced"],
      ["VexSource", "vexsources", "vexsrc", "Namespaced"],
      ["Scan", "scans", "Namespaced"],
      ["Report", "reports", "rep", "Namespaced"],
    ]);
  });

  it("have one resource each", () => {
    expect(Object.values(resources)).toEqual(Object.values(kindsByName).map((kind) => kind.resource));
    expectTypeOf(resources.scans).toExtend<Resource<"Scan">>();
  });

  it("reports print the columns of the design", () => {
    const shown = report.columns.filter((column) => (column.priority ?? 0) === 0).map(({ name }) => name);
    expect(shown).toEqual(["IMAGE", "VERDICT", "CRIT", "HIGH", "MED", "WAIVED", "SIGNED", "AGE"]);
  });

  it.each(kinds.map((kind) => [kind.kind, kind] as const))(
    "%s closes its columns with AGE and describes each",
    (_, kind) => {
      expect(kind.columns.at(-1)?.name).toBe("AGE");
      expect(kind.columns.filter(({ description }) => description === "")).toEqual([]);
    },
  );
});

describe("objects", () => {
  it.each(goodObjects.map((good) => [good.name, good.object] as const))(
    "takes %s and keeps all of it",
    (_, object) => {
      const parsed = byKind.get(object.kind)?.schema.parse(object);
      expect(parsed).toMatchObject(object);
    },
  );

  it("covers every kind", () => {
    expect([...new Set(goodObjects.map(({ object }) => object.kind))].sort()).toEqual(
      [...byKind.keys()].sort(),
    );
  });

  it.each(badObjects.filter(({ onlyServer }) => onlyServer !== true).map((bad) => [bad.name, bad] as const))(
    "refuses %s",
    (_, { object }) => {
      expect(byKind.get(object.kind)?.schema.safeParse(object).success).toBe(false);
    },
  );

  it("states each immutable field as a transition rule", () => {
    const guarded = kinds.flatMap((kind) =>
      JSON.stringify(kind.spec.meta()?.["x-kubernetes-validations"] ?? []).includes("oldSelf")
        ? [kind.kind]
        : [],
    );
    expect(guarded).toEqual([...new Set(immutableChanges.map(({ before }) => before.kind))].sort().reverse());
  });
});

describe("defaults", () => {
  it("fills an empty StellaOps", () => {
    const { spec } = stellaOps.schema.parse({
      apiVersion: API_VERSION,
      kind: "StellaOps",
      metadata: { name: "stellaops" },
    });
    expect(spec).toEqual({
      profile: "embedded",
      components: {
        webhook: {
          enabled: true,
          replicas: 2,
          failurePolicy: "Ignore",
          failOpenNamespaces: [],
          failClosedNamespaces: [],
        },
        observer: { enabled: false },
      },
      discovery: { enabled: true, excludeNamespaces: ["stellaops"], excludeImages: [] },
      openReports: { enabled: true },
      reportRetention: "24h",
      scan: { maxParallel: 2, timeout: "10m" },
    });
  });

  it("fills a Schedule that only says when", () => {
    expect(schedule.spec.parse({ when: "@daily" })).toEqual({
      when: "@daily",
      mode: "analysis-only",
      selection: { scope: "all-images" },
      limits: { maxJobs: 5000, ratePerSecond: 50 },
      suspend: false,
    });
  });
});

describe("types", () => {
  it("are read-only, typed to the digest, and free of undefined", () => {
    expectTypeOf<Scan["spec"]["digest"]>().toEqualTypeOf<`sha256:${string}` | undefined>();
    expectTypeOf<NonNullable<Report["status"]>["worst"]>().toExtend<readonly object[] | undefined>();
    expectTypeOf<ScanPolicySpec["enforcement"]>().toEqualTypeOf<"dryrun" | "warn" | "enforce">();
    expect(scan.spec.parse({ imageRef: "a" })).toEqual({ imageRef: "a" });
  });
});
