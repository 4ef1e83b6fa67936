// SPDX-License-Identifier: Apache-2.0
/** The same package as three scanners write it. */
import { expect, it } from "vitest";
import { foundIn, packageOf } from "./components.ts";

it.each([
  ["pkg:deb/debian/bash@1%3A5.2-2?arch=amd64", { type: "deb", name: "bash", version: "1:5.2-2" }],
  ["pkg:deb/debian/bash@5.2-2?arch=amd64&epoch=1", { type: "deb", name: "bash", version: "1:5.2-2" }],
  ["pkg:rpm/fedora/a@1.0-1?epoch=0", { type: "rpm", name: "a", version: "1.0-1" }],
  ["pkg:npm/%40a/b@1.0.0", { type: "npm", name: "@a/b", version: "1.0.0" }],
  ["pkg:golang/github.com/a/b@v1.2.3", { type: "golang", name: "github.com/a/b", version: "1.2.3" }],
  ["pkg:golang/github.com/a/b@v3.4.0#v3", { type: "golang", name: "github.com/a/b/v3", version: "3.4.0" }],
  ["pkg:golang/stdlib@v1.26.8", { type: "golang", name: "stdlib", version: "1.26.8" }],
  ["pkg:pypi/zope.interface@6.4", { type: "pypi", name: "zope-interface", version: "6.4" }],
  ["pkg:maven/org.a/b@1", { type: "maven", name: "org.a/b", version: "1" }],
])("%s", (purl, want) => {
  expect(packageOf(purl)).toEqual(want);
});

it("takes what has a purl, once, with its paths, also from nested components", () => {
  const purl = "pkg:npm/a@1.0.0";
  const document = {
    components: [
      { type: "operating-system", name: "debian", purl: "pkg:generic/debian@12" },
      { type: "file", name: "/etc/passwd" },
      { type: "library", purl, properties: [{ name: "syft:location:0:path", value: "/b/package.json" }] },
      {
        type: "application",
        components: [
          {
            type: "library",
            purl,
            properties: [{ name: "aquasecurity:trivy:FilePath", value: "a/package.json" }],
          },
        ],
      },
      { type: "library", purl, evidence: { occurrences: [{ location: "/b/package.json" }] } },
    ],
  };
  expect(foundIn(document)).toEqual([
    { type: "npm", name: "a", version: "1.0.0", paths: ["a/package.json", "b/package.json"] },
  ]);
});
