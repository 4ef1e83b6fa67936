// SPDX-License-Identifier: Apache-2.0
/** Maven descriptors: whose they are, and what a pom.xml adds. */
import { describe, expect, it } from "vitest";
import { writeZip } from "#lib/zip/testing/write-zip.ts";
import { analyzeFile } from "../../testing/images.ts";
import { java } from "../java.ts";
import { found, main, pom } from "./testing/archives.ts";

describe("language/java, descriptors", () => {
  it("makes one component of manifest and descriptor", () =>
    expect(
      main("x-1.0.jar", "Implementation-Title: x\nImplementation-Version: 1.0\n", [pom("g", "x", "1.0")]),
    ).toEqual(["g:x:1.0 META-INF/maven/g/x/pom.properties"]));

  it("does not take a swallowed package for the jar itself", () =>
    expect(main("guice-4.1.0.jar", "", [pom("cglib", "cglib", "3.2.0")])).toEqual([
      "?:guice:4.1.0 file-name",
      "cglib:cglib:3.2.0 META-INF/maven/cglib/cglib/pom.properties",
    ]));

  it("tells a descriptor that stands twice once, and both versions of a package", () =>
    expect(
      main("x.jar", "", [pom("g", "a", "1"), pom("g", "a", "1"), pom("g", "a", "2")]).toSorted(),
    ).toEqual(["g:a:1 META-INF/maven/g/a/pom.properties", "g:a:2 META-INF/maven/g/a/pom.properties"]));

  it("reads a pom.xml where no pom.properties stands, and what it requires", () => {
    const content = `<?xml version="1.0"?><!-- <groupId>no</groupId> --><project xmlns="x" a='>'>
      <parent><groupId>org.p</groupId><artifactId>p</artifactId><version>3</version></parent>
      <artifactId>lib</artifactId>
      <licenses><license><name>MIT &amp; more</name></license></licenses>
      <dependencyManagement><dependencies><dependency><groupId>no</groupId><artifactId>no</artifactId></dependency>
      </dependencies></dependencyManagement>
      <dependencies>
        <dependency><groupId>b</groupId><artifactId>b</artifactId><exclusions><exclusion><groupId>no</groupId>
          <artifactId>no</artifactId></exclusion></exclusions></dependency>
        <dependency><groupId>\${project.groupId}</groupId><artifactId><![CDATA[a]]></artifactId></dependency>
        <dependency><groupId>t</groupId><artifactId>t</artifactId><scope>test</scope></dependency>
        <dependency><groupId>o</groupId><artifactId>o</artifactId><optional>true</optional></dependency>
        <dependency><groupId>\${x}</groupId><artifactId>x</artifactId></dependency>
      </dependencies></project>`;
    const name = "META-INF/maven/org.p/lib/pom.xml";
    expect(found("lib-3.jar", writeZip([{ name, content }]))).toEqual([
      {
        type: "maven",
        namespace: "org.p",
        name: "lib",
        version: "3",
        licenses: ["MIT & more"],
        requires: ["b:b", "org.p:a"],
        inner: name,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    ]);
  });

  it("says of a descriptor that it is not literal", () =>
    expect(analyzeFile(java, "x.jar", writeZip([pom("g", "a", "${revision}")]))).toEqual({
      problems: ["META-INF/maven/g/a/pom.properties: states no literal group, artifact and version"],
    }));
});
