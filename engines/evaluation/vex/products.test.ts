// SPDX-License-Identifier: Apache-2.0
/** Whom a vendor's names mean: Red Hat's documents on images of its releases, source packages, ranges, releases by codename. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Distro } from "#engines/scanner/index.ts";
import { component, finding, sbom } from "../testing/builders.ts";
import { applyVex } from "./apply-vex.ts";
import { compileVexSnapshot } from "./compile-snapshot.ts";
import { openVexSnapshot } from "./open-snapshot.ts";
import { claimNames, readPurl } from "./product-purl.ts";
import { rangeHolds } from "./vers.ts";

const at = (name: string): URL => new URL(name, import.meta.url);
const CURL = readFileSync(at("testdata/csaf-redhat-curl.json"));
const EXPAT = readFileSync(at("../advisories/connectors/testdata/csaf-redhat.json"));
const RHEL = (versionId: string): Distro => ({ id: "rhel", versionId });

/** Status of a finding on an image of a distro that has just that package. */
function status(bytes: Uint8Array, id: string, purl: string, distro?: Distro): string {
  const snapshot = openVexSnapshot(compileVexSnapshot([{ source: "redhat", name: "vex.json", bytes }]).bytes);
  const image = sbom([component(purl)], distro === undefined ? {} : { distro });
  const [after] = applyVex([finding(id, purl)], snapshot, { sbom: image, context: {} });
  return after?.vex === undefined ? "-" : `${after.vex.status} (${after.vex.scope})`;
}

describe("a real document of Red Hat, CVE-2023-38545", () => {
  const rpm = (text: string): string => `pkg:rpm/redhat/${text}`;
  it.each<{ name: string; purl: string; distro?: Distro; want: string }>([
    {
      name: "a component without a version",
      purl: rpm("libcurl-minimal@7.61.1-34.el8?arch=x86_64&distro=rhel-8.10&upstream=curl"),
      distro: RHEL("8.10"),
      want: "not_affected (package)",
    },
    {
      name: "in a release that the document does not name it for",
      purl: rpm("libcurl-minimal@7.76.1-26.el9?arch=x86_64&distro=rhel-9.3&upstream=curl"),
      distro: RHEL("9.3"),
      want: "-",
    },
    {
      name: "in a rebuild of that release",
      purl: "pkg:rpm/rocky/libcurl-minimal@7.61.1-34.el8?arch=x86_64&distro=rocky-8.10",
      distro: { id: "rocky", versionId: "8.10" },
      want: "-",
    },
    {
      name: "where the image's distro is not known",
      purl: rpm("libcurl-minimal@7.61.1-34.el8?arch=x86_64"),
      want: "-",
    },
    {
      name: "a sibling of which nothing is said",
      purl: rpm("libcurl@7.61.1-34.el8?arch=x86_64&distro=rhel-8.10&upstream=curl"),
      distro: RHEL("8.10"),
      want: "-",
    },
    {
      name: "the build that mends it",
      purl: rpm("libcurl@7.76.1-26.el9_3.2?arch=x86_64&distro=rhel-9.3&upstream=curl"),
      distro: RHEL("9.3"),
      want: "fixed (version)",
    },
    {
      name: "a build of another architecture",
      purl: rpm("libcurl@7.76.1-26.el9_3.2?arch=aarch64&distro=rhel-9.3"),
      distro: RHEL("9.3"),
      want: "-",
    },
    {
      name: "the build before",
      purl: rpm("libcurl@7.76.1-26.el9_3.1?arch=x86_64&distro=rhel-9.3"),
      distro: RHEL("9.3"),
      want: "-",
    },
    {
      name: "the build of an extended stream",
      purl: rpm("curl@7.76.1-14.el9_0.9?arch=x86_64&distro=rhel-9.0"),
      distro: RHEL("9.0"),
      want: "fixed (version)",
    },
    { name: "an npm package of the same name", purl: "pkg:npm/curl@1.0.0", distro: RHEL("7.9"), want: "-" },
  ])("$name", ({ purl, distro, want }) => {
    expect(status(CURL, "CVE-2023-38545", purl, distro)).toBe(want);
  });
});

describe("a component and what is built from it, CVE-2024-50602", () => {
  const rpm = (text: string): string => `pkg:rpm/redhat/${text}`;
  it.each<{ name: string; purl: string; distro: Distro; want: string }>([
    {
      name: "its package of the same name",
      purl: rpm("expat@2.1.0-15.el7_9?arch=x86_64&distro=rhel-7.9"),
      distro: RHEL("7.9"),
      want: "affected (package)",
    },
    {
      name: "another package of it",
      purl: rpm("expat-static@2.1.0-15.el7_9?arch=x86_64&distro=rhel-7.9&upstream=expat"),
      distro: RHEL("7.9"),
      want: "affected (package)",
    },
    {
      name: "as other tools write its source",
      purl: rpm(
        "mingw32-expat@2.4.8-2.el8?arch=noarch&distro=rhel-8.10&upstream=mingw-expat-2.4.8-2.el8.src.rpm",
      ),
      distro: RHEL("8.10"),
      want: "affected (package)",
    },
    {
      name: "a package of something else",
      purl: rpm("mingw32-zlib@1.2.8-10.el8?arch=noarch&distro=rhel-8.10&upstream=mingw-zlib"),
      distro: RHEL("8.10"),
      want: "-",
    },
    {
      name: "an extended stream's build in its own minor release",
      purl: rpm("expat@2.5.0-2.el9_4.2?arch=x86_64&distro=rhel-9.4"),
      distro: RHEL("9.4"),
      want: "fixed (version)",
    },
  ])("$name", ({ purl, distro, want }) => {
    expect(status(EXPAT, "CVE-2024-50602", purl, distro)).toBe(want);
  });
});

describe("claimNames", () => {
  it.each<[claim: string, component: string, boolean]>([
    ["pkg:rpm/redhat/a@1-2", "pkg:rpm/redhat/a@1-2?arch=x86_64", true],
    ["pkg:rpm/redhat/a@1-2", "pkg:rpm/redhat/a@1-2?arch=x86_64&epoch=1", false],
    ["pkg:rpm/redhat/a@1:1-2", "pkg:rpm/redhat/a@1-2?arch=x86_64&epoch=1", true],
    ["pkg:rpm/redhat/a@1-2?epoch=0", "pkg:rpm/redhat/a@1-2", true],
    ["pkg:rpm/redhat/a", "pkg:rpm/redhat/a@1-2?epoch=1", true],
    ["pkg:rpm/redhat/a?arch=src", "pkg:rpm/redhat/b@1-2?upstream=a", true],
    ["pkg:rpm/redhat/a?arch=src", "pkg:rpm/redhat/a@1-2?arch=x86_64", true],
    ["pkg:rpm/redhat/a?arch=src", "pkg:rpm/redhat/a@1-2?upstream=b", false],
    ["pkg:rpm/redhat/a@1-2?arch=src", "pkg:rpm/redhat/a@1-2?arch=x86_64", false],
    [
      "pkg:rpm/redhat/a?arch=src&distro=rhel-9",
      "pkg:rpm/redhat/b@1-2?upstream=a%401-2&distro=rhel-9.4",
      true,
    ],
    ["pkg:rpm/redhat/a?arch=src&distro=rhel-8", "pkg:rpm/redhat/b@1-2?upstream=a&distro=rhel-9.4", false],
    ["pkg:rpm/redhat/a?distro=rhel-9", "pkg:rpm/redhat/a@1-2", false],
    [
      "pkg:rpm/redhat/a?rpmmod=nodejs:18:8090020231212:a75119d5",
      "pkg:rpm/redhat/a@1-2?rpmmod=nodejs:18",
      true,
    ],
    ["pkg:rpm/redhat/a?rpmmod=nodejs:20", "pkg:rpm/redhat/a@1-2?rpmmod=nodejs:18", false],
    ["pkg:rpm/redhat/a?rpmmod=nodejs:18", "pkg:rpm/redhat/a@1-2", false],
    [
      "pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24?arch=amd64&distro=jammy",
      "pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24?arch=amd64&distro=ubuntu-22.04",
      true,
    ],
    ["pkg:deb/ubuntu/curl?distro=noble", "pkg:deb/ubuntu/curl@7?distro=ubuntu-22.04", false],
    ["pkg:deb/ubuntu/curl?distro=esm-infra/xenial", "pkg:deb/ubuntu/curl@7?distro=ubuntu-16.04", false],
    ["pkg:deb/debian/curl?distro=bookworm", "pkg:deb/debian/curl@7?distro=debian-12", true],
    ["pkg:deb/debian/curl?arch=source", "pkg:deb/debian/libcurl4@7?arch=amd64&upstream=curl", true],
    ["pkg:deb/debian/curl@7?arch=source", "pkg:deb/debian/libcurl4@7?arch=amd64&upstream=curl", false],
    ["pkg:maven/g/a@1?type=jar", "pkg:maven/g/a@1", true],
    ["pkg:maven/g/a@1?type=war", "pkg:maven/g/a@1", false],
    ["pkg:golang/golang.org/x/net#http2", "pkg:golang/golang.org/x/net@v0.1.0", false],
    ["pkg:golang/golang.org/x/net#http2", "pkg:golang/golang.org/x/net@v0.1.0#http2", true],
    ["pkg:golang/golang.org/x/net", "pkg:golang/golang.org/x/net@v0.1.0#http2", true],
    ["pkg:rpm/redhat/a#x", "pkg:rpm/redhat/a@9-9", false],
    ["pkg:npm/a?vers=vers:npm/>=1.0.0|<2.0.0", "pkg:npm/a@1.5.0", true],
    ["pkg:npm/a?vers=vers:npm/>=1.0.0|<2.0.0", "pkg:npm/a@2.0.0", false],
    ["pkg:rpm/redhat/a?vers=vers:rpm/<1:1-2", "pkg:rpm/redhat/a@9-9", true],
    ["pkg:rpm/redhat/a?vers=vers:rpm/<1:1-2", "pkg:rpm/redhat/a@9-9?epoch=1", false],
  ])("%s, %s: %s", (claim, own, want) => {
    expect(claimNames(readPurl(claim)!, readPurl(own)!)).toBe(want);
  });
});

it.each([
  ["vers:npm/1.0.0", ["1.0.0"], ["1.0.1"]],
  ["vers:npm/=1.0.0|3.0.0", ["1.0.0", "3.0.0"], ["2.0.0"]],
  ["vers:npm/<2.0.0", ["0.1.0", "1.9.9"], ["2.0.0"]],
  ["vers:npm/>=1.0.0|<=2.0.0|>=3.0.0", ["1.0.0", "2.0.0", "4.0.0"], ["0.9.0", "2.5.0"]],
  ["vers:npm/<2.0.0|>=1.0.0", ["1.0.0"], ["0.9.0", "2.0.0"]],
  ["vers:npm/>1.0.0|!=1.5.0", ["1.4.0"], ["1.0.0", "1.5.0"]],
  ["vers:npm/*", ["0.0.1"], []],
  ["vers:semver/%3E=1.0.0", [], ["1.0.0"]],
  ["npm/1.0.0", [], ["1.0.0"]],
  ["vers:npm/soon", [], ["1.0.0"]],
  [`vers:npm/${"1.0.0|".repeat(2000)}1.0.0`, [], ["1.0.0"]],
])("%.60s", (range, inside, outside) => {
  for (const version of inside) expect(rangeHolds(range, "npm", version)).toBe(true);
  for (const version of outside) expect(rangeHolds(range, "npm", version)).toBe(false);
});

it("a range of a type without an order holds nothing", () => {
  expect(rangeHolds("vers:mlflow/*", "mlflow", "1")).toBe(false);
});

describe("platforms", () => {
  const csaf = (cpe: string): Uint8Array =>
    Buffer.from(new TextDecoder().decode(CURL).replaceAll("cpe:/o:redhat:enterprise_linux:8", cpe));
  const PURL = "pkg:rpm/redhat/libcurl-minimal@7.61.1-34.el8?arch=x86_64";
  it.each([
    ["cpe:/o:redhat:enterprise_linux:8::baseos", "not_affected (package)"],
    ["cpe:2.3:o:redhat:enterprise_linux:8:*:*:*:*:*:*:*", "not_affected (package)"],
    ["cpe:/o:redhat:rhel_eus:8.10::baseos", "-"],
    ["cpe:/a:redhat:openshift:4.16::el8", "-"],
    ["cpe:/o:redhat:enterprise_linux:9", "-"],
  ])("%s, a component without a version: %s", (cpe, want) => {
    expect(status(csaf(cpe), "CVE-2023-38545", PURL, RHEL("8.10"))).toBe(want);
  });

  it("a claim about a platform as a whole answers for nothing in it", () => {
    const bytes = Buffer.from(
      JSON.stringify({
        "@context": "https://openvex.dev/ns/v0.2.0",
        statements: [
          {
            vulnerability: { name: "CVE-2024-1" },
            products: [{ identifiers: { cpe23: "cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*" } }],
            status: "fixed",
          },
        ],
      }),
    );
    const purl = "pkg:rpm/redhat/a@1-2?arch=x86_64&distro=rhel-9.4";
    expect(status(bytes, "CVE-2024-1", purl, RHEL("9.4"))).toBe("-");
    const compiled = compileVexSnapshot([{ source: "a", name: "b", bytes }]);
    expect([compiled.statements, compiled.problemCount]).toEqual([1, 0]);
  });
});
