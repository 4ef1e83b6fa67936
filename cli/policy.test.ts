// SPDX-License-Identifier: Apache-2.0
/** `stella policy`: checking goes on behind a bad file, tests tell what failed, explanations name rules and reasons. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";
import { stella } from "./testing/stella.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};

const ADVISORY = {
  id: "GHSA-1",
  aliases: ["CVE-2024-0001"],
  modified: "2024-01-01T00:00:00Z",
  published: "2024-01-01T00:00:00Z",
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
  affected: [
    {
      package: { ecosystem: "npm", name: "lodash" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "4.17.21" }] }],
    },
  ],
};
const VEX = {
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": "https://acme.example/vex/1",
  author: "Acme",
  timestamp: "2026-01-01T00:00:00Z",
  version: 1,
  statements: [
    {
      vulnerability: { name: "CVE-2024-0001" },
      products: [{ "@id": "pkg:npm/lodash@4.17.4" }],
      status: "not_affected",
      justification: "component_not_present",
    },
  ],
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stella-policy-"));
  write(
    "good.yaml",
    "rules: [{ name: low, match: { severity: low }, action: fail }, { name: rest, action: warn }]",
  );
  write(
    "good.test.yaml",
    "cases: [{ name: the rest, findings: [{ cve: CVE-1, expect: warn }], verdict: warn }]",
  );
  write(
    "wrong.test.yaml",
    "cases: [{ name: not so, findings: [{ cve: CVE-1, expect: fail }] }, { name: so, findings: [{ cve: C, expect: warn }] }]",
  );
  write("bad.yaml", "rules: [{ match: { severty: low }, action: fail }]");
  write("vex-rule.yaml", "rules: [{ name: by-us, action: { requireVEX: { vendors: [us] } } }]");
  write(
    "licence.yaml",
    "rules: [{ name: no-mit, match: { license: MIT }, action: warn }, { name: low, match: { severity: low }, action: fail }]",
  );
  write("feed.json", JSON.stringify(ADVISORY));
  write("vex.json", JSON.stringify(VEX));
  const packageJson = JSON.stringify({ name: "lodash", version: "4.17.4", license: "MIT" });
  await writeOciLayout(at("image"), [
    { layers: [{ tar: tarBytes([{ path: "app/node_modules/lodash/package.json", content: packageJson }]) }] },
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("check", () => {
  it("goes on behind files that are missing or bad, and exits for the first of them", async () => {
    const ran = await stella(
      "policy",
      "check",
      at("none.yaml"),
      at("bad.yaml"),
      at("good.yaml"),
      at("good.test.yaml"),
    );
    expect(ran.exit).toBe(4);
    expect(ran.out.split("\n")).toEqual([
      `FILE_MISSING: cannot read ${at("none.yaml")}: ENOENT`,
      `${at("bad.yaml")}:1:20: rules[0].match.severty: unknown key "severty", did you mean "severity"?`,
      `${at("good.yaml")}: ok, 2 rules`,
      `${at("good.test.yaml")}: ok, 1 case`,
      "",
    ]);
    expect((await stella("policy", "check", at("bad.yaml"), at("none.yaml"))).exit).toBe(2);
    const { out } = await stella("policy", "check", "--json", at("none.yaml"), at("good.yaml"));
    expect(JSON.parse(out)).toMatchObject([
      { ok: false, code: "FILE_MISSING" },
      { ok: true, rules: 2 },
    ]);
  });
});

describe("check of waivers", () => {
  it("warns of those that have ended, and exits as without them", async () => {
    const waiver = (until: string): string => `{ ignore: { until: ${until}, justification: known } }`;
    const old = `{ name: old, match: { cve: CVE-1 }, action: ${waiver("2020-01-31")} }`;
    const late = `{ name: late, action: { defer: { until: "2020-02-01T01:00:00+01:00" } } }`;
    write("waivers.yaml", `rules: [${old}, ${late}, { name: new, action: ${waiver("2999-01-01")} }]`);
    const ran = await stella("policy", "check", at("waivers.yaml"));
    expect([ran.exit, ran.err]).toEqual([0, ""]);
    expect(ran.out.split("\n")).toEqual([
      `${at("waivers.yaml")}: ok, 3 rules`,
      `${at("waivers.yaml")}: warning: rule "old" counted until 2020-01-31 and does nothing now`,
      `${at("waivers.yaml")}: warning: rule "late" counted until 2020-02-01T00:00:00Z and does nothing now`,
      "",
    ]);
    const { out } = await stella("policy", "check", "--json", at("waivers.yaml"), at("good.yaml"));
    expect(JSON.parse(out)).toEqual([
      {
        file: at("waivers.yaml"),
        ok: true,
        rules: 3,
        expired: [
          { rule: "old", until: "2020-01-31" },
          { rule: "late", until: "2020-02-01T00:00:00Z" },
        ],
      },
      { file: at("good.yaml"), ok: true, rules: 2 },
    ]);
  });
});

describe("check of a manifest", () => {
  it("refuses what the cluster would", async () => {
    const head = "apiVersion: stella-ops.org/v1alpha1\nkind: ScanPolicy\nmetadata: { name: gate }\n";
    write("gate.yaml", `${head}spec: { enforcement: enforced, rules: [{ action: fail }] }`);
    const ran = await stella("policy", "check", at("gate.yaml"));
    expect(ran.exit).toBe(2);
    expect(ran.out.split("\n")).toEqual([
      `${at("gate.yaml")}:4:9: spec.enforcement: expected dryrun, warn, enforce, did you mean "enforce"?`,
      `${at("gate.yaml")}:4:40: spec.rules[0].name: a rule of a ScanPolicy needs a name`,
      "",
    ]);
  });
});

describe("test", () => {
  it("runs the cases beside a policy", async () => {
    const ran = await stella("policy", "test", at("good.yaml"), at("good.test.yaml"));
    expect([ran.exit, ran.out]).toEqual([0, `${at("good.yaml")}\n  ok    the rest\n1 passed, 0 failed\n`]);
  });

  it("says what failed, and exits with 1", async () => {
    const ran = await stella("policy", "test", at("good.yaml"), "--cases", at("wrong.test.yaml"));
    expect(ran.exit).toBe(1);
    expect(ran.out.split("\n").slice(1)).toEqual([
      "  FAIL  not so",
      "        CVE-1 in pkg:npm/example@1.0.0: expected fail, got warn by rest, severity unknown",
      "  ok    so",
      "1 passed, 1 failed",
      "",
    ]);
    const { out } = await stella(
      "policy",
      "test",
      "--json",
      at("good.yaml"),
      "--cases",
      at("wrong.test.yaml"),
    );
    expect(JSON.parse(out)).toMatchObject([
      {
        ok: true,
        cases: [
          { name: "not so", ok: false },
          { name: "so", ok: true },
        ],
      },
    ]);
  });

  it("goes on behind a policy that can't be tried", async () => {
    const ran = await stella("policy", "test", at("bad.yaml"), at("vex-rule.yaml"), at("good.yaml"));
    expect(ran.exit).toBe(2);
    expect(ran.out).toContain("did you mean");
    expect(ran.out).toContain(
      `  FILE_MISSING: there is no ${at("vex-rule.test.yaml")}: write cases there, see docs/policy.md\n`,
    );
    expect(ran.out).toContain("1 passed, 0 failed, 2 policies not tried\n");
  });
});

describe("explain", () => {
  beforeAll(async () => {
    await stella("scan", ...target(), "--policy", at("good.yaml"), "-o", `json=${at("report.json")}`);
  });

  const target = (): readonly string[] => [
    `oci-dir:${at("image")}`,
    ...["--platform", "linux/amd64", "--cache-dir", at("cache"), "--advisories", at("feed.json")],
  ];

  it("explains a report by its policies", async () => {
    const ran = await stella(
      "policy",
      "explain",
      at("report.json"),
      "--policy",
      at("good.yaml"),
      "--finding",
      "GHSA-1",
    );
    expect([ran.exit, ran.err]).toEqual([0, ""]);
    expect(ran.out).toContain("CVE-2024-0001 in pkg:npm/lodash@4.17.4\n");
    expect(ran.out).toContain("range      >=0 <4.17.21 (npm)");
    expect(ran.out).toContain('decision   warn by rule "rest"');
    expect(ran.out).toMatch(/low +no match +fail {2}\[severity is critical, wanted low\]\n/);
    expect(ran.out).toMatch(/rest +decides +warn\n/);
  });

  it("says when other policies made the report", async () => {
    const ran = await stella("policy", "explain", at("report.json"), "--finding", "CVE-2024-0001");
    expect(ran.err).toContain("made by other policies");
    expect(ran.out).toContain('now        fail by rule "critical-with-fix" of policy "baseline"');
  });

  it("explains an image, with VEX and what is said against it", async () => {
    const args = [...target(), "--vex", at("vex.json"), "--policy", at("vex-rule.yaml")];
    const ran = await stella("policy", "explain", ...args, "--finding", "CVE-2024-0001");
    expect(ran.exit).toBe(0);
    expect(ran.out).toContain(
      `vex        not_affected by vex.json: component_not_present (https://acme.example/vex/1)`,
    );
    expect(ran.out).toContain(`the answer of vex:vex.json does not count`);
    expect(ran.out).toMatch(/by-us +decides +needs a VEX statement by us\n/);
  });

  it("explains an image as what, and where, it is said to run", async () => {
    write(
      "placed.yaml",
      "rules: [{ name: ours, match: { repo: a.io/*, namespace: prod, env: live }, action: warn }]",
    );
    const args = [...target(), "--policy", at("placed.yaml"), "--finding", "CVE-2024-0001"];
    const place = ["--as", "a.io/b:1", "--namespace", "prod", "--env", "live"];
    expect((await stella("policy", "explain", ...args, ...place)).out).toMatch(/ours +decides +warn/);
    expect((await stella("policy", "explain", ...args)).out).toMatch(/ours +no match.*repo is not known/);
  });

  it("explains licences, and tells that a report does not hold all of them", async () => {
    const ran = await stella(
      "policy",
      "explain",
      ...target(),
      "--policy",
      at("licence.yaml"),
      "--finding",
      "pkg:npm/lodash",
      "--json",
    );
    expect(JSON.parse(ran.out)).toMatchObject([
      { finding: { id: "CVE-2024-0001", action: "none" } },
      { license: { action: "warn", rule: "no-mit", license: "MIT" } },
    ]);
  });

  it.each<{ name: string; args: () => readonly string[]; exit: number; says: string }>([
    {
      name: "no finding of that name",
      args: () => [at("report.json"), "--finding", "CVE-1"],
      exit: 4,
      says: "FINDING_MISSING",
    },
    {
      name: "to judge a report as something else",
      args: () => [at("report.json"), "--finding", "GHSA-1", "--namespace", "prod"],
      exit: 2,
      says: "REPORT_JUDGED_ELSEWHERE",
    },
    { name: "no finding asked for", args: () => [at("report.json")], exit: 2, says: "--finding" },
    {
      name: "no report",
      args: () => [at("feed.json"), "--finding", "CVE-1"],
      exit: 2,
      says: "REPORT_INVALID",
    },
    { name: "no JSON", args: () => [at("good.yaml"), "--finding", "CVE-1"], exit: 2, says: "is not JSON" },
    { name: "no file", args: () => [at("none.json"), "--finding", "CVE-1"], exit: 4, says: "FILE_MISSING" },
  ])("refuses $name", async ({ args, exit, says }) => {
    const ran = await stella("policy", "explain", ...args());
    expect([ran.exit, ran.out]).toEqual([exit, ""]);
    expect(ran.err).toContain(says);
  });
});

it("prints a schema", async () => {
  const { out, exit } = await stella("policy", "schema");
  expect([exit, (JSON.parse(out) as { title: string }).title]).toEqual([0, "StellaOps policy"]);
});
