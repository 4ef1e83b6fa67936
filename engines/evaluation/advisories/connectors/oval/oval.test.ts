// SPDX-License-Identifier: Apache-2.0
/** OVAL rule by rule: what criteria mean for packages, which words of a definition become an advisory, and what is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { advisoryErrors } from "../../errors.ts";
import { ovalText } from "../../testing/oval.ts";
import type { Notation, OvalOptions } from "../../testing/oval.ts";
import type { Contribution } from "../../types.ts";
import { oval } from "../oval.ts";

interface Outcome extends Contribution {
  readonly rejected: readonly string[];
}

function read(text: string, name = "t.xml"): Outcome {
  const rejected: string[] = [];
  const found = oval.normalize({ name, value: text }, (path, reason) => rejected.push(`${path}: ${reason}`));
  return { ...found, rejected };
}

/** `rhel:9 curl [nodejs:18] >=0 <1` of each package. */
function packagesOf(options: OvalOptions, name?: string): readonly string[] {
  const { advisories = [] } = read(ovalText(options), name);
  return advisories
    .flatMap(({ affected }) => affected)
    .map(({ distro = "", name: own, module, ranges, distroStatus }) => {
      const [range] = ranges;
      const bounds = [
        range?.introduced === "0" ? undefined : `>=${range?.introduced ?? ""}`,
        range?.fixed === undefined ? undefined : `<${range.fixed}`,
        range?.lastAffected === undefined ? undefined : `<=${range.lastAffected}`,
      ];
      return [distro, own, module && `[${module}]`, ...bounds, distroStatus].filter((part) => part).join(" ");
    });
}

const RHEL9 = "on Red Hat Enterprise Linux 9";
const RHEL8 = "on Red Hat Enterprise Linux 8";

describe("criteria", () => {
  it.each<{ name: string; criteria: Notation; want: readonly string[] }>([
    { name: "one package", criteria: "curl < 0:8.1-2", want: ["rhel:9 curl <8.1-2"] },
    { name: "an epoch", criteria: "curl < 1:8.1-2", want: ["rhel:9 curl <1:8.1-2"] },
    { name: "no fix", criteria: "curl", want: ["rhel:9 curl"] },
    { name: "no fix, of an architecture", criteria: "curl arch", want: ["rhel:9 curl"] },
    { name: "no fix, as SUSE writes it", criteria: "curl > 0:0-0", want: ["rhel:9 curl"] },
    { name: "a last version", criteria: "curl <= 8.1-2", want: ["rhel:9 curl <=8.1-2"] },
    { name: "a key", criteria: ["AND", "curl < 2", "curl signed"], want: ["rhel:9 curl <2"] },
    {
      name: "alternatives",
      criteria: ["OR", "curl < 2", "wget < 3"],
      want: ["rhel:9 curl <2", "rhel:9 wget <3"],
    },
    { name: "the same twice", criteria: ["OR", "curl < 2", "curl < 2"], want: ["rhel:9 curl <2"] },
    { name: "a release of its own", criteria: ["AND", RHEL8, "curl < 2"], want: ["rhel:8 curl <2"] },
    {
      name: "two releases",
      criteria: ["AND", ["OR", RHEL8, RHEL9], "curl < 2"],
      want: ["rhel:8 curl <2", "rhel:9 curl <2"],
    },
    {
      name: "each with its release",
      criteria: ["OR", ["AND", RHEL8, "curl < 2"], ["AND", RHEL9, "curl < 3"]],
      want: ["rhel:8 curl <2", "rhel:9 curl <3"],
    },
    {
      name: "a release as an alternative to packages",
      criteria: ["OR", RHEL8, ["AND", RHEL9, "curl < 2"]],
      want: ["rhel:9 curl <2"],
    },
    {
      name: "a package that tells the release",
      criteria: ["AND", "oraclelinux-release version ~ ^8 # Oracle Linux 8 is installed", "curl < 2"],
      want: ["ol:8 curl <2"],
    },
    {
      name: "a release without a comment",
      criteria: [
        "OR",
        ["AND", "on-release rocky-release ^9[^\\d]", "curl < 2"],
        ["AND", "oraclelinux-release version ~ ^8", "curl < 1"],
      ],
      want: ["rocky:9 curl <2", "ol:8 curl <1"],
    },
    {
      name: "a product that is none of ours",
      criteria: ["AND", "on Red Hat CoreOS 4", "curl < 2"],
      want: [],
    },
    {
      name: "a module for those beside it, and no others",
      criteria: [
        "OR",
        "wget < 3",
        ["AND", "module nodejs:18", ["OR", ["AND", "npm < 2", "npm signed"], "nodejs < 1"]],
      ],
      want: ["rhel:9 wget <3", "rhel:9 npm [nodejs:18] <2", "rhel:9 nodejs [nodejs:18] <1"],
    },
    {
      name: "one of two modules",
      criteria: ["AND", ["OR", "module a:1", "module a:2"], "x < 1"],
      want: ["rhel:9 x [a:1] <1", "rhel:9 x [a:2] <1"],
    },
    { name: "two modules at once", criteria: ["AND", "module a:1", "module a:2", "x < 1"], want: [] },
    {
      name: "what runs",
      criteria: ["AND", "kernel < 5", ["OR", "kind uname", "kind textfilecontent54"]],
      want: ["rhel:9 kernel <5"],
    },
    {
      name: "a live patch beside a kernel",
      criteria: ["AND", "kernel = 5.14-70", ["OR", "no kpatch", ["AND", "kpatch < 1-2", "kpatch signed"]]],
      want: ["rhel:9 kpatch <1-2"],
    },
    { name: "a live patch as SUSE writes it", criteria: "none klp >= 14-2", want: ["rhel:9 klp <14-2"] },
    {
      name: "a range of two tests",
      criteria: ["AND", "curl >= 2", "curl < 3"],
      want: ["rhel:9 curl >=2 <3"],
    },
    { name: "one test given twice", criteria: ["AND", "curl < 3", "curl < 3"], want: ["rhel:9 curl <3"] },
    { name: "there and not there", criteria: ["AND", "curl", "no curl"], want: [] },
    {
      name: "one of two not there",
      criteria: ["AND", "no a", ["OR", "a < 1", "b < 1"]],
      want: ["rhel:9 b <1"],
    },
    {
      name: "not affected, as SUSE writes it",
      criteria: ["OR", "a version = 0", "b < 1"],
      want: ["rhel:9 b <1"],
    },
    { name: "never", criteria: ["AND", "a < 1", "b version = 0"], want: [] },
    { name: "earlier than 0", criteria: "curl < 0:0", want: [] },
    { name: "another build of it", criteria: ["AND", "curl < 2:1", "curl release ~ ksplice"], want: [] },
    { name: "a variable", criteria: "deb $a,b,a < 1", want: ["rhel:9 a <1", "rhel:9 b <1"] },
    { name: "a negated key", criteria: ["AND", "!curl signed", "curl < 2"], want: ["rhel:9 curl <2"] },
  ])("$name", ({ criteria, want }) => {
    const options = { criteria };
    expect(packagesOf(options)).toEqual(want);
    expect(read(ovalText(options)).rejected).toEqual([]);
  });

  it("counts a definition that concerns no package as skipped", () => {
    expect(read(ovalText({ criteria: ["AND", "kind uname", "kind variable"] }))).toMatchObject({
      advisories: [],
      skipped: 1,
      rejected: [],
    });
  });

  it.each<{ name: string; criteria: Notation; reason: string; want?: readonly string[] }>([
    { name: "a test that is not there", criteria: "missing", reason: "the test is not there" },
    {
      name: "a part of it only",
      criteria: ["OR", "missing", "curl < 2"],
      reason: "the test is not there",
      want: ["rhel:9 curl <2"],
    },
    {
      name: "a condition that is not there",
      criteria: ["AND", "missing", "curl < 2"],
      reason: "the test is not there",
    },
    { name: "a kind of test", criteria: ["AND", "kind patch", "curl < 2"], reason: "a patch test" },
    { name: "an operation", criteria: "curl ~ 1", reason: "a version that is pattern match another" },
    { name: "more than a version", criteria: "curl > 1", reason: "a version that is greater than another" },
    {
      name: "a comment that says otherwise",
      criteria: ["OR", "a < 0:2 # a is earlier than 0:2", "b < 0:2 # b is earlier than 0:1"],
      reason: "its comment says 0:1, its test 2",
      want: ["rhel:9 a <2"],
    },
    {
      name: "a comment for another package",
      criteria: "a < 2 # b is earlier than 2",
      reason: "its comment says 2, its test 2",
    },
    { name: "a list of versions", criteria: "a < 0:1.17-2,1.18-2", reason: '"1.17-2,1.18-2" is no version' },
    { name: "a version that is none", criteria: "deb curl < a_b", reason: '"a_b" is no deb version' },
    { name: "a name that is none", criteria: "$a,b|c < 1", reason: "not a package name" },
    { name: "no name", criteria: "$ < 1", reason: "not a package name" },
    {
      name: "a release without a name",
      criteria: ["AND", "on-release a-release ^9", "x < 1"],
      reason: "a release that has no name",
    },
    { name: "a field", criteria: "curl epoch = 1", reason: "its state has the field epoch" },
    {
      name: "a version without a release",
      criteria: "curl version = 1",
      reason: "its state has a version without a release",
    },
    {
      name: "absence in one state",
      criteria: "no curl < 1",
      reason: "a package must not be there in one state",
    },
    {
      name: "a module without its name",
      criteria: ["AND", "anonymous module", "x < 1"],
      reason: "a module that has no name",
    },
    { name: "another operator", criteria: ["XOR", "a < 1", "b < 1"], reason: "criteria are joined by XOR" },
    { name: "a negated package", criteria: "!curl < 1", reason: "a package test is negated" },
    {
      name: "negated criteria",
      criteria: ["AND", ["!OR", "curl < 1"]],
      reason: "criteria with packages are negated",
    },
    {
      name: "two packages at once",
      criteria: ["AND", "a < 1", "b < 2"],
      reason: "several packages must be there at once",
    },
    {
      name: "two fixes at once",
      criteria: ["AND", "a < 1", "a < 2"],
      reason: "several packages must be there at once",
    },
    { name: "one version", criteria: "curl = 1", reason: "it names packages in one version only" },
  ])("refuses $name by name", ({ criteria, reason, want = [] }) => {
    const { rejected } = read(ovalText({ criteria }));
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toContain(`//definition[@id="oval:com.redhat.rhsa:def:1"]`);
    expect(rejected[0]).toContain(reason);
    expect(packagesOf({ criteria })).toEqual(want);
  });
});

describe("releases", () => {
  const platform = (name: string): string => `<affected><platform>${name}</platform></affected>`;
  it.each([
    { name: "by the platform", metadata: platform("Rocky Linux 8"), want: ["rocky:8 curl <1:8.1-2"] },
    { name: "of another product", metadata: platform("Red Hat Satellite 6"), want: [] },
    {
      name: "by Rocky's CPE",
      metadata: '<affected/><advisory from="cpe:/o:rocky:rocky:9:GA"/>',
      want: ["rocky:9 curl <1:8.1-2"],
    },
    {
      name: "by Azure Linux's versions",
      id: "oval:com.microsoft.azurelinux:def:1",
      metadata: platform("Azure Linux"),
      criteria: "curl < 0:8.8-1.azl3",
      want: ["azurelinux:3.0 curl <8.8-1.azl3"],
    },
    {
      name: "by CBL-Mariner's versions",
      id: "oval:com.microsoft.cbl-mariner:def:1",
      metadata: platform("CBL-Mariner"),
      criteria: "curl <= 0:8.8-1.cm2",
      want: ["mariner:2.0 curl <=8.8-1.cm2"],
    },
    {
      name: "by Azure Linux's document",
      id: "oval:com.microsoft.azurelinux:def:1",
      metadata: platform("Azure Linux"),
      criteria: "curl < 8.8",
      document: "feeds/azurelinux-3.0-oval.xml",
      want: ["azurelinux:3.0 curl <8.8"],
    },
  ])("$name", ({ want, document, ...options }) => expect(packagesOf(options, document)).toEqual(want));

  it("are missed where nothing names one", () => {
    expect(read(ovalText({ metadata: "" }))).toMatchObject({
      advisories: [],
      rejected: ['//definition[@id="oval:com.redhat.rhsa:def:1"]: it names no release'],
    });
  });

  it("are covered where the document speaks of them", () => {
    expect(read(ovalText()).covers).toEqual(["rhel:9"]);
    expect(
      read(ovalText({ criteria: ["OR", ["AND", RHEL8, "a < 1"], ["AND", RHEL9, "b < 1"]] })).covers,
    ).toEqual(["rhel:8", "rhel:9"]);
  });
});

describe("without a fix", () => {
  const redhat = (resolution: string): OvalOptions => ({
    id: "oval:com.redhat.cve:def:1",
    class: "vulnerability",
    title: "CVE-2024-0001 curl: words",
    metadata: `<affected><platform>Red Hat Enterprise Linux 9</platform></affected><advisory><affected>${resolution}</affected></advisory>`,
    criteria: ["AND", "curl", "curl signed"],
  });
  it.each([
    ["Will not fix", ["rhel:9 curl will_not_fix"]],
    ["Fix deferred", ["rhel:9 curl fix_deferred"]],
    ["Out of support scope", ["rhel:9 curl end_of_life"]],
    ["Under investigation", ["rhel:9 curl under_investigation"]],
    ["Affected", ["rhel:9 curl"]],
    ["", ["rhel:9 curl"]],
    ["Not affected", []],
  ])("Red Hat: %s", (state, want) => {
    expect(
      packagesOf(redhat(`<resolution state="${state}"><component>wget</component></resolution>`)),
    ).toEqual(want);
  });

  it("Red Hat: of several states the one of the package, or of it in its module", () => {
    const state = (name: string, component: string): string =>
      `<resolution state="${name}"><component>${component}</component></resolution>`;
    const options = redhat(
      state("Affected", "a") + state("Will not fix", "n:1/b") + state("Fix deferred", "c"),
    );
    const criteria: Notation = ["OR", "a", "c", "d", "e < 1", ["AND", "module n:1", "b"]];
    expect(packagesOf({ ...options, criteria })).toEqual([
      "rhel:9 a",
      "rhel:9 c fix_deferred",
      "rhel:9 d",
      "rhel:9 e <1",
      "rhel:9 b [n:1] will_not_fix",
    ]);
  });

  const ubuntu = (comment: string, test = "deb curl"): OvalOptions => ({
    id: "oval:com.ubuntu.noble:def:1",
    class: "vulnerability",
    title: "CVE-2024-0001 on Ubuntu 24.04 LTS (noble) - medium.",
    metadata: "<affected><platform>Ubuntu 24.04 LTS</platform></affected>",
    criteria: `${test} # ${comment}`,
  });
  it.each([
    ["curl package in noble is affected and needs fixing.", "ubuntu:24.04 curl"],
    ["curl package in noble is affected and may need fixing.", "ubuntu:24.04 curl needs-triage"],
    [
      "curl package in noble is affected, but a decision has been made to defer addressing it (note: '2024-01-02').",
      "ubuntu:24.04 curl deferred",
    ],
    [
      "curl package in noble, while related to the CVE in some way, a decision has been made to ignore this issue.",
      "ubuntu:24.04 curl ignored",
    ],
    [
      "curl: while related to the CVE in some way, a decision has been made to ignore this issue (note: 'end of life').",
      "ubuntu:24.04 curl end_of_life",
    ],
    [
      "curl package in noble is affected. An update containing the fix has been completed and is pending publication.",
      "ubuntu:24.04 curl pending",
    ],
    ["curl package in noble, while related to the CVE in some way, is not affected.", undefined],
  ])("Ubuntu: %s", (comment, want) => {
    expect(packagesOf(ubuntu(comment))).toEqual(want === undefined ? [] : [want]);
  });

  it("Ubuntu: nothing where there is a fix", () => {
    const comment = "curl package in noble was vulnerable but has been fixed (note: '8.5.0-2ubuntu10.1').";
    expect(packagesOf(ubuntu(comment, "deb curl < 0:8.5.0-2ubuntu10.1"))).toEqual([
      "ubuntu:24.04 curl <8.5.0-2ubuntu10.1",
    ]);
  });

  it("Debian: earlier than 0", () => {
    const options = {
      id: "oval:org.debian:def:1",
      title: "CVE-2024-0001 curl",
      metadata: "<affected><platform>Debian GNU/Linux 12</platform></affected>",
      criteria: "deb curl < 0:0",
    };
    expect(packagesOf(options)).toEqual(["debian:12 curl"]);
  });
});

describe("words", () => {
  const cve = (id: string, attributes = ""): string => `<cve ${attributes}>${id}</cve>`;
  const reference = (id: string): string => `<reference ref_id="${id}" ref_url="https://a.test/${id}"/>`;
  const affected = "<affected><platform>Red Hat Enterprise Linux 9</platform></affected>";

  it("of an advisory and of its CVEs", () => {
    const metadata = [
      affected,
      reference("RHSA-2024:0001"),
      reference("CVE-2024-0002"),
      '<advisory><severity>Important</severity><issued date="2024-01-02"/><updated date="2024-02-03"/>',
      cve(
        "CVE-2024-0002",
        'cvss3="7.5/CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" impact="low" public="20231230:1405"',
      ),
      cve("CVE-2024-0001", 'cvss2="7.5/AV:N/AC:L/Au:N/C:P/I:P/A:P" public="nonsense"'),
      cve("CVE-2024-0003", 'cvss3="soon"'),
      "</advisory>",
    ].join("");
    expect(read(ovalText({ metadata })).advisories).toEqual([
      {
        id: "RHSA-2024:0001",
        aliases: ["CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003"],
        source: "oval",
        vendor: "redhat",
        summary: "words of it (Moderate)",
        severity: "high",
        cvss: [],
        published: "2024-01-02T00:00:00Z",
        modified: "2024-02-03T00:00:00Z",
        references: ["https://a.test/RHSA-2024:0001", "https://a.test/CVE-2024-0002"],
        affected: [
          {
            ecosystem: "rpm",
            distro: "rhel:9",
            name: "curl",
            ranges: [{ introduced: "0", fixed: "1:8.1-2" }],
            severity: "high",
          },
        ],
      },
      {
        id: "CVE-2024-0002",
        aliases: [],
        source: "oval",
        vendor: "redhat",
        severity: "low",
        cvss: [{ version: "3.1", vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", source: "redhat" }],
        published: "2023-12-30T14:05:00Z",
        references: [],
        affected: [],
      },
      {
        id: "CVE-2024-0001",
        aliases: [],
        source: "oval",
        vendor: "redhat",
        severity: "high",
        cvss: [{ version: "2.0", vector: "AV:N/AC:L/Au:N/C:P/I:P/A:P", source: "redhat" }],
        references: [],
        affected: [],
      },
    ]);
  });

  it.each([
    {
      name: "the title's",
      title: "RHSA-2024:0001: a b",
      metadata: affected,
      id: "RHSA-2024:0001",
      aliases: [],
    },
    { name: "a CVE", title: "CVE-2024-0001 a: b c", metadata: affected, id: "CVE-2024-0001", aliases: [] },
    {
      name: "the references'",
      title: "a: b c (moderate)",
      metadata: affected + reference("CVE-2024-0001") + reference("ELSA-2024-0001"),
      id: "ELSA-2024-0001",
      aliases: ["CVE-2024-0001"],
    },
    {
      name: "the only CVE",
      title: "a: b c (moderate)",
      metadata: affected + reference("CVE-2024-0001"),
      id: "CVE-2024-0001",
      aliases: [],
    },
    {
      name: "with CVEs of the description, in parentheses",
      title: "RLSA-2024:0001: a b",
      metadata: `${affected}<description>Unlike CVE-2020-0001. (CVE-2024-0001,CVE-2024-0002) (RHBZ#1)</description>`,
      id: "RLSA-2024:0001",
      aliases: ["CVE-2024-0001", "CVE-2024-0002"],
    },
    {
      name: "with CVEs of the references before any of the description",
      title: "RLSA-2024:0001: a b",
      metadata: `${affected + reference("CVE-2024-0009")}<description>(CVE-2024-0001)</description>`,
      id: "RLSA-2024:0001",
      aliases: ["CVE-2024-0009"],
    },
  ])("id: $name", ({ title, metadata, id, aliases }) => {
    expect(read(ovalText({ title, metadata })).advisories?.[0]).toMatchObject({ id, aliases });
  });

  it.each([
    { name: "no id", options: { title: "a b", metadata: affected }, reason: "it names no advisory" },
    {
      name: "two CVEs and no advisory",
      options: { title: "a b", metadata: affected + reference("CVE-2024-0001") + reference("CVE-2024-0002") },
      reason: "not just one CVE",
    },
    {
      name: "no vendor of ours",
      options: { id: "oval:org.cisecurity:def:1" },
      reason: "no vendor's that we know",
    },
  ])("refuses $name", ({ options, reason }) => {
    const { advisories, rejected } = read(ovalText(options));
    expect(advisories).toEqual([]);
    expect(rejected[0]).toContain(reason);
  });

  it.each([
    { name: "a bug fix", options: { title: "RHBA-2024:0001: a b" }, count: 0 },
    {
      name: "a bug fix that names a flaw",
      options: { title: "RHBA-2024:0001: a b", metadata: affected + reference("CVE-2024-0001") },
      count: 1,
    },
    { name: "an inventory", options: { class: "inventory" }, count: 0 },
    {
      name: "what Azure Linux does not have",
      options: { metadata: `${affected}<patchable>Not Applicable</patchable>` },
      count: 0,
    },
  ])("$name", ({ options, count }) => {
    const { advisories, skipped, rejected } = read(ovalText(options));
    expect([advisories?.length, skipped, rejected]).toEqual([count, 1 - count, []]);
  });

  it("takes Ubuntu's None for no word, and others' for theirs", () => {
    const metadata = "<affected><platform>Ubuntu 24.04 LTS</platform></affected><severity>None</severity>";
    const severityOf = (id: string) => read(ovalText({ id, metadata })).advisories?.[0]?.severity;
    expect(["oval:com.ubuntu.noble:def:1", "oval:com.redhat.rhsa:def:1"].map(severityOf)).toEqual([
      "unknown",
      "none",
    ]);
  });
});

describe("hostile documents", () => {
  const faultOf = (text: string): Readonly<Record<string, unknown>> => {
    try {
      read(text);
      return {};
    } catch (error) {
      if (!advisoryErrors.is(error, "FEED_DOCUMENT_INVALID")) throw error;
      return error.data;
    }
  };
  const good = ovalText();

  it.each([
    {
      name: "cut off",
      text: good.slice(0, -20),
      reason: /it is no XML: Unclosed root tag/,
      position: "line 6",
    },
    { name: "another root", text: "<html/>", reason: /its root is html/ },
    { name: "another OVAL", text: "<oval_definitions/>", reason: /no OVAL of version 5/ },
    { name: "nothing", text: "", reason: /no OVAL definitions/ },
    {
      name: "a wrong tag",
      text: good.replace("</metadata>", "</data>"),
      reason: /Unexpected close tag/,
      position: "line 2",
    },
    {
      name: "a document type",
      text: `<!DOCTYPE a [<!ENTITY b "c">]>${good}`,
      reason: /document type/,
      position: "line 1",
    },
    {
      name: "an entity",
      text: good.replace("curl", "&curl;"),
      reason: /Invalid character entity/,
      position: "line 4",
    },
    { name: "an entity of HTML", text: good.replace("curl", "&nbsp;"), reason: /Invalid character entity/ },
    {
      name: "a property of objects",
      text: good.replace("curl", "&constructor;"),
      reason: /Invalid character entity/,
    },
    {
      name: "another encoding",
      text: `<?xml version="1.0" encoding="utf-16"?>${good}`,
      reason: /encoding is utf-16/,
    },
    {
      name: "a deep nest",
      text: good.replace("</tests>", "<a>".repeat(100)),
      reason: /nested deeper than 64/,
    },
    {
      name: "a huge attribute",
      text: good.replace('class="patch"', `class="${"a".repeat(300_000)}"`),
      reason: /Max buffer length/,
    },
  ])("$name", ({ text, reason, position }) => {
    const fault = faultOf(text);
    expect(fault).toMatchObject({
      document: "t.xml",
      path: "$",
      reason: expect.stringMatching(reason) as string,
    });
    if (position !== undefined) expect(fault["position"]).toMatch(new RegExp(`^${position} column \\d+$`));
  });

  it("many names under many releases are refused for that definition alone", () => {
    const names = Array.from({ length: 3000 }, (_, i) => `p${i}`).join(",");
    const criteria: Notation = ["OR", ...Array.from({ length: 40 }, () => `deb $${names} < 1`)];
    const { advisories, rejected } = read(ovalText({ criteria }));
    expect(advisories).toEqual([]);
    expect(rejected).toEqual([expect.stringContaining("it names over 100000 packages")]);
  });

  it("many releases of many names too", () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `p${i}`).join(",");
    const platforms = Array.from({ length: 9 }, (_, i) => `<platform>Rocky Linux ${i}</platform>`).join("");
    const metadata = `<affected>${platforms}</affected>`;
    const { advisories, rejected } = read(ovalText({ metadata, criteria: `deb $${names} < 1` }));
    expect(advisories).toEqual([]);
    expect(rejected).toEqual([expect.stringContaining("it names over 100000 packages")]);
  });

  it("many definitions of many names refuse the document", () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `p${i}`).join(",");
    const metadata = "<affected><platform>Another Linux 1</platform></affected>";
    const criteria: Notation = ["OR", ...Array.from({ length: 5 }, () => `deb $${names} < 1`)];
    const text = ovalText({ metadata, criteria });
    const definition = /<definition .*<\/definition>/s.exec(text)?.[0] ?? "";
    expect(faultOf(text.replace(definition, definition.repeat(100)))).toEqual({});
    const { reason } = faultOf(text.replace(definition, definition.repeat(101)));
    expect(reason).toBe("it names over 10000000 packages");
  });

  it("elements of one id count for nothing", () => {
    const text = good.replace("</tests>", '<rpminfo_test id="tst:1"/><rpminfo_test id="tst:1"/></tests>');
    expect(read(text).rejected).toEqual([expect.stringContaining("the test is not there")]);
  });

  it("many alternatives are refused", () => {
    const releases = Array.from({ length: 501 }, (_, i) => `on Rocky Linux ${i}`);
    const { rejected } = read(ovalText({ criteria: ["AND", ["OR", ...releases], "a < 1"] }));
    expect(rejected).toEqual([expect.stringContaining("it names over 500 releases or modules")]);
  });

  it("keys that objects inherit are names like others", () => {
    const criteria: Notation = ["OR", "__proto__ < 1", "constructor < 1", "toString < 1"];
    expect(packagesOf({ criteria })).toEqual([
      "rhel:9 __proto__ <1",
      "rhel:9 constructor <1",
      "rhel:9 toString <1",
    ]);
  });

  it("any damage ends in a named fault, a rejection or packages, and twice in the same", () => {
    const seed = ovalText({
      criteria: ["AND", RHEL9, ["OR", ["AND", "module a:1", "x < 1"], ["AND", "no y", "y"], "deb $p,q >= 2"]],
    });
    const outcome = (text: string): unknown => {
      try {
        return read(text);
      } catch (error) {
        expect(advisoryErrors.is(error, "FEED_DOCUMENT_INVALID")).toBe(true);
        return String(error);
      }
    };
    const pieces = [
      "<",
      ">",
      '"',
      "&",
      "/",
      "AND",
      "tst:1",
      "var:",
      "evr",
      "less than",
      "negate=",
      "\u0000",
      "<![CDATA[",
    ];
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 30 }), fc.constantFrom(...pieces), (at, cut, piece) => {
        const place = at % seed.length;
        const text = seed.slice(0, place) + piece + seed.slice(place + cut);
        expect(outcome(text)).toEqual(outcome(text));
      }),
      { numRuns: 400 },
    );
  });
});
