// SPDX-License-Identifier: Apache-2.0
/** Manifests of jars without descriptors, as they are in Maven Central. */
import { describe, expect, it } from "vitest";
import { writeZip } from "#lib/zip/testing/write-zip.ts";
import { found, main, MANIFEST } from "./testing/archives.ts";

describe("language/java, manifests of jars without descriptors", () => {
  it.each([
    {
      why: "title and version agree with the file name",
      file: "spring-core-5.3.31.jar",
      manifest: "Implementation-Title: spring-core\nImplementation-Version: 5.3.31\n",
      want: [`?:spring-core:5.3.31 ${MANIFEST}`],
    },
    {
      why: "another version in the manifest confirms nothing",
      file: "commons-beanutils-1.7.0.jar",
      manifest: "Implementation-Title: org.apache.commons.beanutils\nImplementation-Version: 1.6\n",
      want: ["?:commons-beanutils:1.7.0 file-name"],
    },
    {
      why: "a symbolic name is no group",
      file: "tomcat-embed-core-9.0.83.jar",
      manifest: "Bundle-SymbolicName: org.apache.tomcat-embed-core\nBundle-Version: 9.0.83\n",
      want: [`?:tomcat-embed-core:9.0.83 ${MANIFEST}`],
    },
    {
      why: "a vendor id is no group",
      file: "velocity-1.7.jar",
      manifest:
        "Implementation-Title: org.apache.velocity\nImplementation-Version: 1.7\nImplementation-Vendor-Id: org.apache\nBundle-SymbolicName: org.apache.velocity\n",
      want: [`?:velocity:1.7 ${MANIFEST}`],
    },
    {
      why: "vendor id, symbolic name, title and file name agree to the letter",
      file: "zstd-jni-1.5.5-5.jar",
      manifest:
        "Implementation-Title: zstd-jni\nImplementation-Version: 1.5.5-5\nImplementation-Vendor-Id: com.github.luben\nBundle-SymbolicName: com.github.luben.zstd-jni\n",
      want: [`com.github.luben:zstd-jni:1.5.5-5 ${MANIFEST}`],
    },
    {
      why: "a title with coordinates that the file name repeats",
      file: "micrometer-core-1.9.17.jar",
      manifest:
        "Implementation-Title: io.micrometer#micrometer-core;1.9.17\nImplementation-Version: 1.9.17\n",
      want: [`io.micrometer:micrometer-core:1.9.17 ${MANIFEST}`],
    },
    {
      why: "a title with coordinates of a project, not of the artifact",
      file: "elasticsearch-7.17.16.jar",
      manifest: "Implementation-Title: org.elasticsearch#server;7.17.16\nImplementation-Version: 7.17.16\n",
      want: ["?:elasticsearch:7.17.16 file-name"],
    },
    {
      why: "the group in front of the file name, as Quarkus lays jars out",
      file: "org.springframework.spring-tx-5.3.31.jar",
      manifest: "Implementation-Title: spring-tx\nImplementation-Version: 5.3.31\n",
      want: [`?:spring-tx:5.3.31 ${MANIFEST}`],
    },
    {
      why: "OSGi's form of the version",
      file: "guava-31.1-jre.jar",
      manifest: "Bundle-SymbolicName: com.google.guava\nBundle-Version: 31.1.0.jre\n",
      want: [`?:guava:31.1-jre ${MANIFEST}`],
    },
    {
      why: "a classifier behind a version that the manifest knows",
      file: "guice-4.2.3-linux.jar",
      manifest: "Bundle-SymbolicName: com.google.guice\nBundle-Version: 4.2.3\n",
      want: [`?:guice:4.2.3 ${MANIFEST}`],
    },
    {
      why: "an underscore before the version, as Eclipse names bundles",
      file: "org.eclipse.osgi_3.18.0.v20220516.jar",
      manifest: "Bundle-SymbolicName: org.eclipse.osgi;singleton:=true\nBundle-Version: 3.18.0.v20220516\n",
      want: [`?:org.eclipse.osgi:3.18.0.v20220516 ${MANIFEST}`],
    },
    {
      why: "no version in the file name",
      file: "guava.jar",
      manifest: "Bundle-SymbolicName: com.google.guava\nBundle-Version: 31.1.0\n",
      want: [`?:guava:31.1.0 ${MANIFEST}`],
    },
    {
      why: "a packaging for a title",
      file: "grpc.jar",
      manifest: "Implementation-Title: jar\nImplementation-Version: 1.60.0\n",
      want: [],
    },
    {
      why: "a placeholder for a version",
      file: "app.jar",
      manifest: "Implementation-Title: app\nImplementation-Version: ${project.version}\n",
      want: [],
    },
    {
      why: "a Jenkins plugin",
      file: "git.hpi",
      manifest: "Group-Id: org.jenkins-ci.plugins\nShort-Name: git\nPlugin-Version: 5.2.1 (private)\n",
      want: [`org.jenkins-ci.plugins:git:5.2.1 ${MANIFEST}`],
    },
    { why: "no manifest attribute at all", file: "app.jar", manifest: "Manifest-Version: 1.0\n", want: [] },
    { why: "a range for a version", file: "maven-core-3.x.jar", manifest: "", want: [] },
    {
      why: "a number in the name",
      file: "log4j-1.2-api-2.17.1.jar",
      manifest: "",
      want: ["?:log4j-1.2-api:2.17.1 file-name"],
    },
    { why: "a pre-release", file: "a-1.0-beta-2.jar", manifest: "", want: ["?:a:1.0-beta-2 file-name"] },
    { why: "a classifier", file: "a-1.0-sources.jar", manifest: "", want: ["?:a:1.0 file-name"] },
  ])("$file: $why", ({ file, manifest, want }) => expect(main(file, manifest)).toEqual(want));

  it("joins continued lines before it reads UTF-8, and stops at the main section's end", () => {
    const bytes = Buffer.concat([
      Buffer.from("Implementation-Title: sam\r\n ple\r\nImplementation-Vendor: Caf\u00c3", "latin1"),
      Buffer.from(
        "\r\n \u00a9\nimplementation-version: 1.0\r\n\r\nName: x\r\nImplementation-Version: 2.0\r\n",
        "latin1",
      ),
    ]);
    expect(found("sample.jar", writeZip([{ name: MANIFEST, content: bytes }]))).toEqual([
      expect.objectContaining({ name: "sample", version: "1.0", supplier: "Café", line: 5 }),
    ]);
  });

  it.each([
    ["http://www.apache.org/licenses/LICENSE-2.0.txt", ["http://www.apache.org/licenses/LICENSE-2.0.txt"]],
    ['Apache-2.0;link="https://x/y,z"', ["Apache-2.0"]],
    ["Apache License, Version 2.0", ["Apache License, Version 2.0"]],
    ['"EPL-2.0";link="x", MIT', ["EPL-2.0", "MIT"]],
    ["<<EXTERNAL>>", undefined],
    ["x".repeat(200), undefined],
  ])("Bundle-License %s", (license, want) => {
    const content = `Implementation-Title: a\nImplementation-Version: 1\nBundle-License: ${license}\n`;
    expect(found("a-1.jar", writeZip([{ name: MANIFEST, content }]))[0]?.licenses).toEqual(want);
  });
});
