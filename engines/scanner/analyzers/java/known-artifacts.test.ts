// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { writeZip } from "#lib/zip/testing/write-zip.ts";
import { analyzeFile } from "../../testing/images.ts";
import { java } from "../java.ts";

const MANIFEST = "META-INF/MANIFEST.MF";

/** `namespace:name@version (basis)` of an archive with a title, a version and some classes. */
function identityOf(file: string, title: string, version: string, ...classes: string[]): string {
  const manifest = `Manifest-Version: 1.0\r\nImplementation-Title: ${title}\r\nImplementation-Version: ${version}\r\n\r\n`;
  const content = writeZip([
    { name: MANIFEST, content: manifest },
    ...classes.map((name) => ({ name, content: "" })),
  ]);
  const [fact] = analyzeFile(java, file, content)?.packages ?? [];
  return `${fact?.namespace ?? "?"}:${fact?.name ?? ""}@${fact?.version ?? ""} (${fact?.basis ?? "stated"})`;
}

describe("groups of published artifacts", () => {
  it.each([
    [
      "spring-core-6.1.8.jar",
      "spring-core",
      "6.1.8",
      ["org/springframework/core/A.class"],
      "org.springframework:spring-core@6.1.8 (known-artifact)",
    ],
    [
      "hibernate-core-5.6.1.jar",
      "hibernate-core",
      "5.6.1",
      ["org/hibernate/A.class"],
      "org.hibernate:hibernate-core@5.6.1 (known-artifact)",
    ],
    [
      "hibernate-core-6.4.1.jar",
      "hibernate-core",
      "6.4.1",
      ["org/hibernate/A.class"],
      "org.hibernate.orm:hibernate-core@6.4.1 (known-artifact)",
    ],
    [
      "tomcat-embed-core-10.1.24.jar",
      "Apache Tomcat",
      "10.1.24",
      ["org/apache/A.class", "jakarta/servlet/B.class"],
      "org.apache.tomcat.embed:tomcat-embed-core@10.1.24 (file-name)",
    ],
    [
      "okio-3.0.0.jar",
      "okio",
      "3.0.0",
      ["okio/A.class", "META-INF/versions/9/okio/B.class", "module-info.class"],
      "com.squareup.okio:okio@3.0.0 (known-artifact)",
    ],
  ] as const)("%s", (file, title, version, classes, want) => {
    expect(identityOf(file, title, version, ...classes)).toBe(want);
  });

  it.each([
    ["somebody's own classes", ["org/springframework/A.class", "com/acme/B.class"]],
    ["a class in no package", ["org/springframework/A.class", "Main.class"]],
    ["no classes at all", []],
  ] as const)("are not given to an archive with %s", (_, classes) => {
    expect(identityOf("spring-core-6.1.8.jar", "spring-core", "6.1.8", ...classes)).toBe(
      "?:spring-core@6.1.8 (stated)",
    );
  });
});
