// SPDX-License-Identifier: Apache-2.0
/** Archives and runtimes of Maven and the JDK; origin: testdata/java/README.md. */
import { describe, expect, it } from "vitest";
import { writeZip, type ZipFile } from "#lib/zip/testing/write-zip.ts";
import { analyzeFile } from "../testing/images.ts";
import { java } from "./java.ts";
import { found, MANIFEST, real, short } from "./java/testing/archives.ts";

const PLAIN = "org.stellaops.samples:plain:1.4.2";
const POM = "META-INF/maven/org.stellaops.samples";
const JSR305 = "META-INF/maven/com.google.code.findbugs/jsr305/pom.properties";

describe("language/java, archives of real builds", () => {
  it("tells all of a plain jar", () => {
    expect(analyzeFile(java, "app/plain-1.4.2.jar", real("plain-1.4.2.jar"))).toEqual({
      packages: [
        {
          type: "maven",
          namespace: "org.stellaops.samples",
          name: "plain",
          version: "1.4.2",
          requires: ["javax.inject:javax.inject", "org.apiguardian:apiguardian-api"],
          inner: `${POM}/plain/pom.properties`,
          line: 3,
          sha256: "8f5d4d48e883a0013f0470949ff0f8486029c4d3f10741eafeceebc4b3686e44",
        },
      ],
    });
  });

  it.each([
    { file: "nometa-2.0.1.jar", want: ["?:nometa:2.0.1 file-name"] },
    {
      file: "shaded-1.4.2.jar",
      want: [
        `org.stellaops.samples:shaded:1.4.2 ${POM}/shaded/pom.properties`,
        `${PLAIN} ${POM}/plain/pom.properties`,
        `com.google.code.findbugs:jsr305:3.0.2 ${JSR305}`,
      ],
    },
    {
      file: "boot-1.4.2.jar",
      want: [
        `org.stellaops.samples:boot:1.4.2 ${POM}/boot/pom.properties`,
        `org.apiguardian:apiguardian-api:1.1.2 BOOT-INF/lib/apiguardian-api-1.1.2.jar!/${MANIFEST} known-artifact`,
        "javax.inject:javax.inject:1 BOOT-INF/lib/javax.inject-1.jar file-name",
        `com.google.code.findbugs:jsr305:3.0.2 BOOT-INF/lib/jsr305-3.0.2.jar!/${JSR305}`,
        `${PLAIN} BOOT-INF/lib/plain-1.4.2.jar!/${POM}/plain/pom.properties`,
        `org.springframework.boot:spring-boot-jarmode-layertools:2.7.18 BOOT-INF/lib/spring-boot-jarmode-layertools-2.7.18.jar!/${MANIFEST} known-artifact`,
      ],
    },
    {
      file: "web-1.4.2.war",
      want: [
        `org.stellaops.samples:web:1.4.2 ${POM}/web/pom.properties`,
        `org.apiguardian:apiguardian-api:1.1.2 WEB-INF/lib/apiguardian-api-1.1.2.jar!/${MANIFEST} known-artifact`,
        "javax.inject:javax.inject:1 WEB-INF/lib/javax.inject-1.jar file-name",
        `com.google.code.findbugs:jsr305:3.0.2 WEB-INF/lib/jsr305-3.0.2.jar!/${JSR305}`,
        `${PLAIN} WEB-INF/lib/plain-1.4.2.jar!/${POM}/plain/pom.properties`,
      ],
    },
    {
      file: "enterprise-1.4.2.ear",
      want: [
        `org.stellaops.samples:enterprise:1.4.2 ${POM}/enterprise/pom.properties`,
        "?:javax.inject-javax.inject:1 lib/javax.inject-javax.inject-1.jar file-name",
        `org.apiguardian:apiguardian-api:1.1.2 lib/org.apiguardian-apiguardian-api-1.1.2.jar!/${MANIFEST} known-artifact`,
        `${PLAIN} lib/org.stellaops.samples-plain-1.4.2.jar!/${POM}/plain/pom.properties`,
        `org.stellaops.samples:web:1.4.2 org.stellaops.samples-web-1.4.2.war!/${POM}/web/pom.properties`,
        `org.apiguardian:apiguardian-api:1.1.2 org.stellaops.samples-web-1.4.2.war!/WEB-INF/lib/apiguardian-api-1.1.2.jar!/${MANIFEST} known-artifact`,
        "javax.inject:javax.inject:1 org.stellaops.samples-web-1.4.2.war!/WEB-INF/lib/javax.inject-1.jar file-name",
        `com.google.code.findbugs:jsr305:3.0.2 org.stellaops.samples-web-1.4.2.war!/WEB-INF/lib/jsr305-3.0.2.jar!/${JSR305}`,
        `${PLAIN} org.stellaops.samples-web-1.4.2.war!/WEB-INF/lib/plain-1.4.2.jar!/${POM}/plain/pom.properties`,
      ],
    },
  ])("$file", ({ file, want }) => expect(found(`app/${file}`, real(file)).map(short)).toEqual(want));

  it("tells licence, supplier and hash of a nested jar", () => {
    const facts = found("app/boot-1.4.2.jar", real("boot-1.4.2.jar"));
    expect(facts.filter(({ name }) => name === "jsr305" || name === "apiguardian-api")).toEqual([
      {
        type: "maven",
        namespace: "org.apiguardian",
        name: "apiguardian-api",
        version: "1.1.2",
        inner: `BOOT-INF/lib/apiguardian-api-1.1.2.jar!/${MANIFEST}`,
        line: 18,
        basis: "known-artifact",
        supplier: "apiguardian.org",
        sha256: "b509448ac506d607319f182537f0b35d71007582ec741832a1f111e5b5b70b38",
      },
      {
        type: "maven",
        namespace: "com.google.code.findbugs",
        name: "jsr305",
        version: "3.0.2",
        licenses: ["The Apache Software License, Version 2.0"],
        inner: `BOOT-INF/lib/jsr305-3.0.2.jar!/${JSR305}`,
        line: 3,
        sha256: "766ad2a0783f2687962c8ad74ceecc38a28b9f72a2d085ee438b7813e928d0c7",
      },
    ]);
  });

  it("names what a renamed jar is by its descriptor", () =>
    expect(found("app.jar", real("plain-1.4.2.jar")).map(short)).toEqual([
      `${PLAIN} ${POM}/plain/pom.properties`,
    ]));

  it("keeps the class path of the outermost manifest, folded lines joined", () => {
    const names = Array.from({ length: 90 }, (_, index) => `lib/library-${index}.jar`);
    const folded = `Class-Path: ${names.join(" ")}`.replace(/(.{70})(?=.)/g, "$1\r\n ");
    const jar = (manifest: string, more: readonly ZipFile[] = []): Buffer =>
      writeZip([{ name: MANIFEST, content: `Manifest-Version: 1.0\r\n${manifest}\r\n` }, ...more]);
    const nested = { name: "lib/x.jar", content: jar("Class-Path: y.jar\r\n") };
    expect(analyzeFile(java, "app/run.jar", jar(folded, [nested]))?.classPath).toEqual(names);
    const many = jar(`Class-Path: ${"a ".repeat(5000)}\r\n`);
    expect(analyzeFile(java, "app/run.jar", many)).toMatchObject({
      classPath: Array.from({ length: 4096 }, () => "a"),
      problems: ["its Class-Path has 5000 entries; 4096 are kept"],
    });
    expect(analyzeFile(java, "a.jar", jar(`Class-Path: ${"a".repeat(300_000)}\r\n`))).toBeUndefined();
  });

  it("reads an unpacked descriptor", () => {
    const path = `srv/app/META-INF/maven/org.x/y/pom.properties`;
    const want = { type: "maven", namespace: "org.x", name: "y", version: "1", line: 4 };
    expect(found(path, "#Made\ngroupId = org.x\nartifactId:y\nversion=1\n")).toEqual([want]);
    expect(found(path, "groupId=org.x\nartifactId=y\nversion=${revision}\n")).toEqual([]);
  });

  it.each([
    {
      file: "debian-17.release",
      want: { name: "jre", version: "17.0.15+6-Debian-1deb12u1", supplier: "Debian", line: 2 },
    },
    {
      file: "temurin-25.release",
      want: { name: "jdk", version: "25.0.3+9-LTS", supplier: "Eclipse Adoptium", line: 3 },
    },
    { file: "jlink-17.release", want: { name: "jre", version: "17.0.15", line: 1 } },
  ])("$file is a runtime", ({ file, want }) =>
    expect(found("opt/java/release", real(file))).toEqual([{ type: "generic", ...want }]),
  );

  it.each([
    ["etc/release", "NAME=x\n"],
    ["opt/x/release", 'JAVA_VERSION=""\n'],
    ["opt/x/release", `${"#".repeat(70_000)}\nJAVA_VERSION="17"\n`],
    ["opt/x.sar", "sysstat"],
    ["opt/empty.jar", ""],
  ])("finds nothing in %s", (path, text) => expect(analyzeFile(java, path, text)).toBeUndefined());

  it.each(["a.jar", "x/A.JAR", "b.war", "c.ear", "d.hpi", "e.jpi", "f.par", "g.sar", "h.nar", "jre/release"])(
    "wants %s",
    (path) => expect(java.wants({ path, size: 1, mode: 0 })).toBe(true),
  );

  it.each(["a.zip", "jar", "a.jarx", "a.class", "release", "x/pom.properties", "x/release.txt", ""])(
    "does not want %s",
    (path) => expect(java.wants({ path, size: 1, mode: 0 })).toBe(false),
  );
});
