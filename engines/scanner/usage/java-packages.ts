// SPDX-License-Identifier: Apache-2.0
/**
 * Maven packages of a Java program: all that is in the archives that it is started with, nested ones too.
 * Source: https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html, "Standard Options for Java"
 */
import type { EntryTerminal } from "../entrytrace/index.ts";
import { directoryOf } from "../layer/paths.ts";
import type { ComposedImage, UsedPackage } from "./usage-view.ts";

export function javaPackages(
  terminal: EntryTerminal,
  { nodes, view }: ComposedImage,
): readonly UsedPackage[] {
  const archives = new Set<string>();
  const folders = new Set<string>();
  const entries = [
    ...(terminal.program === undefined ? [] : [terminal.program]),
    ...(terminal.classPath ?? classPathOf(terminal)),
  ];
  for (const entry of entries) {
    const path = entry.replace(/^\/+/, "");
    if (path.endsWith("/*") || path === "*") folders.add(directoryOf(path));
    else archives.add(view.links.follow(path) ?? path);
  }
  return nodes.flatMap((node) => {
    const path = node.component.evidence[0]?.path ?? "";
    if (node.component.type !== "maven") return [];
    if (archives.has(path)) return [{ node, reason: `in the started archive /${path}` }];
    return folders.has(directoryOf(path)) ? [{ node, reason: `on the class path: /${path}` }] : [];
  });
}

const classPathOf = ({ env }: EntryTerminal): readonly string[] =>
  (env["CLASSPATH"] ?? "").split(":").filter((entry) => entry !== "");
