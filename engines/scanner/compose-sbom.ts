// SPDX-License-Identifier: Apache-2.0
/** Fragments of an image's layers composed to one SBOM. Pure: same layers, same SBOM, whatever order they were read in. */
import { byKey } from "#lib/compare.ts";
import type { LayerDescriptor, ResolvedImage } from "#lib/oci/types.ts";
import { ownersOf } from "./compose/owners.ts";
import { isOsPackage, namespaceOf, purlOf } from "./compose/purl-of.ts";
import { RootView, packageKey, type VisibleFile } from "./compose/root-view.ts";
import { scanErrors } from "./errors.ts";
import type { Fragment, Ownership, PackageFact } from "./facts.ts";
import type { Component, Distro, Evidence, Omission, Sbom } from "./types.ts";

/** Of one image; the rest is left out with an Omission. */
const MAX_COMPONENTS = 250_000;
const DISTRO_PATHS = ["etc/os-release", "usr/lib/os-release"];
const DOC = "usr/share/doc/";

/** @param fragments one a layer, bottom first. @throws FRAGMENT_MISMATCH when they are not those of the image's layers. */
export function composeSbom(
  image: Pick<ResolvedImage, "imageDigest" | "platform" | "layers">,
  fragments: readonly Fragment[],
): Sbom {
  const view = new RootView();
  for (const [index, layer] of image.layers.entries()) {
    const fragment = fragments[index];
    if (fragment?.diffId !== layer.diffId) {
      throw scanErrors.make("FRAGMENT_MISMATCH", `the fragment of layer ${index} is not of ${layer.diffId}`);
    }
    view.apply(fragment, index);
  }
  const files = view.files();
  const distro = distroOf(view);
  const drafts = componentsOf(files, image.layers, distro, licensesOf(view, files));
  if (drafts.length >= MAX_COMPONENTS) {
    view.omissions.push({
      code: "LIMIT_COMPONENTS",
      message: `at most ${MAX_COMPONENTS} components are kept`,
    });
  }
  const components = withRefs(withOwners(view, files, drafts));
  return {
    imageDigest: image.imageDigest,
    platform: image.platform,
    ...(distro ? { distro } : {}),
    layers: image.layers.map(({ digest, diffId, size }) => ({ digest, diffId, size })),
    components,
    omissions: omissionsOf(view, fragments, components, distro),
    analyzers: versions(fragments),
  };
}

function distroOf(view: RootView): Distro | undefined {
  for (const path of DISTRO_PATHS) {
    const found = view.file(path)?.facts.find(({ distro }) => distro)?.distro;
    if (found) return found;
  }
  return undefined;
}

/** Licences by OS package name; a documentation folder may be a link to another package's. */
function licensesOf(view: RootView, files: readonly VisibleFile[]): (name: string) => readonly string[] {
  const byFolder = new Map<string, readonly string[]>();
  for (const { facts } of files) {
    for (const { license } of facts) if (license) byFolder.set(DOC + license.package, license.licenses);
  }
  return (name) => byFolder.get(DOC + name) ?? byFolder.get(view.links.follow(DOC + name) ?? "") ?? [];
}

type Draft = Omit<Component, "bomRef">;

function componentsOf(
  files: readonly VisibleFile[],
  layers: readonly LayerDescriptor[],
  distro: Distro | undefined,
  licenses: (name: string) => readonly string[],
): Draft[] {
  const drafts: Draft[] = [];
  for (const { path, facts, since } of files) {
    const seen = new Set<string>();
    for (const fact of facts.flatMap(({ packages }) => packages ?? [])) {
      const key = packageKey(fact);
      if (seen.has(key)) continue;
      seen.add(key);
      const index = since.get(key) ?? 0;
      const layer = layers[index];
      if (layer && drafts.length < MAX_COMPONENTS)
        drafts.push(
          draftOf(fact, path, { index, diffId: layer.diffId, digest: layer.digest }, distro, licenses),
        );
    }
  }
  return drafts.sort(byKey(({ purl, evidence }) => `${purl}\0${evidence[0]?.path ?? ""}`));
}

function draftOf(
  fact: PackageFact,
  path: string,
  layer: Component["layer"],
  distro: Distro | undefined,
  licenses: (name: string) => readonly string[],
): Draft {
  const namespace = namespaceOf(fact, distro);
  const evidence: Evidence = {
    path,
    ...(fact.line === undefined ? {} : { line: fact.line }),
    ...(fact.offset === undefined ? {} : { offset: fact.offset }),
  };
  return {
    purl: purlOf(fact, distro),
    type: fact.type,
    ...(namespace === undefined ? {} : { namespace }),
    name: fact.name,
    version: fact.version,
    ...(fact.architecture === undefined ? {} : { architecture: fact.architecture }),
    licenses: fact.licenses ?? (fact.type === "deb" ? licenses(fact.name) : []),
    ...(fact.sourcePackage ? { sourcePackage: fact.sourcePackage } : {}),
    evidence: [evidence],
    layer,
  };
}

function withOwners(view: RootView, files: readonly VisibleFile[], drafts: readonly Draft[]): Draft[] {
  const paths = new Set(drafts.filter(({ type }) => !isOsPackage(type)).flatMap(evidencePaths));
  const records = files.flatMap(({ facts }) => facts.flatMap(({ ownership }) => ownership ?? []));
  const owners = ownersOf(paths, records, view.links);
  const purls = new Map<string, string>();
  for (const { type, name, architecture, purl } of drafts) {
    if (!isOsPackage(type)) continue;
    purls.set(ownerKey({ package: name, ...(architecture ? { architecture } : {}) }), purl);
    purls.set(ownerKey({ package: name }), purl);
  }
  return drafts.map((draft) => {
    const owner = isOsPackage(draft.type) ? undefined : owners.get(draft.evidence[0]?.path ?? "");
    const ownedBy = owner && purls.get(ownerKey(owner));
    return ownedBy === undefined ? draft : { ...draft, ownedBy };
  });
}

const evidencePaths = ({ evidence }: Draft): string[] => evidence.map(({ path }) => path);
const ownerKey = ({ package: name, architecture }: Pick<Ownership, "package" | "architecture">): string =>
  architecture === undefined ? name : `${name}:${architecture}`;

function withRefs(drafts: readonly Draft[]): Component[] {
  const counts = new Map<string, number>();
  for (const { purl } of drafts) counts.set(purl, (counts.get(purl) ?? 0) + 1);
  return drafts.map((draft) => {
    const isAlone = counts.get(draft.purl) === 1;
    return { bomRef: isAlone ? draft.purl : `${draft.purl}#${draft.evidence[0]?.path ?? ""}`, ...draft };
  });
}

function omissionsOf(
  view: RootView,
  fragments: readonly Fragment[],
  components: readonly Component[],
  distro: Distro | undefined,
): Omission[] {
  const ofLayers = fragments.flatMap(({ omissions, diffId }) =>
    omissions.map((omission) => ({ ...omission, diffId })),
  );
  const all: Omission[] = [...ofLayers, ...view.omissions];
  if (!distro && components.some(({ type }) => isOsPackage(type))) {
    all.push({
      code: "DISTRO_UNKNOWN",
      message: "no os-release: OS packages can't be matched to a distro's advisories",
    });
  }
  const sortKey = ({ code, diffId, path, analyzer, message }: Omission): string =>
    JSON.stringify([code, diffId ?? "", path ?? "", analyzer ?? "", message]);
  return [...new Map(all.map((omission) => [sortKey(omission), omission])).values()].sort(byKey(sortKey));
}

function versions(fragments: readonly Fragment[]): Record<string, number> {
  const all = fragments.flatMap(({ analyzers }) => Object.entries(analyzers));
  return Object.fromEntries(all.sort(byKey(([id]) => id)));
}
