// SPDX-License-Identifier: Apache-2.0
/** Packages of a CycloneDX document, whoever wrote it, in the form of the truth lists, with where each was seen. */
import { byText } from "#lib/compare.ts";
import { parsePurl, pypiName } from "#lib/purl/index.ts";
import { keyOf, type Package } from "./truth.ts";

export interface Found extends Package {
  /** Files named as evidence, sorted, without a leading slash. */
  readonly paths: readonly string[];
}

interface Component {
  readonly type?: string;
  readonly name?: string;
  readonly purl?: string;
  readonly properties?: readonly { readonly name: string; readonly value?: string }[];
  readonly evidence?: { readonly occurrences?: readonly { readonly location: string }[] };
  readonly components?: readonly Component[];
}

/** Where syft and trivy say in properties what CycloneDX has `evidence` for. */
const PATH_PROPERTY = /^(?:syft:location:\d+:path|aquasecurity:trivy:FilePath)$/;
const DISTRO_TYPES = new Set(["deb", "rpm", "apk"]);

/** Each package once, sorted. Components without a purl (files, the operating system, lock files) are no packages. */
export function foundIn(document: unknown): readonly Found[] {
  const byKey = new Map<string, { one: Package; paths: Set<string> }>();
  for (const component of flatten((document as { components?: readonly Component[] }).components ?? [])) {
    if (component.purl === undefined || component.type === "operating-system") continue;
    const one = packageOf(component.purl);
    const entry = byKey.get(keyOf(one)) ?? { one, paths: new Set<string>() };
    for (const path of pathsOf(component)) entry.paths.add(path.replace(/^\/+/, ""));
    byKey.set(keyOf(one), entry);
  }
  return [...byKey]
    .sort(([a], [b]) => byText(a, b))
    .map(([, { one, paths }]) => ({ ...one, paths: [...paths].sort(byText) }));
}

function* flatten(components: readonly Component[]): Generator<Component> {
  for (const component of components) {
    yield component;
    yield* flatten(component.components ?? []);
  }
}

function pathsOf({ properties = [], evidence }: Component): readonly string[] {
  const named = properties.filter(({ name }) => PATH_PROPERTY.test(name)).map(({ value = "" }) => value);
  return [...named, ...(evidence?.occurrences ?? []).map(({ location }) => location)];
}

/**
 * Names and versions in one form: an epoch that stands as a qualifier goes in front of the version, an epoch of 0 is none,
 * Go's leading `v` goes, and a Go module path that syft splits between name and subpath is put together again.
 */
export function packageOf(purl: string): Package {
  const { type, namespace, name, version = "", qualifiers = {}, subpath } = parsePurl(purl);
  if (DISTRO_TYPES.has(type)) return { type, name, version: withEpoch(version, qualifiers["epoch"]) };
  const own = namespace === undefined ? name : `${namespace}/${name}`;
  if (type === "golang") {
    const path = subpath === undefined ? own : `${own}/${subpath}`;
    return { type, name: path, version: version.replace(/^(?:v|go)(?=\d)/, "") };
  }
  return { type, name: type === "pypi" ? pypiName(own) : own, version };
}

function withEpoch(version: string, epoch: string | undefined): string {
  const whole = epoch === undefined || version.startsWith(`${epoch}:`) ? version : `${epoch}:${version}`;
  return whole.replace(/^0:/, "");
}
