// SPDX-License-Identifier: Apache-2.0
/** `stella scan`, `policy` and `advisories` over a small image and small feeds on disk. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zipOf } from "#engines/evaluation/advisories/testing/archives.ts";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";
import { stella } from "./testing/stella.ts";

let folder: string;
let target: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};

const osv = (id: string): string =>
  JSON.stringify({
    id,
    modified: "2024-01-01T00:00:00Z",
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [
      {
        package: { ecosystem: "npm", name: "lodash" },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "4.17.21" }] }],
      },
    ],
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stella-cli-"));
  const packageJson = JSON.stringify({ name: "lodash", version: "4.17.4" });
  await writeOciLayout(at("image"), [
    { layers: [{ tar: tarBytes([{ path: "app/node_modules/lodash/package.json", content: packageJson }]) }] },
  ]);
  target = `oci-dir:${at("image")}`;
  write("feed.json", osv("GHSA-1"));
  write(
    "vex.json",
    JSON.stringify({
      "@context": "https://openvex.dev/ns/v0.2.0",
      "@id": "https://acme.example/1",
      author: "Acme",
      timestamp: "2024-01-01T00:00:00Z",
      version: 1,
      statements: [
        {
          vulnerability: { name: "GHSA-1" },
          products: [{ "@id": "pkg:npm/lodash" }],
          status: "not_affected",
          justification: "vulnerable_code_not_present",
        },
      ],
    }),
  );
  write("fail.yaml", "rules:\n  - name: critical\n    match:\n      severity: critical\n    action: fail\n");
  write("warn.yaml", "rules:\n  - name: critical\n    match:\n      severity: critical\n    action: warn\n");
  write("bad.yaml", "rules:\n  - name: r\n    match:\n      severty: high\n    action: fail\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const scan = (...args: readonly string[]) =>
  stella("scan", target, "--platform", "linux/amd64", "--cache-dir", at("cache"), ...args);

describe("stella scan", () => {
  it("prints a table, and writes further formats to files", async () => {
    const { exit, out } = await scan(
      "--advisories",
      at("feed.json"),
      "-o",
      "table",
      "-o",
      `cyclonedx-json=${at("sbom.json")}`,
    );
    expect(exit).toBe(1);
    expect(out).toMatch(/GHSA-1.*lodash/s);
    const sbom = JSON.parse(readFileSync(at("sbom.json"), "utf8")) as {
      bomFormat: string;
      components: { purl?: string }[];
    };
    expect(sbom.bomFormat).toBe("CycloneDX");
    expect(sbom.components.map(({ purl }) => purl)).toContain("pkg:npm/lodash@4.17.4");
  });

  it("gives the same bytes twice, cached or not", async () => {
    const outputs = async (run: string, ...more: readonly string[]) => {
      await scan(
        "--advisories",
        at("feed.json"),
        "-o",
        `json=${at(`${run}.json`)}`,
        "-o",
        `cyclonedx-json=${at(`${run}.cdx`)}`,
        ...more,
      );
      return [readFileSync(at(`${run}.json`), "utf8"), readFileSync(at(`${run}.cdx`), "utf8")];
    };
    const first = await outputs("one");
    expect(await outputs("two")).toEqual(first);
    expect(await outputs("three", "--force")).toEqual(first);
  });

  it("needs no advisories for an SBOM", async () => {
    const { exit, out } = await scan("-o", "cyclonedx-json");
    expect(exit).toBe(0);
    expect(out).toContain('"CycloneDX"');
  });

  it("says that a --base is none", async () => {
    const { exit, err } = await scan("-o", "packages", "--base", target);
    expect([exit, err]).toEqual([0, expect.stringContaining("is not built on the layers of --base")]);
  });

  it("writes SARIF for dashboards", async () => {
    const { exit, out } = await scan("--advisories", at("feed.json"), "-o", "sarif");
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      version: "2.1.0",
      runs: [{ results: [{ ruleId: "GHSA-1", level: "error" }] }],
    });
  });

  it.each([
    { policy: "fail.yaml", failOn: "fail", exit: 1 },
    { policy: "fail.yaml", failOn: "never", exit: 0 },
    { policy: "warn.yaml", failOn: "fail", exit: 0 },
    { policy: "warn.yaml", failOn: "warn", exit: 1 },
  ])("$policy, --fail-on $failOn: $exit", async ({ policy, failOn, exit }) => {
    const ran = await scan(
      "--advisories",
      at("feed.json"),
      "--policy",
      at(policy),
      "--fail-on",
      failOn,
      "--json",
    );
    expect(ran.exit).toBe(exit);
    expect(JSON.parse(ran.out)).toMatchObject({ verdict: policy.slice(0, 4) });
  });

  it.each([
    {
      matcher: "repo: ghcr.io/acme/*",
      args: ["--as", "ghcr.io/acme/api:1.2"],
      other: ["--as", "ghcr.io/b/api"],
    },
    { matcher: "image: ghcr.io/acme/api:1.*", args: ["--as", "ghcr.io/acme/api:1.2"], other: [] },
    { matcher: "namespace: prod-*", args: ["--namespace", "prod-1"], other: ["--namespace", "test"] },
    { matcher: "env: prod", args: ["--env", "prod"], other: ["--namespace", "prod"] },
  ])("judges as in the cluster: $matcher", async ({ matcher, args, other }) => {
    const waiver = `{ ignore: { until: 2999-01-01, justification: known } }`;
    write("waiver.yaml", `rules: [{ match: { ${matcher} }, action: ${waiver} }, { action: fail }]`);
    const judged = async (...more: readonly string[]) =>
      JSON.parse(
        (await scan("--advisories", at("feed.json"), "--policy", at("waiver.yaml"), "--json", ...more)).out,
      ) as unknown;
    expect(await judged(...args)).toMatchObject({ verdict: "pass", waived: 1 });
    expect(await judged(...other)).toMatchObject({ verdict: "fail", waived: 0 });
  });

  it("judges for an SBOM alone where it is said as what", async () => {
    const ran = await scan("-o", "cyclonedx-json", "--namespace", "prod");
    expect([ran.exit, ran.err]).toEqual([4, expect.stringContaining("ADVISORIES_MISSING")]);
  });

  it("knows a policy by its file's name, wherever the file lies, unless two end alike", async () => {
    mkdirSync(at("elsewhere"), { recursive: true });
    writeFileSync(at("elsewhere/fail.yaml"), readFileSync(at("fail.yaml")));
    const reportBy = async (...files: readonly string[]) => {
      const given = files.flatMap((file) => ["--policy", file]);
      const args = ["--advisories", at("feed.json"), ...given, "-o", `json=${at("named.json")}`];
      await scan(...args);
      return readFileSync(at("named.json"), "utf8");
    };
    const nameIn = (report: string): unknown =>
      (JSON.parse(report) as { findings: { policy: string }[] }).findings[0]?.policy;
    const report = await reportBy(at("fail.yaml"));
    expect(nameIn(report)).toBe("fail.yaml");
    expect(await reportBy(at("elsewhere/fail.yaml"))).toBe(report);
    expect(await reportBy(relative(process.cwd(), at("fail.yaml")))).toBe(report);
    expect([at("fail.yaml"), at("elsewhere/fail.yaml")]).toContain(
      nameIn(await reportBy(at("fail.yaml"), at("elsewhere/fail.yaml"))),
    );
  });

  it.each([
    { weight: [], verdict: "pass", reason: "not_affected by vex.json (weight 1)" },
    {
      weight: ["--vex-weight", "PATH=0.4"],
      verdict: "fail",
      reason: "not_affected by vex.json (weight 0.4): together 0.4, below 0.5",
    },
  ])("VEX with $weight: $verdict", async ({ weight, verdict, reason }) => {
    const path = at("vex.json");
    const args = weight.map((word) => word.replace("PATH", path));
    const { out } = await scan("--advisories", at("feed.json"), "--vex", path, ...args, "--json");
    expect(JSON.parse(out)).toMatchObject({
      verdict,
      findings: [{ vex: { status: "not_affected", reason } }],
    });
  });

  it("reads VEX of any format, out of an archive too, and a document of any name", async () => {
    const bom = JSON.stringify({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      vulnerabilities: [
        { id: "GHSA-1", analysis: { state: "false_positive" }, affects: [{ ref: "pkg:npm/lodash" }] },
      ],
    });
    writeFileSync(at("vex.zip"), zipOf({ "a/bom.json": bom, "a/bom.json.sig": "x", "a/README.md": "words" }));
    writeFileSync(at("statement"), bom);
    const verdicts = async (path: string): Promise<unknown> =>
      JSON.parse((await scan("--advisories", at("feed.json"), "--vex", path, "--json")).out);
    expect(await verdicts(at("vex.zip"))).toMatchObject({
      verdict: "pass",
      findings: [
        { vex: { status: "not_affected", justification: "false_positive", signature: "unverified" } },
      ],
    });
    expect(await verdicts(at("statement"))).toMatchObject({ verdict: "pass" });
  });

  it.each<{ name: string; args: () => string[]; exit: number; says: RegExp }>([
    {
      name: "a bad policy: line and field",
      args: () => ["--policy", at("bad.yaml")],
      exit: 2,
      says: /bad\.yaml:4:\d+: rules\[0\]\.match\.severty/,
    },
    { name: "no advisories", args: () => [], exit: 4, says: /ADVISORIES_MISSING.*stella advisories import/ },
    {
      name: "a feed that is not there",
      args: () => ["--advisories", at("none")],
      exit: 4,
      says: /ADVISORIES_MISSING/,
    },
    { name: "VEX that is not there", args: () => ["--vex", at("none")], exit: 4, says: /FILE_MISSING/ },
    { name: "a weight of nothing", args: () => ["--vex-weight", "x=1"], exit: 2, says: /VEX_WEIGHT_UNUSED/ },
    { name: "a weight that is none", args: () => ["--vex-weight", "x=2"], exit: 2, says: /from 0 to 1/ },
    { name: "a name that is none", args: () => ["--as", "Not/A Name"], exit: 2, says: /REFERENCE_INVALID/ },
    { name: "VEX that is none", args: () => ["--vex", at("feed.json")], exit: 2, says: /VEX/ },
  ])("refuses $name", async ({ args, exit, says }) => {
    const ran = await scan(...args());
    expect(ran.err).toMatch(says);
    expect([ran.exit, ran.out]).toEqual([exit, ""]);
  });

  it("says that a target is not there", async () => {
    const { exit, err } = await stella(
      "scan",
      `oci-dir:${at("none")}`,
      "-o",
      "cyclonedx-json",
      "--cache-dir",
      at("cache"),
    );
    expect([exit, err.includes("MISSING")]).toEqual([4, true]);
  });
});

describe("stella policy", () => {
  it("checks files, and lists every problem with its place", async () => {
    const ran = await stella("policy", "check", at("fail.yaml"), at("bad.yaml"));
    expect(ran.exit).toBe(2);
    expect(ran.out).toContain(`${at("fail.yaml")}: ok, 1 rule\n`);
    expect(ran.out).toMatch(/bad\.yaml:4:7: rules\[0\]\.match\.severty/);
    const json = JSON.parse((await stella("policy", "check", "--json", at("bad.yaml"))).out) as unknown;
    expect(json).toMatchObject([{ ok: false, problems: [{ line: 4 }] }]);
    expect((await stella("policy", "check", at("fail.yaml"))).exit).toBe(0);
  });

  it("names equal policies by one digest", async () => {
    const same = write(
      "same.yaml",
      "# comment\nrules: [{action: fail, match: {severity: critical}, name: critical}]\n",
    );
    const { out, exit } = await stella("policy", "digest", at("fail.yaml"), same, at("warn.yaml"));
    const digests = out
      .trim()
      .split("\n")
      .map((line) => line.split("  ")[0]);
    expect(exit).toBe(0);
    expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });
});

describe("stella advisories", () => {
  it("keeps what was imported for later scans, and says what it has", async () => {
    const cache = ["--cache-dir", at("kept")];
    expect((await stella("advisories", "status", ...cache)).err).toContain("no advisories yet");
    const imported = await stella("advisories", "import", at("feed.json"), "--name", "own", ...cache);
    expect([imported.exit, imported.out]).toEqual([0, expect.stringContaining("own: 1 record,")]);
    const status = JSON.parse((await stella("advisories", "status", "--json", ...cache)).out) as unknown;
    expect(status).toMatchObject([{ name: "own", records: 1, rejected: 0 }]);
    expect((await stella("advisories", "status", ...cache)).out).toMatch(/^SOURCE.*\nown +1 +0/);
    const { out } = await stella("scan", target, "--platform", "linux/amd64", "--json", ...cache);
    expect(out).toContain("GHSA-1");
  });

  it("removes a source, and compiles what another version compiled", async () => {
    const cache = ["--cache-dir", at("changing")];
    const found = async (): Promise<unknown> => {
      const { err, out } = await stella("scan", target, "--platform", "linux/amd64", "--json", ...cache);
      return [
        err,
        (JSON.parse(out || "{}") as { findings?: { id: string }[] }).findings?.map(({ id }) => id),
      ];
    };
    write("second.json", osv("GHSA-2"));
    await stella("advisories", "import", at("feed.json"), at("second.json"), ...cache);
    const snapshot = at("changing/advisories/snapshot.bin");
    const bytes = readFileSync(snapshot);
    writeFileSync(snapshot, Buffer.from(bytes).fill(99, 8, 9));
    const said = "stella: the kept snapshot is of another version; compiling what was imported\n";
    expect(await found()).toEqual([expect.stringContaining(said), ["GHSA-1", "GHSA-2"]]);
    expect(readFileSync(snapshot)).toEqual(bytes);

    const removed = await stella("advisories", "remove", "second.json", ...cache);
    expect([removed.exit, removed.out]).toEqual([0, "second.json: removed\n"]);
    expect(await found()).toEqual([expect.not.stringContaining(said), ["GHSA-1"]]);
    expect((await stella("advisories", "remove", "second.json", ...cache)).err).toContain("SOURCE_NOT_KEPT");
  });

  it("finishes an import or a removal that was killed, and else goes on with what was whole", async () => {
    const cache = ["--cache-dir", at("killed")];
    const found = async (): Promise<unknown> => {
      const { err, out } = await stella("scan", target, "--platform", "linux/amd64", "--json", ...cache);
      return [
        err.split("; ")[0]?.replace("stella: the last change of the kept advisories was ", ""),
        (JSON.parse(out || "{}") as { findings?: { id: string }[] }).findings?.map(({ id }) => id),
      ];
    };
    const kept = (name: string): string => at(`killed/advisories/${name}`);
    write("second.json", osv("GHSA-2"));
    await stella("advisories", "import", at("feed.json"), ...cache);
    const before = readFileSync(kept("snapshot.bin"));
    await stella("advisories", "import", at("second.json"), ...cache);

    // Killed before the snapshot of what is kept took its name.
    writeFileSync(kept("snapshot.bin"), before);
    writeFileSync(kept("snapshot.unfinished"), "");
    expect(await found()).toEqual(["cut off", ["GHSA-1", "GHSA-2"]]);
    expect(await found()).toEqual(["", ["GHSA-1", "GHSA-2"]]);

    // Killed between an export and the file that names it.
    const [one = ""] = readdirSync(at("killed/advisories")).filter((name) => name.endsWith(".export"));
    writeFileSync(kept(one), "half");
    writeFileSync(kept("snapshot.unfinished"), "");
    expect(await found()).toEqual(["cut off, what was kept before counts", ["GHSA-1", "GHSA-2"]]);
    expect((await stella("advisories", "import", at("feed.json"), at("second.json"), ...cache)).exit).toBe(0);
    expect(await found()).toEqual(["", ["GHSA-1", "GHSA-2"]]);

    // Killed when all sources were removed, and their snapshot was not.
    for (const name of readdirSync(at("killed/advisories"))) if (name !== "snapshot.bin") rmSync(kept(name));
    writeFileSync(kept("snapshot.unfinished"), "");
    expect((await stella("scan", target, "--platform", "linux/amd64", "--json", ...cache)).err).toContain(
      "ADVISORIES_MISSING",
    );
  });

  it.each(["null", "[]", "{}", '{"name":1}', "{", '"\\u001b[31m"'])(
    "tells of a kept file that is no source: %s",
    async (text) => {
      const cache = ["--cache-dir", at("odd")];
      await stella("advisories", "import", at("feed.json"), ...cache);
      writeFileSync(at("odd/advisories/x.json"), text);
      const { exit, err } = await stella("advisories", "status", ...cache);
      expect([exit, err]).toEqual([2, expect.stringMatching(/ADVISORIES_DAMAGED: .*x\.json is damaged/)]);
    },
  );

  it("says how many records it could not compare, and of what", async () => {
    const cache = ["--cache-dir", at("blind")];
    const of = (id: string, ecosystem: string): object => ({
      id,
      modified: "2024-01-01T00:00:00Z",
      affected: [{ package: { ecosystem, name: "actions/x" }, versions: ["1.0.0"] }],
    });
    const records = [
      of("T-1", "GitHub Actions"),
      of("T-2", "GitHub Actions"),
      of("T-3", "SUSE:SLE 15"),
      of("T-4", "npm"),
    ];
    const feed = write("blind.jsonl", records.map((record) => JSON.stringify(record)).join("\n"));
    await stella("advisories", "import", feed, "--name", "own", ...cache);
    expect((await stella("advisories", "status", ...cache)).out.split("\n\n")[1]).toBe(
      "not compared: 2 records of GitHub Actions in own\nnot compared: 1 record of SUSE in own\n",
    );
    expect(JSON.parse((await stella("advisories", "status", "--json", ...cache)).out)).toMatchObject([
      {
        notCompared: [
          ["GitHub Actions", 2],
          ["SUSE", 1],
        ],
      },
    ]);
  });

  it.each([
    { name: "a feed that cannot be read", file: "broken.json", text: "{", exit: 2, code: "ADVISORIES_EMPTY" },
    { name: "a feed with no record", file: "empty.json", text: "[]", exit: 2, code: "ADVISORIES_EMPTY" },
  ])("refuses $name, and keeps what it had", async ({ file, text, exit, code }) => {
    const cache = ["--cache-dir", at(`kept-${file}`)];
    await stella("advisories", "import", at("feed.json"), "--name", "own", ...cache);
    const ran = await stella("advisories", "import", write(file, text), "--name", "own", ...cache);
    expect([ran.exit, ran.err.includes(code)]).toEqual([exit, true]);
    expect(JSON.parse((await stella("advisories", "status", "--json", ...cache)).out)).toMatchObject([
      { records: 1 },
    ]);
  });

  it("looks at all paths before it reads the first", async () => {
    const cache = ["--cache-dir", at("no-path")];
    const ran = await stella("advisories", "import", at("feed.json"), at("nope.zip"), ...cache);
    expect([ran.exit, ran.out]).toEqual([4, ""]);
    expect(ran.err).toContain("ADVISORIES_MISSING: there is no file or folder");
    expect((await stella("advisories", "status", ...cache)).err).toContain("no advisories yet");
  });

  it("says what was kept and what not where a feed can't be read", async () => {
    const cache = ["--cache-dir", at("half")];
    const [broken, last] = [write("half.zip", "no zip"), write("last.json", osv("GHSA-9"))];
    const ran = await stella("advisories", "import", at("feed.json"), broken, last, ...cache);
    expect([ran.exit, ran.out]).toEqual([
      2,
      expect.stringMatching(/^feed\.json: 1 records?, export sha256:\S+\n$/),
    ]);
    expect(ran.err).toContain(`stella: not imported either: ${last}\n`);
  });

  it("does not take two feeds of one name for one", async () => {
    const ran = await stella(
      "advisories",
      "import",
      at("feed.json"),
      at("other/feed.json"),
      "--cache-dir",
      at("twice"),
    );
    expect([ran.exit, ran.out]).toEqual([2, ""]);
    expect(ran.err).toContain("ADVISORIES_NAMED_TWICE");
  });
});
