// SPDX-License-Identifier: Apache-2.0
/** Short jars and short views of what is found in them, for the tests of Java archives. */
import { readFileSync } from "node:fs";
import { writeZip, type ZipFile } from "#lib/zip/testing/write-zip.ts";
import type { PackageFact } from "../../../facts.ts";
import { analyzeFile } from "../../../testing/images.ts";
import { java } from "../../java.ts";

export const MANIFEST = "META-INF/MANIFEST.MF";

/** A file of testdata/java. */
export const real = (name: string): Buffer =>
  readFileSync(new URL(`../../testdata/java/${name}`, import.meta.url));

export const found = (path: string, content: Buffer | string): readonly PackageFact[] =>
  analyzeFile(java, path, content)?.packages ?? [];

/** `group:name:version`, the inner path, and what is special; a group that is not known is `?`. */
export const short = ({ namespace, name, version, inner, basis }: PackageFact): string =>
  [`${namespace ?? "?"}:${name}:${version}`, inner, basis].filter((part) => part !== undefined).join(" ");

/** The one main package of a jar of this name with this manifest. */
export function main(file: string, manifest: string, more: readonly ZipFile[] = []): string[] {
  const content = manifest.replaceAll("\n", "\r\n");
  return found(`app/${file}`, writeZip([{ name: MANIFEST, content }, ...more])).map(short);
}

/** A descriptor as Maven Archiver writes it. */
export const pom = (group: string, artifact: string, version: string): ZipFile => ({
  name: `META-INF/maven/${group}/${artifact}/pom.properties`,
  content: `version=${version}\ngroupId=${group}\nartifactId=${artifact}\n`,
});
