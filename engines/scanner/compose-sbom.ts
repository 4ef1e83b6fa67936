// SPDX-License-Identifier: Apache-2.0
/** Fragments of an image's layers composed to one SBOM. Pure: same layers, same SBOM, whatever order they were read in. */
import { byKey } from "#lib/compare.ts";
import type { ResolvedImage } from "#lib/oci/types.ts";
import { baseOf, type KnownImage } from "./compose/base-image.ts";
import { binaryDrafts } from "./compose/binaries.ts";
import { Claims, isManaged } from "./compose/claims.ts";
import { DependencyGraph, type Node } from "./compose/dependencies.ts";
import { MAX_COMPONENTS, byPurlAndPlace, packageDrafts, type Draft } from "./compose/draft.ts";
import { Omissions } from "./layer/omissions.ts";
import { isOsPackage, tryPurlOf } from "./compose/purl-of.ts";
import { RootView, type VisibleFile } from "./compose/root-view.ts";
import { rootFiles } from "./compose/scene.ts";
import { distroOf, licensesOf } from "./compose/system.ts";
import { traceEntry, type EntryTrace } from "./entrytrace/index.ts";
import { scanErrors } from "./errors.ts";
import type { Fragment } from "./facts.ts";
import type { Component, Distro, Omission, RemovedComponent, Sbom } from "./types.ts";
import { usageGaps } from "./usage/usage-gaps.ts";
import { usageOf, type Usage } from "./usage/usage.ts";
import { usageView } from "./usage/usage-view.ts";

export type ComposedFrom = Pick<ResolvedImage, "imageDigest" | "platform" | "layers" | "config">;

export interface ComposeOptions {
  /** Images that this one may be built on. */
  readonly bases?: readonly KnownImage[];
}

/** @param fragments one a layer, bottom first. @throws FRAGMENT_MISMATCH when they are not those of the image's layers. */
/** Files named for their packages without a name; the rest is counted. */
const MAX_NAMELESS = 20;

export function composeSbom(
  image: ComposedFrom,
  fragments: readonly Fragment[],
  { bases = [] }: ComposeOptions = {},
): Sbom {
  const view = viewOf(image, fragments);
  const files = view.files();
  const distro = distroOf(view);
  const root = rootFiles(view, fragments);
  const nameless = new Omissions(MAX_NAMELESS);
  const packages = packageDrafts(files, {
    layers: image.layers,
    distro,
    exists: (path) => root.kindOf(path) !== "absent",
    onNameless: (path, { type, name }) =>
      nameless.add({
        code: "PACKAGE_NAME_INVALID",
        message: `a ${type} package is named ${JSON.stringify(name.slice(0, 100))}`,
        path,
      }),
    licenses: licensesOf(view, files),
  });
  view.omissions.push(...nameless.all());
  if (packages.length >= MAX_COMPONENTS) {
    const message = `at most ${MAX_COMPONENTS} components are kept`;
    view.omissions.push({ code: "LIMIT_COMPONENTS", message });
  }
  const claims = new Claims(view, files, packages, askedPaths(files, packages));
  const drafts = [
    ...packages
      .map((draft) => withOwner(draft, claims))
      .filter(({ component }) => !isOwnedRuntime(component)),
    ...binaryDrafts(files, claims, image.layers),
  ];
  const nodes = nodesOf(drafts.sort(byPurlAndPlace));
  const graph = new DependencyGraph(nodes, view);
  const entryTrace = traceEntry(image.config, root);
  const usage = usageIn(entryTrace, { view, claims, graph, nodes, drafts });
  const components = nodes.map((node, index) => finished(node, graph, usage.reasons.get(index)));
  if (graph.isCut) {
    view.omissions.push({
      code: "LIMIT_DEPENDENCIES",
      message: "the packages require more than is resolved",
    });
  }
  if (usage.isCut) {
    view.omissions.push({ code: "LIMIT_USAGE", message: "the program may use more than was followed" });
  }
  const omissions = omissionsOf(view, fragments, components, distro);
  const gaps = usageGaps(usage, omissions, entryTrace);
  const removed = removedOf(view, distro);
  const diffIds = image.layers.map(({ diffId }) => diffId);
  const base = baseOf(diffIds, image.config.labels, bases);
  return {
    imageDigest: image.imageDigest,
    platform: image.platform,
    ...(distro ? { distro } : {}),
    layers: image.layers.map(({ digest, diffId, size }) => ({ digest, diffId, size })),
    components,
    ...(removed.length === 0 ? {} : { removed }),
    ...(base ? { base } : {}),
    entryTrace,
    ...(gaps.length === 0 ? {} : { usageGaps: gaps }),
    omissions,
    analyzers: versions(fragments),
  };
}

function viewOf({ layers }: ComposedFrom, fragments: readonly Fragment[]): RootView {
  const view = new RootView();
  for (const [index, layer] of layers.entries()) {
    const fragment = fragments[index];
    if (fragment?.diffId !== layer.diffId) {
      throw scanErrors.make("FRAGMENT_MISMATCH", `the fragment of layer ${index} is not of ${layer.diffId}`);
    }
    view.apply(fragment, index);
  }
  return view;
}

/** Paths whose owner may be asked for: evidence of language packages, and all that a program may load or run. */
function askedPaths(files: readonly VisibleFile[], drafts: readonly Draft[]): Set<string> {
  const paths = new Set<string>();
  for (const { path, component } of drafts) if (!isOsPackage(component.type)) paths.add(path);
  for (const { path, facts } of files) {
    if (facts.some(({ binary, script }) => binary !== undefined || script !== undefined)) paths.add(path);
  }
  return paths;
}

function withOwner(draft: Draft, claims: Claims): Draft {
  const { type } = draft.component;
  const owner = isManaged(type) ? undefined : claims.manager(draft.path);
  return owner ? { ...draft, component: { ...draft.component, ownedBy: owner.component.purl } } : draft;
}

/** A runtime that a package manager put there is that manager's package already. */
const isOwnedRuntime = ({ type, ownedBy }: Draft["component"]): boolean =>
  type === "generic" && ownedBy !== undefined;

/** Sorted drafts with their references; a purl that stands twice gets the place behind it. */
function nodesOf(drafts: readonly Draft[]): Node[] {
  const counts = new Map<string, number>();
  for (const { component } of drafts) counts.set(component.purl, (counts.get(component.purl) ?? 0) + 1);
  return drafts.map(({ component, fact }) => {
    const [place] = component.evidence;
    const at = place?.inner === undefined ? (place?.path ?? "") : `${place.path}!/${place.inner}`;
    const bomRef =
      fact === undefined && component.sha256 !== undefined
        ? `bin:${component.sha256}`
        : counts.get(component.purl) === 1
          ? component.purl
          : `${component.purl}#${at}`;
    return { component: { bomRef, ...component }, fact };
  });
}

interface Composed {
  readonly view: RootView;
  readonly claims: Claims;
  readonly graph: DependencyGraph;
  readonly nodes: readonly Node[];
  /** In the order of nodes. */
  readonly drafts: readonly Draft[];
}

function usageIn(trace: EntryTrace, { view, claims, graph, nodes, drafts }: Composed): Usage {
  const byFact = new Map(nodes.flatMap((node) => (node.fact ? [[node.fact, node] as const] : [])));
  const nodeOf = (draft: Draft | undefined): Node | undefined => draft?.fact && byFact.get(draft.fact);
  const draftOf = new Map(nodes.map((node, index) => [node, drafts[index]] as const));
  return usageOf(
    trace,
    usageView({
      view,
      claims,
      graph,
      nodes,
      ownerOf: (path) => nodeOf(claims.owner(path)),
      contentsOf: (node) => claims.contentsOf(draftOf.get(node)),
    }),
  );
}

function finished(node: Node, graph: DependencyGraph, reason: string | undefined): Component {
  const dependsOn = [...new Set(graph.requiredBy(node).map(({ component }) => component.bomRef))];
  return {
    ...node.component,
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(reason === undefined ? {} : { usedByEntrypoint: reason }),
  };
}

function removedOf(view: RootView, distro: Distro | undefined): RemovedComponent[] {
  return view.removed.flatMap(({ fact, path, since, removedIn }) => {
    const purl = tryPurlOf(fact, distro);
    return purl === undefined ? [] : [{ purl, path, addedIn: since, removedIn }];
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
