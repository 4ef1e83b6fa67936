// SPDX-License-Identifier: Apache-2.0
/** `stella vex`: kept documents with their weights, scans that use them, and who says what. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stella } from "./testing/stella.ts";
import { openVex, osv, sbomText } from "./testing/documents.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const cacheOf = (name: string): string[] => ["--cache-dir", at(name)];
const scan = (...args: readonly string[]) =>
  stella("scan", `sbom:${at("app.cdx.json")}`, "--advisories", at("feed.json"), "--json", ...args);
const answerOf = async (...args: readonly string[]): Promise<unknown> => {
  const { findings, vexTrust, digests } = JSON.parse((await scan(...args)).out) as {
    findings: { vex?: { reason: string }; suppressedBy?: string }[];
    vexTrust?: unknown;
    digests: unknown;
  };
  return { reason: findings[0]?.vex?.reason, by: findings[0]?.suppressedBy, vexTrust, digests };
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stella-vex-"));
  write("app.cdx.json", sbomText("pkg:npm/lodash@4.17.4"));
  write("feed.json", osv("GHSA-1"));
  write("supplier.json", openVex("supplier", "GHSA-1", "not_affected"));
  write("hub.json", openVex("hub", "GHSA-1", "affected"));
  const nameless = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    components: [{ type: "library", "bom-ref": "a", name: "x" }],
    vulnerabilities: [{ id: "GHSA-1", analysis: { state: "exploitable" }, affects: [{ ref: "a" }] }],
  };
  write("nameless.json", JSON.stringify(nameless));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("stella vex import", () => {
  it("keeps documents for later scans, which answer as with the same documents given", async () => {
    const cache = cacheOf("kept");
    expect((await stella("vex", "status", ...cache)).err).toContain("no VEX yet");
    const { exit, out } = await stella("vex", "import", at("supplier.json"), "--weight", "0.6", ...cache);
    expect([exit, out]).toEqual([0, expect.stringContaining("supplier.json: 1 statement in 1 document")]);
    const kept = await answerOf(...cache);
    expect(kept).toMatchObject({ by: "vex:supplier.json", vexTrust: { "supplier.json": 0.6 } });
    const path = at("supplier.json");
    const given = await answerOf("--vex", path, "--vex-weight", `${path}=0.6`, ...cacheOf("none"));
    expect(kept).toEqual(given);
  });

  it("is left out with --no-vex, and where --vex is given", async () => {
    const cache = cacheOf("left-out");
    await stella("vex", "import", at("supplier.json"), ...cache);
    expect(await answerOf("--no-vex", ...cache)).not.toHaveProperty("by", expect.anything());
    expect(await answerOf("--vex", at("hub.json"), ...cache)).toMatchObject({
      reason: "affected by hub.json (weight 1)",
    });
  });

  it("takes a weight for one call, by the name that the report shows too", async () => {
    const path = at("supplier.json");
    const byName = ["--vex-weight", "supplier.json=0.6"];
    const given = await answerOf("--vex", path, ...byName, ...cacheOf("none"));
    expect(given).toMatchObject({ vexTrust: { "supplier.json": 0.6 } });
    const byPath = ["--vex-weight", `${path}=0.6`];
    expect(await answerOf("--vex", path, ...byPath, ...cacheOf("none"))).toEqual(given);
    const cache = cacheOf("weighed");
    await stella("vex", "import", path, "--weight", "0.3", ...cache);
    expect(await answerOf(...cache)).toMatchObject({ vexTrust: { "supplier.json": 0.3 } });
    expect(await answerOf(...byName, ...cache)).toEqual(given);
  });

  it.each([
    {
      name: "neither given nor kept",
      args: ["--vex-weight", "hub=1"],
      says: "which is neither given nor kept",
    },
    {
      name: "kept and not heard",
      args: ["--vex", "hub.json", "--vex-weight", "supplier.json=1"],
      says: "no --vex",
    },
    { name: "left out", args: ["--no-vex", "--vex-weight", "supplier.json=1"], says: "which no --vex gives" },
  ])("refuses a weight for what is $name", async ({ args, says }) => {
    await stella("vex", "import", at("supplier.json"), ...cacheOf("weight"));
    const { exit, err } = await scan(...args, ...cacheOf("weight"));
    expect([exit, err]).toEqual([2, expect.stringMatching(new RegExp(`VEX_WEIGHT_UNUSED.*${says}`))]);
  });

  it.each([
    ["scan", "sbom:x", "--vex", "a", "--no-vex"],
    ["scan", "sbom:x", "--no-vex", "--vex", "a"],
    ["scan", "a.io/b", "--no-vex", "--attached-vex", "any"],
    ["diff", "sbom:x", "sbom:y", "--vex", "a", "--no-vex"],
    ["policy", "explain", "sbom:x", "--finding", "CVE-1", "--no-vex", "--vex", "a"],
  ])("is not asked for and left out in one call: %s %s %s %s %s %s", async (...args) => {
    const { exit, err } = await stella(...args, ...cacheOf("none"));
    expect([exit, err]).toEqual([
      2,
      expect.stringMatching(/vex(?: any)? and --no-vex contradict each other/),
    ]);
  });

  it("gives the same snapshot in any order, and replaces a source of the same name", async () => {
    await stella("vex", "import", at("supplier.json"), at("hub.json"), ...cacheOf("one"));
    await stella("vex", "import", at("hub.json"), "--name", "supplier.json", ...cacheOf("two"));
    await stella("vex", "import", at("hub.json"), ...cacheOf("two"));
    await stella("vex", "import", at("supplier.json"), ...cacheOf("two"));
    const [one, two] = ["one", "two"].map((name) => readFileSync(at(`${name}/vex/snapshot.bin`)));
    expect(two).toEqual(one);
    const status = JSON.parse((await stella("vex", "status", "--json", ...cacheOf("two"))).out) as unknown;
    expect(status).toMatchObject([{ name: "hub.json" }, { name: "supplier.json", statements: 1 }]);
  });

  it("removes sources, all or none of those named", async () => {
    const cache = cacheOf("removed");
    await stella("vex", "import", at("supplier.json"), at("hub.json"), ...cache);
    const wrong = await stella("vex", "remove", "hub.json", "nope", ...cache);
    expect([wrong.exit, wrong.err]).toEqual([
      4,
      "stella: SOURCE_NOT_KEPT: no source nope is kept; kept are hub.json, supplier.json\n",
    ]);
    expect((await stella("vex", "remove", "hub.json", ...cache)).out).toBe("hub.json: removed\n");
    expect(await answerOf(...cache)).toMatchObject({ by: "vex:supplier.json" });
    expect((await stella("vex", "remove", "supplier.json", ...cache)).exit).toBe(0);
    expect(readdirSync(at("removed/vex"))).toEqual([]);
    expect((await stella("vex", "status", ...cache)).err).toContain("no VEX yet");
  });

  it.each<{ name: string; args: string[]; exit: number; says: string }>([
    { name: "no VEX", args: ["feed.json"], exit: 2, says: "VEX_EMPTY" },
    {
      name: "products without a name",
      args: ["nameless.json"],
      exit: 2,
      says: "about 1 products, none of which",
    },
    { name: "a path that is not there", args: ["nowhere"], exit: 4, says: "FILE_MISSING" },
    { name: "two of one name", args: ["hub.json", "x/hub.json"], exit: 2, says: "VEX_NAMED_TWICE" },
    { name: "a weight that is none", args: ["hub.json", "--weight", "2"], exit: 2, says: "from 0 to 1" },
  ])("refuses $name, and keeps what it had", async ({ args, exit, says }) => {
    const cache = cacheOf("refusing");
    await stella("vex", "import", at("supplier.json"), ...cache);
    const before = readdirSync(at("refusing/vex"));
    const paths = args.map((arg) => (/^[-\d]/.test(arg) ? arg : at(arg)));
    const ran = await stella("vex", "import", ...paths, ...cache);
    expect([ran.exit, ran.out, ran.err]).toEqual([exit, "", expect.stringContaining(says)]);
    expect(readdirSync(at("refusing/vex"))).toEqual(before);
  });

  it("does not hear a source whose removal was killed", async () => {
    const cache = cacheOf("killed");
    await stella("vex", "import", at("supplier.json"), at("hub.json"), "--weight", "0.6", ...cache);
    const snapshot = at("killed/vex/snapshot.bin");
    const both = readFileSync(snapshot);
    const without = await answerOf(...cache);
    await stella("vex", "remove", "hub.json", ...cache);
    const after = await answerOf(...cache);
    expect(after).not.toEqual(without);
    writeFileSync(snapshot, both);
    writeFileSync(at("killed/vex/snapshot.unfinished"), "");
    expect(await answerOf(...cache)).toEqual(after);
  });

  it("tells of a damaged cache", async () => {
    const cache = cacheOf("damaged");
    await stella("vex", "import", at("supplier.json"), ...cache);
    writeFileSync(at("damaged/vex/snapshot.bin"), "{");
    const ran = await scan(...cache);
    expect([ran.exit, ran.err]).toEqual([2, expect.stringContaining("VEX_DAMAGED")]);
    const [documents = ""] = readdirSync(at("damaged/vex")).filter((name) => name.endsWith(".documents"));
    writeFileSync(join(at("damaged/vex"), documents), "x");
    expect((await stella("vex", "import", at("hub.json"), ...cache)).err).toContain("VEX_DAMAGED");
  });
});

describe("stella vex explain", () => {
  const explain = (...args: readonly string[]) =>
    stella("vex", "explain", "ghsa-1", "--vex", at("supplier.json"), "--vex", at("hub.json"), ...args);

  it.each([
    { name: "a purl", args: () => ["--purl", "pkg:npm/lodash@4.17.4"] },
    { name: "an image", args: () => ["--target", `sbom:${at("app.cdx.json")}`] },
  ])("tells of $name who says what, and what comes of it", async ({ args }) => {
    const weight = ["--vex-weight", `${at("hub.json")}=0.4`];
    const { out, exit } = await explain(...args(), ...weight, ...cacheOf("none"));
    expect(exit).toBe(0);
    expect(out).toMatch(/not_affected +package +1 +supplier\.json/);
    expect(out).toMatch(/affected +package +0\.4 +hub\.json/);
    expect(out).toMatch(/answer +not_affected\neffect +the finding is set aside/);
    const json = JSON.parse(
      (await explain(...args(), ...weight, "--json", ...cacheOf("none"))).out,
    ) as unknown;
    expect(json).toMatchObject([{ purl: "pkg:npm/lodash@4.17.4", isAnswered: true, statements: [{}, {}] }]);
  });

  it("tells what is said of the image as a whole once", async () => {
    const target = `sbom:${write("two.cdx.json", sbomText("pkg:npm/a@1.0.0", "pkg:npm/lodash@4.17.4", "pkg:npm/z@1.0.0"))}`;
    const { imageDigest } = JSON.parse(
      (await stella("scan", target, "--advisories", at("feed.json"), "--json")).out,
    ) as { imageDigest: string };
    const product = `pkg:oci/app@${encodeURIComponent(imageDigest)}`;
    const whole = write("whole.json", openVex("whole", "GHSA-1", "affected", product));
    const of = (...args: readonly string[]) =>
      stella("vex", "explain", "GHSA-1", "--target", target, "--vex", whole, ...args, ...cacheOf("none"));
    const headings = ({ out }: { out: string }): unknown => out.match(/^GHSA-1 .*$/gm);
    expect(headings(await of())).toEqual(["GHSA-1  every component"]);
    const both = await of("--vex", at("supplier.json"));
    expect(headings(both)).toEqual(["GHSA-1  pkg:npm/lodash@4.17.4", "GHSA-1  every other component"]);
    expect(both.out).toMatch(/not_affected +package[^]*every other[^]*\naffected +image/);
    const json = JSON.parse((await of("--json")).out) as unknown;
    expect(json).toMatchObject(Array(3).fill({ statements: [{ scope: "image", isOfWholeImage: true }] }));
  });

  it("asks under the names that the kept advisories know", async () => {
    const cache = cacheOf("aliases");
    const feed = write("aliased.json", osv("GHSA-1", ["CVE-2024-0001"]));
    await stella("advisories", "import", feed, ...cache);
    await stella("vex", "import", at("supplier.json"), ...cache);
    const purl = ["--purl", "pkg:npm/lodash@4.17.4"];
    const { out } = await stella("vex", "explain", "CVE-2024-0001", ...purl, ...cache);
    expect(out).toMatch(/^CVE-2024-0001 .*\n.*\nnot_affected/);
  });

  it.each<{ args: string[]; exit: number; says: string }>([
    { args: [], exit: 2, says: "one of --purl <purl> and --target" },
    { args: ["--purl", "lodash"], exit: 2, says: "VEX_PURL_INVALID" },
    { args: ["--purl", "pkg:npm/other@1"], exit: 4, says: "VEX_STATEMENT_MISSING" },
  ])("$args: $says", async ({ args, exit, says }) => {
    const ran = await explain(...args, ...cacheOf("none"));
    expect([ran.exit, ran.out, ran.err]).toEqual([exit, "", expect.stringContaining(says)]);
  });
});

describe("stella vex export", () => {
  const reportOf = async (name: string, ...args: readonly string[]): Promise<string> =>
    write(name, (await scan(...args)).out);

  it("writes what VEX came to, the same for the same report, and importing it gives the same answer", async () => {
    const report = await reportOf("report.json", "--vex", at("supplier.json"), ...cacheOf("none"));
    const { exit, out } = await stella("vex", "export", report, "--author", "Acme");
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      author: "Acme",
      timestamp: "2024-01-01T00:00:00.000Z",
      statements: [{ vulnerability: { name: "GHSA-1" }, status: "not_affected" }],
    });
    expect((await stella("vex", "export", report, "--author", "Acme", "-o", at("out.json"))).exit).toBe(0);
    expect(readFileSync(at("out.json"), "utf8")).toBe(out);
    expect(await answerOf("--vex", at("out.json"), ...cacheOf("none"))).toMatchObject({ by: "vex:out.json" });
  });

  it.each<{ name: string; report: () => Promise<string>; exit: number; says: string }>([
    {
      name: "a report without VEX",
      report: () => reportOf("silent.json", ...cacheOf("none")),
      exit: 4,
      says: "VEX_NOTHING_SAID",
    },
    { name: "another file", report: () => Promise.resolve(at("hub.json")), exit: 2, says: "REPORT_INVALID" },
    { name: "no file", report: () => Promise.resolve(at("gone.json")), exit: 4, says: "FILE_MISSING" },
    {
      name: "a report with a time that is none",
      report: async () => {
        const file = await reportOf("bad.json", "--vex", at("hub.json"), ...cacheOf("none"));
        return write("bad.json", readFileSync(file, "utf8").replace("2024-01-01T00:00:00.000Z", "soon"));
      },
      exit: 2,
      says: "findings.0.vex.timestamp",
    },
  ])("refuses $name", async ({ report, exit, says }) => {
    const found = await stella("vex", "export", await report());
    expect([found.exit, found.err]).toEqual([exit, expect.stringContaining(says)]);
  });
});
