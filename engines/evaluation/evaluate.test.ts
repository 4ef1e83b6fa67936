// SPDX-License-Identifier: Apache-2.0
/** From findings and rules to a report: what decides, what is counted, what the bytes depend on. */
import { describe, expect, it } from "vitest";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf } from "#lib/digest.ts";
import { reportDigest } from "./evaluate.ts";
import { baselinePolicy } from "./policy/baseline.ts";
import { policyFromRules } from "./policy/parse-policy.ts";
import { policyDigest } from "./policy/policy-digest.ts";
import { nextWaiverExpiry } from "./policy/next-waiver-expiry.ts";
import type { EvaluationContext, Policy } from "./policy/types.ts";
import { component, DIFF_ID, finding, IMAGE_DIGEST, LAYER_DIGEST, report, sbom } from "./testing/builders.ts";
import type { Finding } from "./types.ts";

const LODASH = "pkg:npm/lodash@4.17.4";
const JAN_31 = "2027-01-31";
const BEFORE = Date.parse("2027-01-31T23:59:59Z");
const AFTER = Date.parse("2027-02-01T00:00:00Z");

const policy = (rules: readonly unknown[], name = "p"): Policy => policyFromRules(rules, { name });
const waive = { ignore: { until: JAN_31, justification: "not reachable" } };

describe("usedByEntrypoint", () => {
  const terminal = {
    kind: "node",
    path: "usr/bin/node",
    argv: [],
    workingDir: "/",
    user: "",
    env: {},
  } as const;
  const known = { steps: [], terminal };
  const used = { usedByEntrypoint: "the entry point runs it" };
  it.each([
    ["a used component", used, known, true, true],
    ["a used component of a trace that stops", used, { steps: [] }, true, true],
    ["an unused component", {}, known, true, false],
    ["an unused component, asked for", {}, known, false, true],
    ["nothing is unused where the trace stops", {}, { steps: [] }, false, false],
    ["nor without a trace", {}, undefined, false, false],
    [
      "nor where the program's packages are not followed",
      {},
      { steps: [], terminal: { ...terminal, kind: "ruby" } },
      false,
      false,
    ],
  ] as const)("%s", (_, facts, entryTrace, asked, holds) => {
    const rules = [{ name: "rule", match: { usedByEntrypoint: asked }, action: "fail" }];
    const made = report([finding("CVE-1", LODASH)], {
      sbom: sbom([component(LODASH, facts)], entryTrace ? { entryTrace } : {}),
      policies: { system: [policy(rules)] },
    });
    expect(made.findings[0]?.rule).toBe(holds ? "rule" : undefined);
  });
});

describe("matchers", () => {
  const found = finding("CVE-2024-1", "pkg:npm/%40acme/lodash@4.17.4", {
    aliases: ["GHSA-xx-yy"],
    advisoryIds: ["GHSA-xx-yy", "SNYK-1"],
    sources: ["osv", "debian"],
    vendors: ["debian", "github"],
    published: "2026-01-01T12:00:00Z",
    severity: "high",
    epss: 0.5,
    kev: true,
    fixedVersion: "4.17.5",
  });
  const context: EvaluationContext = {
    imageReference: "ghcr.io/acme/app:1.2",
    repository: "ghcr.io/acme/app",
    namespace: "prod-eu",
    env: "prod",
  };
  const image = sbom([
    component(found.purl, { evidence: found.evidence, licenses: ["MIT AND GPL-3.0-only"] }),
  ]);

  it.each<[object, boolean]>([
    [{}, true],
    [{ image: "ghcr.io/acme/*" }, true],
    [{ image: IMAGE_DIGEST }, true],
    [{ image: `ghcr.io/acme/app@${IMAGE_DIGEST}` }, true],
    [{ image: "docker.io/*" }, false],
    [{ repo: ["docker.io/*", "ghcr.io/acme/app"] }, true],
    [{ repo: "ghcr.io/acme/app:1.2" }, false],
    [{ env: "prod" }, true],
    [{ env: "dev" }, false],
    [{ namespace: "prod-*" }, true],
    [{ namespace: "dev-*" }, false],
    [{ purl: "pkg:npm/@acme/lodash" }, true],
    [{ purl: "pkg:npm/@acme/*" }, true],
    [{ purl: "pkg:npm/%40acme/lodash@4.17.4" }, true],
    [{ purl: "pkg:npm/@acme/lodash@4.17.5" }, false],
    [{ cve: "cve-2024-1" }, true],
    [{ cve: "ghsa-xx-*" }, true],
    [{ cve: "SNYK-1" }, true],
    [{ cve: "CVE-2024-10" }, false],
    [{ source: "debian" }, true],
    [{ source: "alpine" }, false],
    [{ vendor: ["redhat", "GitHub"] }, true],
    [{ vendor: "alpine" }, false],
    [{ ageDays: ">=30" }, true],
    [{ ageDays: ">30" }, false],
    [{ ageDays: "<=30" }, true],
    [{ ageDays: 31 }, false],
    [{ ageDays: "<31" }, true],
    [{ path: "**/node_modules/**" }, true],
    [{ path: "/usr/**" }, false],
    [{ layerDigest: LAYER_DIGEST }, true],
    [{ layerDigest: DIFF_ID }, true],
    [{ layerDigest: IMAGE_DIGEST }, false],
    [{ severity: ">=high" }, true],
    [{ severity: ["medium", "critical"] }, false],
    [{ kev: true }, true],
    [{ kev: false }, false],
    [{ epss: ">=0.5" }, true],
    [{ epss: ">0.5" }, false],
    [{ epss: "<=0.5" }, true],
    [{ epss: 0.6 }, false],
    [{ epss: "<0.9" }, true],
    [{ fixAvailable: true }, true],
    [{ fixAvailable: false }, false],
    [{ license: "GPL-*", severity: "high" }, true],
    [{ license: "AGPL-*", severity: "high" }, false],
    [{ license: { notIn: ["MIT"] }, severity: "high" }, true],
    [{ license: { notIn: ["MIT", "GPL-*"] }, severity: "high" }, false],
    [{ severity: "high", kev: true, cve: "CVE-2020-1" }, false],
  ])("%j: %s", (match, want) => {
    const made = report([found], {
      sbom: image,
      context,
      policies: { system: [policy([{ match, action: "fail" }])] },
      now: Date.parse("2026-02-01T11:59:59Z"),
    });
    expect(made.findings[0]?.action).toBe(want ? "fail" : "none");
  });

  it("does not match context that is not known", () => {
    const rules = [{ match: { namespace: "*" }, action: "fail" }];
    expect(report([found], { policies: { system: [policy(rules)] } }).verdict).toBe("pass");
  });
});

describe("rules", () => {
  it("decides by the first match and keeps order between named and general rules", () => {
    const rules = [
      { name: "general", match: { severity: "low" }, action: "fail" },
      { name: "named", match: { cve: "CVE-1" }, action: "warn" },
      { name: "rest", action: "fail" },
    ];
    const made = report(
      [finding("CVE-1", LODASH), finding("CVE-2", LODASH), finding("CVE-1", LODASH, { severity: "low" })],
      {
        policies: { system: [policy(rules)] },
      },
    );
    expect(
      made.findings.map(({ id, severity, action, rule }) => `${id} ${severity} ${action} ${rule}`),
    ).toEqual(["CVE-1 high warn named", "CVE-2 high fail rest", "CVE-1 low fail general"]);
  });

  it("escalates and goes on, and says so", () => {
    const rules = [
      { name: "exploited", match: { kev: true }, action: { escalate: { severity: "critical" } } },
      { name: "lowers nothing", action: { escalate: { severity: "low" } } },
      { name: "no critical", match: { severity: "critical" }, action: "fail" },
    ];
    const made = report([finding("CVE-1", LODASH, { kev: true })], { policies: { system: [policy(rules)] } });
    expect(made.findings[0]).toMatchObject({
      severity: "critical",
      originalSeverity: "high",
      action: "fail",
      rule: "no critical",
      policy: "p",
      trace: ["p/exploited: severity high to critical"],
    });
    expect(made.counts).toMatchObject({ critical: 1, high: 0 });
  });

  it.each<[string, object, Partial<Finding>, string]>([
    ["neither condition", { kev: true, epss: ">=0.5" }, { epss: 0.4 }, "high"],
    ["the first", { kev: true, epss: ">=0.5" }, { kev: true }, "critical"],
    ["the second", { kev: true, epss: ">=0.5" }, { epss: 0.5 }, "critical"],
    ["a condition on what is not known", { epss: "<0.5" }, {}, "high"],
  ])("escalates where a condition holds: %s", (_, conditions, facts, severity) => {
    const rules = [{ action: { escalate: { severity: "critical", ...conditions } } }];
    const made = report([finding("CVE-1", LODASH, facts)], { policies: { system: [policy(rules)] } });
    expect(made.findings[0]?.severity).toBe(severity);
  });

  it("waives to the end of the day and falls back by itself", () => {
    const policies = {
      system: [
        policy([
          { name: "w", match: { cve: "CVE-1" }, action: waive },
          { name: "f", action: "fail" },
        ]),
      ],
    };
    const live = report([finding("CVE-1", LODASH)], { policies, now: BEFORE });
    expect(live).toMatchObject({
      verdict: "pass",
      waived: 1,
      counts: { high: 0 },
      nextExpiry: "2027-02-01T00:00:00Z",
    });
    expect(live.findings[0]?.waiver).toEqual({ until: JAN_31, justification: "not reachable" });
    const over = report([finding("CVE-1", LODASH)], { policies, now: AFTER });
    expect(over).toMatchObject({ verdict: "fail", waived: 0 });
    expect(over.findings[0]?.trace).toEqual([`p/w: ignore expired ${JAN_31}`]);
    expect(over.nextExpiry).toBeUndefined();
  });

  it("counts deferrals apart", () => {
    const rules = [{ action: { defer: { until: "2027-01-31T12:00:00+02:00" } } }];
    const made = report([finding("CVE-1", LODASH)], { policies: { system: [policy(rules)] } });
    expect(made).toMatchObject({
      verdict: "pass",
      waived: 0,
      deferred: 1,
      nextExpiry: "2027-01-31T10:00:00Z",
    });
  });
});

describe("several policies", () => {
  const fail = policy([{ name: "f", action: "fail" }], "fails");
  const warn = policy([{ name: "w", action: "warn" }], "warns");
  const silent = policy([{ match: { cve: "CVE-9" }, action: "fail" }], "silent");
  const waives = policy([{ name: "waiver", action: waive }], "waives");

  it.each([
    ["strictest of the system", { system: [warn, fail] }, "fail", "fails"],
    ["namespace tightens", { system: [warn], namespace: [fail] }, "fail", "fails"],
    ["namespace cannot loosen", { system: [fail], namespace: [warn] }, "fail", "fails"],
    ["namespace adds to silence", { system: [silent], namespace: [warn] }, "warn", "warns"],
    ["namespace waiver is not heard", { system: [fail], namespace: [waives] }, "fail", "fails"],
    [
      "namespace waiver where allowed",
      { system: [fail], namespace: [waives], allowNamespaceWaivers: true },
      "ignore",
      "waives",
    ],
    ["system waiver answers for the system", { system: [fail, waives] }, "ignore", "waives"],
    ["namespace tightens what the system waived", { system: [waives], namespace: [fail] }, "fail", "fails"],
    [
      "a namespace's policy alone stands beside the baseline",
      { system: [], namespace: [silent] },
      "warn",
      "baseline",
    ],
  ])("%s", (_, policies, action, name) => {
    const made = report([finding("CVE-1", LODASH)], { policies });
    expect([made.findings[0]?.action, made.findings[0]?.policy]).toEqual([action, name]);
  });

  it("says when a namespace's waiver was not heard", () => {
    const made = report([finding("CVE-1", LODASH)], { policies: { system: [fail], namespace: [waives] } });
    expect(made.findings[0]?.trace).toEqual([
      "waives/waiver: not heard, since not every system policy that applies has allowNamespaceWaivers",
    ]);
  });

  it("does not depend on the order in which they are listed", () => {
    const one = report([finding("CVE-1", LODASH)], { policies: { system: [fail, warn] } });
    const two = report([finding("CVE-1", LODASH)], { policies: { system: [warn, fail] } });
    expect(reportDigest(one)).toBe(reportDigest(two));
  });

  it("keeps the digest of a single policy", () => {
    expect(report([], { policies: { system: [fail] } }).digests.policy).toBe(policyDigest(fail));
    expect(report([]).digests.policy).toBe(policyDigest(baselinePolicy));
  });
});

describe("verdict", () => {
  it.each<[string, Finding[], string]>([
    ["critical without fix", [finding("CVE-1", LODASH, { severity: "critical" })], "warn"],
    ["critical with fix", [finding("CVE-1", LODASH, { severity: "critical", fixedVersion: "5" })], "fail"],
    ["exploited", [finding("CVE-1", LODASH, { severity: "low", kev: true })], "fail"],
    ["high", [finding("CVE-1", LODASH)], "warn"],
    ["medium", [finding("CVE-1", LODASH, { severity: "medium" })], "pass"],
    ["suppressed", [finding("CVE-1", LODASH, { kev: true, suppressedBy: "distro:debian" })], "pass"],
    ["nothing", [], "pass"],
  ])("baseline: %s", (_, findings, want) => {
    expect(report(findings, { sbom: sbom([component(LODASH)]) }).verdict).toBe(want);
  });

  it("does not take an image of which nothing is known for a good one", () => {
    expect(report([])).toMatchObject({
      verdict: "warn",
      omissions: ["NO_COMPONENTS nothing is known to be in the image"],
    });
  });

  it("names the rule and some findings", () => {
    const ids = ["CVE-1", "CVE-2", "CVE-3", "CVE-4"];
    const made = report(
      ids.map((id) => finding(id, LODASH)),
      { policies: { system: [policy([{ name: "no-high", action: "fail" }])] } },
    );
    expect(made.reasons).toEqual([
      '4 findings fail rule "no-high" of policy "p": CVE-1 (lodash 4.17.4), CVE-2 (lodash 4.17.4), CVE-3 (lodash 4.17.4), and 1 more',
    ]);
  });

  it("says which VEX answers do not count, and what no source rates", () => {
    const vex = {
      status: "not_affected",
      isOpen: true,
      source: "acme",
      document: "d",
      scope: "package",
      reason: "not_affected by acme (weight 0.2) is too light",
    } as const;
    const found = [
      finding("CVE-1", LODASH, { severity: "low", vex }),
      finding("CVE-2", LODASH, { severity: "unknown", fixedVersion: "5" }),
      finding("CVE-3", LODASH, { severity: "unknown" }),
    ];
    const { verdict, reasons } = report(found, {
      policies: { system: [policy([{ name: "r", match: { severity: "critical" }, action: "fail" }])] },
    });
    expect([verdict, reasons.slice(1)]).toEqual([
      "pass",
      [
        `1 VEX answer does not count: CVE-1 (lodash 4.17.4): ${vex.reason}`,
        "1 finding with a fix has no severity from any source, and no rule decides: CVE-2 (lodash 4.17.4)",
      ],
    ]);
  });

  it("never passes what is partial", () => {
    const omissions = [{ code: "LIMIT_FILE_BYTES", message: "too large", path: "a.json" }];
    const cut = report([], { sbom: sbom([component(LODASH)], { omissions }) });
    expect(cut).toMatchObject({
      verdict: "warn",
      partial: true,
      omissions: ["LIMIT_FILE_BYTES a.json: too large"],
      reasons: ["partial: not everything was read or covered: LIMIT_FILE_BYTES a.json: too large"],
    });
    const blind = report([], { sbom: sbom([component(LODASH)]), uncovered: ["pkg:npm/a@x", "debian:99"] });
    expect([blind.verdict, blind.omissions]).toEqual([
      "warn",
      [
        "NOT_COVERED no advisory source covers debian:99",
        "NOT_COMPARED no advisory could be compared with pkg:npm/a@x",
      ],
    ]);
  });

  it("bounds its reasons", () => {
    const rules = Array.from({ length: 30 }, (_, index) => ({
      match: { cve: `CVE-${index}` },
      action: "fail",
    }));
    const findings = rules.map((_, index) => finding(`CVE-${index}`, LODASH));
    const { reasons } = report(findings, { policies: { system: [policy(rules)] } });
    expect([reasons.length, reasons.at(-1)]).toEqual([10, "and 21 more reasons"]);
  });
});

it("gives the same bytes whatever the order of findings and the clock, until the next expiry", () => {
  const findings = [
    finding("CVE-2", LODASH),
    finding("CVE-1", LODASH),
    finding("CVE-3", "pkg:npm/a@1", { severity: "critical" }),
  ];
  const policies = { system: [policy([{ match: { cve: "CVE-1" }, action: waive }, { action: "warn" }])] };
  const image = sbom([component(LODASH), component("pkg:npm/a@1")]);
  const one = report(findings, { sbom: image, policies, now: 0 });
  const two = report(findings.toReversed(), { sbom: image, policies, now: BEFORE });
  expect(canonicalJson(two)).toBe(canonicalJson(one));
  expect(reportDigest(one)).toBe(digestOf(canonicalJson(one)));
  expect(reportDigest(report(findings, { sbom: image, policies, now: AFTER }))).not.toBe(reportDigest(one));
});

it("tells a policy's next expiry apart from the report's", () => {
  const policies = [policy([{ action: waive }, { action: { defer: { until: "2026-12-01" } } }])];
  expect(nextWaiverExpiry(policies, 0)).toBe("2026-12-02T00:00:00Z");
  expect(nextWaiverExpiry(policies, Date.parse("2026-12-02T00:00:00Z"))).toBe("2027-02-01T00:00:00Z");
  expect(nextWaiverExpiry(policies, AFTER)).toBeUndefined();
});

it("has the keys of its findings in the order in which they are written, whatever was decided", () => {
  const rules = [
    { name: "raise", match: { cve: "CVE-1" }, action: { escalate: { severity: "critical" } } },
    { name: "waive", match: { cve: "CVE-2" }, action: waive },
    { name: "rest", match: { cve: "CVE-3" }, action: "warn" },
  ];
  const made = report(
    [
      finding("CVE-1", LODASH, { contradictions: [], epss: 0.5, published: "2026-01-01T00:00:00Z" }),
      finding("CVE-2", LODASH, { fixedVersion: "4.17.5", malware: true }),
      finding("CVE-3", LODASH, { distroStatus: "no-dsa" }),
      finding("CVE-4", LODASH, { suppressedBy: "distro:x" }),
      finding("CVE-5", LODASH),
    ],
    { policies: { system: [policy(rules)] }, now: BEFORE },
  );
  expect(made.findings.map(({ action }) => action).sort()).toEqual([
    "ignore",
    "none",
    "none",
    "none",
    "warn",
  ]);
  for (const record of made.findings.flatMap((one) => [one, one.waiver ?? {}]))
    expect(Object.keys(record)).toEqual(Object.keys(record).sort());
});
