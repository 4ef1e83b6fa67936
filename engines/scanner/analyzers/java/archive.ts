// SPDX-License-Identifier: Apache-2.0
/**
 * Packages of one Java archive and of those inside it: each Maven descriptor under META-INF/maven, and the archive itself.
 * Source: Maven Archiver (META-INF/maven/GROUP/ARTIFACT/pom.properties), JAR File Specification. Classes are never inflated.
 */
import { digestOf, hexOf } from "#lib/digest.ts";
import type { ZipDirectory, ZipEntry } from "#lib/zip/index.ts";
import type { PackageFact } from "../../facts.ts";
import { descriptorsOf, isDescriptor, type Descriptor } from "./descriptors.ts";
import { stemOf } from "./file-name.ts";
import { identify, type Identity } from "./identity.ts";
import { ClassRoots, knownGroup } from "./known-artifacts.ts";
import { bundleLicenses } from "./licenses.ts";
import { readManifest, type Manifest } from "./manifest.ts";
import { ownDescriptor } from "./own-descriptor.ts";
import type { Walk } from "./walk.ts";

/** As much as any file that this analyzer reads. */
export const MAX_ARCHIVE = 512 * 1024 ** 2;
/** A signed jar names each class in its manifest. */
const MAX_MANIFEST = 16 * 1024 ** 2;
const MANIFEST = "META-INF/MANIFEST.MF";
/** Jars that one manifest names; the largest applications have some hundreds. */
const MAX_CLASS_PATH = 4096;
const EXTENSION_AT_MOST = 4;
const EXTENSIONS = new Set(["ear", "hpi", "jar", "jpi", "nar", "par", "sar", "war"]);

/** By its suffix, in any case. */
export function isArchiveName(path: string): boolean {
  const dot = path.length - EXTENSION_AT_MOST;
  return path.charCodeAt(dot) === 46 && EXTENSIONS.has(path.slice(dot + 1).toLowerCase());
}

export interface Place {
  /** File name, or entry name within the archive around it. */
  readonly name: string;
  /** Way inside to this archive; empty for the file itself. */
  readonly inner: string;
  readonly depth: number;
}

/** @throws ZIP_INVALID where the archive's own directory is damaged; what is wrong deeper down is noted in the walk. */
export function walkArchive(walk: Walk, bytes: Buffer, place: Place): void {
  const classes = new ClassRoots();
  const zip = walk.open(bytes, place.inner, (name) => {
    classes.add(name);
    return isDescriptor(name) || isManifest(name) || isArchiveName(name);
  });
  const manifest = manifestOf(walk, zip, place);
  if (place.depth === 0) walk.classPath = classPathOf(manifest, walk);
  const descriptors = descriptorsOf(walk, zip, (name) => within(place, name));
  const stem = stemOf(place.name);
  const own = ownDescriptor(descriptors, stem, manifest);
  const main = own === undefined ? withKnownGroup(identify(stem, manifest), classes) : undefined;
  const sha256 = (): string => hexOf(digestOf(bytes));
  if (own !== undefined)
    walk.add({ ...packageOf(own), ...vendorOf(manifest, own.licenses), sha256: sha256() });
  if (main !== undefined && !descriptors.some((each) => isSame(each, main)))
    walk.add({ ...mainPackage(main, manifest, place), sha256: sha256() });
  for (const each of descriptors) if (each !== own) walk.add(packageOf(each));
  for (const entry of zip.entries) if (isArchiveName(entry.name)) descend(walk, zip, entry, place);
}

/** Of published artifacts whose archives state name and version and leave the group out. */
function withKnownGroup(main: Identity | undefined, classes: ClassRoots): Identity | undefined {
  if (main === undefined || main.group !== undefined) return main;
  const group = knownGroup(main.name, main.version, classes);
  return group === undefined ? main : { ...main, group, basis: main.basis ?? "known-artifact" };
}

function descend(walk: Walk, zip: ZipDirectory, entry: ZipEntry, place: Place): void {
  const [inner, depth] = [within(place, entry.name), place.depth + 1];
  if (!walk.mayDescend(depth, inner)) return;
  walk.hold(zip, entry, inner, (content) => walkArchive(walk, content, { name: entry.name, inner, depth }));
}

const within = ({ inner }: Place, name: string): string => (inner === "" ? name : `${inner}!/${name}`);

const isManifest = (name: string): boolean =>
  name.length === MANIFEST.length && name.toUpperCase() === MANIFEST;

function manifestOf(walk: Walk, zip: ZipDirectory, place: Place): Manifest {
  const entry = zip.entries.findLast(({ name }) => isManifest(name));
  const bytes = entry && walk.readMetadata(zip, entry, within(place, entry.name), MAX_MANIFEST);
  return bytes === undefined ? new Map() : readManifest(bytes);
}

/** A class loader looks beside the archive, so what a nested one names leads nowhere. */
function classPathOf(manifest: Manifest, walk: Walk): readonly string[] {
  const entries = (manifest.get("class-path")?.value ?? "").split(" ").filter((entry) => entry !== "");
  if (entries.length > MAX_CLASS_PATH)
    walk.problem("", `its Class-Path has ${entries.length} entries; ${MAX_CLASS_PATH} are kept`);
  return entries.slice(0, MAX_CLASS_PATH);
}

function packageOf({ group, artifact, version, inner, line, licenses, requires }: Descriptor): PackageFact {
  return {
    type: "maven",
    namespace: group,
    name: artifact,
    version,
    ...(licenses.length === 0 ? {} : { licenses }),
    ...(requires.length === 0 ? {} : { requires }),
    inner,
    ...(line === undefined ? {} : { line }),
  };
}

function mainPackage(main: Identity, manifest: Manifest, place: Place): PackageFact {
  const { group, name, version, line, basis } = main;
  const inner = basis === "file-name" ? place.inner : within(place, MANIFEST);
  return {
    type: "maven",
    ...(group === undefined ? {} : { namespace: group }),
    name,
    version,
    ...(inner === "" ? {} : { inner }),
    ...(line === undefined ? {} : { line }),
    ...(basis === undefined ? {} : { basis }),
    ...vendorOf(manifest, []),
  };
}

/** What the manifest adds to the archive's main package. */
function vendorOf(manifest: Manifest, known: readonly string[]): { supplier?: string; licenses?: string[] } {
  const supplier = (manifest.get("implementation-vendor") ?? manifest.get("bundle-vendor"))?.value;
  const licenses = known.length > 0 ? [] : bundleLicenses(manifest.get("bundle-license")?.value ?? "");
  return {
    ...(supplier === undefined || supplier.includes("${") ? {} : { supplier }),
    ...(licenses.length === 0 ? {} : { licenses }),
  };
}

const isSame = ({ artifact, version }: Descriptor, main: Identity): boolean =>
  artifact === main.name && version === main.version;
