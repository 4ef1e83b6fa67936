// SPDX-License-Identifier: Apache-2.0
/** Maven descriptors in an archive: META-INF/maven/GROUP/ARTIFACT/{pom.properties,pom.xml}, as Maven Archiver puts them. */
import type { ZipDirectory, ZipEntry } from "#lib/zip/index.ts";
import { coordinates, type Coordinates } from "./coordinates.ts";
import { readPomProperties } from "./pom-properties.ts";
import { readPom, type Pom } from "./pom-xml.ts";
import type { Walk } from "./walk.ts";

export interface Descriptor extends Coordinates {
  /** Of the file that states the coordinates. */
  readonly inner: string;
  readonly line?: number;
  readonly licenses: readonly string[];
  readonly requires: readonly string[];
}

const MAX_PROPERTIES = 64 * 1024;
const MAX_POM = 1024 ** 2;
/** Also behind WEB-INF/classes/ or BOOT-INF/classes/. */
const PATH = /(?:^|\/)META-INF\/maven\/[^/]+\/[^/]+\/pom\.(?:properties|xml)$/;

export const isDescriptor = (name: string): boolean =>
  (name.endsWith("/pom.properties") || name.endsWith("/pom.xml")) && PATH.test(name);

/** In directory order, each group, artifact and version once; what states no literal coordinates becomes a problem. */
export function descriptorsOf(walk: Walk, zip: ZipDirectory, within: (name: string) => string): Descriptor[] {
  const folders = new Map<string, { properties: ZipEntry[]; xml?: ZipEntry }>();
  for (const entry of zip.entries) {
    if (!isDescriptor(entry.name)) continue;
    const folder = entry.name.slice(0, entry.name.lastIndexOf("/"));
    const files = folders.get(folder) ?? { properties: [] };
    folders.set(folder, files);
    if (entry.name.endsWith(".xml")) files.xml = entry;
    else files.properties.push(entry);
  }
  const found = new Map<string, Descriptor>();
  for (const { properties, xml } of folders.values()) {
    const pom = xml && pomOf(walk, zip, xml, within(xml.name));
    for (const entry of properties.length > 0 ? properties : xml ? [xml] : []) {
      const descriptor = descriptorOf(walk, zip, entry, within(entry.name), pom);
      if (descriptor === undefined) continue;
      const key = `${descriptor.group}:${descriptor.artifact}:${descriptor.version}`;
      if (!found.has(key)) found.set(key, descriptor);
    }
  }
  return [...found.values()];
}

function pomOf(walk: Walk, zip: ZipDirectory, entry: ZipEntry, inner: string): Pom | undefined {
  const bytes = walk.readMetadata(zip, entry, inner, MAX_POM);
  return bytes && readPom(bytes.toString());
}

function descriptorOf(
  walk: Walk,
  zip: ZipDirectory,
  entry: ZipEntry,
  inner: string,
  pom: Pom | undefined,
): Descriptor | undefined {
  const { licenses = [], requires = [] } = pom ?? {};
  if (entry.name.endsWith(".xml")) {
    const stated = coordinates(pom?.group, pom?.artifact, pom?.version);
    return stated && { ...stated, inner, licenses, requires };
  }
  const bytes = walk.readMetadata(zip, entry, inner, MAX_PROPERTIES);
  if (bytes === undefined) return undefined;
  const stated = readPomProperties(bytes.toString());
  if (stated === undefined) walk.problem(inner, "states no literal group, artifact and version");
  return stated && { ...stated, inner, licenses, requires };
}
