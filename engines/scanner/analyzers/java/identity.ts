// SPDX-License-Identifier: Apache-2.0
/**
 * Who an archive without Maven metadata of its own is, by its manifest and its file name. No manifest attribute means
 * "Maven group": vendor ids and symbolic names are close to it and often not it (`org.apache`, `org.apache.tomcat-coyote`),
 * so a group is given only where independent attributes and the file name agree on it to the letter.
 */
import { coordinates, isId, isVersion } from "./coordinates.ts";
import { splitStem, type NameVersion } from "./file-name.ts";
import type { FactBasis } from "../../types.ts";
import type { Manifest } from "./manifest.ts";

export interface Identity {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  /** Of the manifest, where it states the version. */
  readonly line?: number;
  /** Not set where the manifest states all that is given. */
  readonly basis?: FactBasis;
}

export function identify(stem: string, manifest: Manifest): Identity | undefined {
  const split = splitStem(stem, (version) => statedLine(manifest, version) !== undefined);
  return stated(split, manifest) ?? (split ? fromFileName(split, manifest) : fromManifest(stem, manifest));
}

/** Jenkins plugins state all three; others count only where the file name agrees. */
function stated(split: NameVersion | undefined, manifest: Manifest): Identity | undefined {
  const text = (name: string): string | undefined => manifest.get(name)?.value;
  const plugin = coordinates(
    text("group-id"),
    text("artifact-id") ?? text("short-name"),
    text("plugin-version")?.split(" ", 1)[0],
  );
  const line = (name: string): { line?: number } => {
    const found = manifest.get(name)?.line;
    return found === undefined ? {} : { line: found };
  };
  if (plugin !== undefined)
    return { group: plugin.group, name: plugin.artifact, version: plugin.version, ...line("plugin-version") };
  if (split === undefined) return undefined;
  const { version } = split;
  const title = text("implementation-title") ?? "";
  const [, group, name] = /^([^#;]+)#([^#;]+);[^#;]+$/.exec(title) ?? [];
  if (group !== undefined && name !== undefined && isId(group)) {
    const isNamed = title.endsWith(`;${version}`) && fileNames(group, name).includes(split.name);
    return isNamed ? { group, name, version, ...line("implementation-title") } : undefined;
  }
  const vendor = text("implementation-vendor-id") ?? "";
  const agrees =
    fileNames(vendor, title).includes(split.name) &&
    text("implementation-version") === version &&
    symbolicName(manifest) === `${vendor}.${title}`;
  return agrees && isId(vendor) && isId(title) && vendor.includes(".")
    ? { group: vendor, name: title, version, ...line("implementation-version") }
    : undefined;
}

/** How builds name the file of an artifact, before the version: Quarkus and ears put the group in front. */
export const fileNames = (group: string, artifact: string): readonly string[] => [
  artifact,
  `${group}.${artifact}`,
  `${group}-${artifact}`,
];

function fromFileName({ name, version }: NameVersion, manifest: Manifest): Identity | undefined {
  if (!isId(name) || !isVersion(version)) return undefined;
  const line = statedLine(manifest, version);
  const title = manifest.get("implementation-title")?.value ?? "";
  const isPrefixed = isId(title) && (name.endsWith(`.${title}`) || name.endsWith(`-${title}`));
  if (line !== undefined && name.includes(".") && isPrefixed) return { name: title, version, line };
  return line !== undefined && namesOf(manifest).some((given) => agree(name, given))
    ? { name, version, line }
    : { name, version, basis: "file-name" };
}

/** Titles that a build took for the artifact. */
const PACKAGINGS = new Set(["ear", "jar", "war"]);

/** The file name has no version: the manifest must state one, and a name that can be an artifact's. */
function fromManifest(stem: string, manifest: Manifest): Identity | undefined {
  const found = [manifest.get("implementation-version"), manifest.get("bundle-version")].find(
    (attribute) => attribute !== undefined && /^v?\d/.test(attribute.value) && isVersion(attribute.value),
  );
  if (found === undefined) return undefined;
  const given = [symbolicName(manifest), manifest.get("implementation-title")?.value];
  const names = [...(namesOf(manifest).some((each) => agree(stem, each)) ? [stem] : []), ...given];
  const name = names.find((each) => each !== undefined && isId(each) && !PACKAGINGS.has(each));
  return name === undefined ? undefined : { name, version: found.value, line: found.line };
}

const NAMES = [
  "implementation-title",
  "bundle-name",
  "automatic-module-name",
  "specification-title",
  "short-name",
] as const;

function namesOf(manifest: Manifest): string[] {
  return [symbolicName(manifest), ...NAMES.map((name) => manifest.get(name)?.value)].filter(
    (name) => name !== undefined,
  );
}

/** Without directives: `a.b;singleton:=true`. */
export function symbolicName(manifest: Manifest): string | undefined {
  return manifest.get("bundle-symbolicname")?.value.split(";", 1)[0]?.trim();
}

/** `spring-core` agrees with `spring.core`, `Spring Core` and `org.springframework.spring-core`. */
function agree(name: string, given: string): boolean {
  const [a, b] = [letters(name), letters(given)];
  return a.length > 1 && b.endsWith(a);
}

const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Line of the attribute that states this version, as text or as OSGi writes it. */
export function statedLine(manifest: Manifest, version: string): number | undefined {
  const [implementation, bundle] = [manifest.get("implementation-version"), manifest.get("bundle-version")];
  if (implementation && sameVersion(implementation.value, version)) return implementation.line;
  return bundle && sameVersion(bundle.value, version) ? bundle.line : undefined;
}

/** Equal as numbers with the same qualifier; a build's mark behind a blank does not count. */
function sameVersion(attribute: string, version: string): boolean {
  const text = attribute.split(" ", 1)[0] ?? "";
  return text === version || osgi(text) === osgi(version);
}

/** `31.1-jre` as OSGi writes it: three numbers, then the rest: `31.1.0.jre`. */
function osgi(version: string): string {
  const [numbers = ""] = /^\d+(?:\.\d+)*/.exec(version) ?? [];
  const parts = numbers.split(".");
  while (parts.length < 3) parts.push("0");
  const rest = version
    .slice(numbers.length)
    .replace(/^[.-]/, "")
    .replace(/^(?:RELEASE|v\d.*)$/, "");
  return [...parts, ...(rest === "" ? [] : [rest])].join(".").replaceAll("-", ".");
}
