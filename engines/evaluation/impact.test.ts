// SPDX-License-Identifier: Apache-2.0
/** From package keys to the images that hold the package. */
import { expect, it } from "vitest";
import { MergedBomIndex, imageBomIndex, mergeBomIndexes } from "#engines/scanner/index.ts";
import { digestOf, type ImageDigest } from "#lib/digest.ts";
import { component, sbom } from "./testing/builders.ts";
import { impactedImages } from "./impact.ts";

const images = {
  node: ["pkg:npm/%40babel/traverse@7.0.0", "pkg:npm/lodash@4.17.4"],
  other: ["pkg:npm/lodash.merge@4.6.0", "pkg:npm/traverse@1.0.0"],
  bookworm: ["pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc"],
  trixie: ["pkg:deb/debian/libc6@2.41-1?arch=amd64&distro=debian-13&upstream=glibc"],
  alpine: ["pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.3"],
  rhel: ["pkg:rpm/redhat/openssl@3.0.7-1.el9?arch=x86_64&distro=rhel-9.4"],
  dotnet: ["pkg:nuget/Newtonsoft.Json@12.0.3"],
  swift: ["pkg:swift/github.com/Alamofire/Alamofire@5.4.3", "pkg:swift/github.com/Apple/swift-NIO.git@2.0.0"],
  fork: ["pkg:swift/github.com/somebody/Alamofire@5.4.3"],
  java: ["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0"],
  sid: ["pkg:deb/debian/openssl@3.5?arch=amd64&distro=debian"],
  sap: ["pkg:rpm/sles_sap/openssl@3?arch=x86_64&distro=sles_sap-15.5"],
  trivy: ["pkg:apk/alpine/busybox@1?arch=x86_64&distro=3.19.1"],
  go: ["pkg:golang/stdlib@1.22.4", "pkg:golang/golang.org/x/net@v0.1.0"],
};
const digests = new Map(Object.keys(images).map((name) => [digestOf<ImageDigest>(name), name]));

const index = new MergedBomIndex(
  mergeBomIndexes({
    add: Object.entries(images).map(([name, purls]) => {
      const components = purls.map((purl) =>
        purl.includes("upstream=glibc")
          ? { ...component(purl), sourcePackage: { name: "glibc", version: "1" } }
          : component(purl),
      );
      return imageBomIndex(sbom(components, { imageDigest: digestOf<ImageDigest>(name) }));
    }),
  }),
);

it.each([
  ["npm|lodash", ["node"]],
  ["npm|@babel/traverse", ["node"]],
  ["npm|babel/traverse", []],
  ["deb|debian:12|glibc", ["bookworm"]],
  ["deb|debian:13|glibc", ["trixie"]],
  ["deb|debian:12|libc6", ["bookworm"]],
  ["deb|ubuntu:12|glibc", []],
  ["apk|alpine:3.20|musl", ["alpine"]],
  ["apk|alpine:3.19|musl", []],
  ["rpm|rhel:9|openssl", ["rhel", "sap"]],
  ["rpm|rocky:9|openssl", ["sap"]],
  ["rpm|sles:15.5|openssl", ["sap"]],
  ["deb|debian:14|openssl", ["sid"]],
  ["deb|ubuntu:24.04|openssl", []],
  ["apk|alpine:3.19|busybox", ["trivy"]],
  ["nuget|newtonsoft.json", ["dotnet"]],
  ["swift|github.com/alamofire/alamofire", ["swift"]],
  ["swift|github.com/apple/swift-nio", ["swift"]],
  ["swift|alamofire", []],
  ["maven|org.apache.logging.log4j/log4j-core", ["java"]],
  ["golang|stdlib", ["go"]],
  ["golang|golang.org/x/net", ["go"]],
])("%s: %j", (key, want) => {
  const found = impactedImages(index, [key]).map((digest) => digests.get(digest));
  expect(found.sort()).toEqual([...want].sort());
});

it("gives each image once, sorted, for many keys", () => {
  const found = impactedImages(index, ["npm|lodash", "npm|@babel/traverse", "golang|stdlib", "npm|none"]);
  expect(found).toEqual([digestOf("go"), digestOf("node")].sort());
});

it("always names an image whose SBOM is partial, where anything changes", () => {
  const omissions = [{ code: "LIMIT", message: "" }];
  const partial = imageBomIndex(sbom([], { imageDigest: digestOf<ImageDigest>("partial"), omissions }));
  const one = new MergedBomIndex(mergeBomIndexes({ add: [partial] }));
  expect([impactedImages(one, ["npm|x"]), impactedImages(one, [])]).toEqual([[digestOf("partial")], []]);
});
