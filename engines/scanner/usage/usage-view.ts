// SPDX-License-Identifier: Apache-2.0
/** The composed image as the usage closure sees it: files, owners, packages and what they require. */
import { byText } from "#lib/compare.ts";
import type { Claims } from "../compose/claims.ts";
import type { DependencyGraph, Node } from "../compose/dependencies.ts";
import { factOf } from "../compose/draft.ts";
import type { RootView } from "../compose/root-view.ts";
import type { EntryPath } from "../entrytrace/index.ts";
import { configuredFolders } from "./library-search.ts";
import { javaPackages } from "./java-packages.ts";
import { nodePackages } from "./node-packages.ts";
import { pythonPackages } from "./python-packages.ts";
import { atOrUnder } from "./sorted-paths.ts";
import type { Reference, UsageView } from "./usage.ts";

/** What the parts of the closure ask of a composed image. */
export interface ComposedImage {
  readonly view: RootView;
  readonly claims: Claims;
  readonly graph: DependencyGraph;
  /** Components in the SBOM's order. */
  readonly nodes: readonly Node[];
  /** The node of the package that a path belongs to. */
  readonly ownerOf: (path: string) => Node | undefined;
  readonly contentsOf: (node: Node) => readonly string[];
  /** Called by a search that a limit ends. */
  readonly onCut?: () => void;
}

/** A package that is used, and why. */
export interface UsedPackage {
  readonly node: Node;
  readonly reason: string;
}

export function usageView(image: ComposedImage): UsageView {
  const { view, nodes } = image;
  const references = new Map(nodes.map((node, index) => [node, index] as const));
  const byPath = new Map<string, Reference[]>();
  for (const [index, { component }] of nodes.entries()) {
    for (const { path } of component.evidence) {
      const known = byPath.get(path);
      if (known) known.push(index);
      else byPath.set(path, [index]);
    }
  }
  const reference = (node: Node | undefined): Reference[] => {
    const found = node && references.get(node);
    return found === undefined ? [] : [found];
  };
  let binaries: readonly string[] | undefined;
  let isCut = false;
  const searched: ComposedImage = { ...image, onCut: () => void (isCut = true) };
  return {
    isCut: () => isCut,
    find: (path) => {
      const file = view.find(path);
      const binary = factOf(file, "binary");
      return file && binary ? { path: file.path, binary } : undefined;
    },
    configured: configuredFolders(
      (path) => factOf(view.find(path), "loader"),
      (folder) => view.namesIn(view.links.follow(folder) ?? folder),
    ),
    preloaded: factOf(view.find("etc/ld.so.preload"), "loader") ?? [],
    binariesUnder(path) {
      binaries ??= view
        .files()
        .flatMap((file) => (factOf(file, "binary") ? [file.path] : []))
        .sort(byText);
      return [...atOrUnder(binaries, path)];
    },
    componentsOf: (path) => [...new Set([...reference(image.ownerOf(path)), ...(byPath.get(path) ?? [])])],
    contentsOf: (index) => {
      const node = nodes[index];
      return node ? image.contentsOf(node) : [];
    },
    languagePackages: (way) =>
      languagePackages(way, searched).flatMap(({ node, reason }) =>
        reference(node).map((found) => ({ reference: found, reason })),
      ),
  };
}

function languagePackages({ terminal }: EntryPath, image: ComposedImage): readonly UsedPackage[] {
  if (terminal === undefined) return [];
  switch (terminal.kind) {
    case "node":
      return withRequired(nodePackages(terminal, image), image.graph);
    case "python":
      return withRequired(pythonPackages(terminal, image), image.graph);
    case "java":
      return javaPackages(terminal, image);
    case "dotnet":
    case "native":
    case "php":
    case "ruby":
    case "script":
      return [];
  }
}

/** Adds what the packages require, and what that requires, each with the first that asked for it. */
function withRequired(first: readonly UsedPackage[], graph: DependencyGraph): readonly UsedPackage[] {
  const found = new Map<Node, UsedPackage>();
  const queue: UsedPackage[] = [];
  const add = (used: UsedPackage): void => {
    if (found.has(used.node)) return;
    found.set(used.node, used);
    queue.push(used);
  };
  for (const used of first) add(used);
  for (let used = queue.shift(); used; used = queue.shift()) {
    const { name, version } = used.node.component;
    for (const node of graph.requiredBy(used.node)) add({ node, reason: `required by ${name} ${version}` });
  }
  return [...found.values()];
}
