// SPDX-License-Identifier: Apache-2.0
/**
 * npm packages that a Node program can load by declaration: those of the nearest package.json above it.
 * Source: https://nodejs.org/api/modules.html#all-together
 */
import { byText } from "#lib/compare.ts";
import { factOf } from "../compose/draft.ts";
import type { Node } from "../compose/dependencies.ts";
import type { EntryTerminal } from "../entrytrace/index.ts";
import { directoryOf } from "../layer/paths.ts";
import type { ComposedImage, UsedPackage } from "./usage-view.ts";

export function nodePackages(terminal: EntryTerminal, image: ComposedImage): readonly UsedPackage[] {
  const { program, workingDir } = terminal;
  const places = [...(program === undefined ? [] : [directoryOf(program)]), workingDir.replace(/^\/+/, "")];
  const found: UsedPackage[] = [];
  const own = program === undefined ? undefined : image.ownerOf(program);
  if (own?.component.type === "npm")
    found.push({ node: own, reason: `the entry point runs /${program ?? ""}` });
  for (const place of new Set(places)) found.push(...declared(place, image));
  if (found.length === 0 && program !== undefined) found.push(...loadable(directoryOf(program), image));
  return found;
}

/** Dependencies of the application's own manifest. */
function declared(place: string, { view, graph }: ComposedImage): UsedPackage[] {
  for (const folder of upward(place)) {
    const path = `${folder}${folder === "" ? "" : "/"}package.json`;
    const manifest = factOf(view.find(path), "manifest");
    if (manifest === undefined) continue;
    return manifest.requires.flatMap((name) => {
      const node = graph.npmFrom(folder, name);
      return node ? [{ node, reason: `dependency of /${path}` }] : [];
    });
  }
  return [];
}

/** Without a manifest nothing narrows it down: every package that the program could name. */
function loadable(place: string, { nodes }: ComposedImage): UsedPackage[] {
  const folders = upward(place).map((folder) => `${folder}${folder === "" ? "" : "/"}node_modules/`);
  const isNear = ({ component }: Node): boolean => {
    const path = component.evidence[0]?.path ?? "";
    return component.type === "npm" && folders.some((folder) => isDirectly(path, folder));
  };
  return nodes
    .filter(isNear)
    .sort((a, b) => byText(a.component.bomRef, b.component.bomRef))
    .map((node) => ({
      node,
      reason: `no package.json above /${place} says less: it can be loaded from there`,
    }));
}

/** `node_modules/NAME/package.json` or `node_modules/@SCOPE/NAME/package.json`. */
function isDirectly(path: string, nodeModules: string): boolean {
  if (!path.startsWith(nodeModules)) return false;
  const rest = path.slice(nodeModules.length).split("/");
  return rest.length === (rest[0]?.startsWith("@") === true ? 3 : 2);
}

/** The folder and those above it, the root last. */
function upward(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; at !== ""; at = directoryOf(at)) found.push(at);
  return [...found, ""];
}
