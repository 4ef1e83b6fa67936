// SPDX-License-Identifier: Apache-2.0
/**
 * Where an interpreter keeps the native modules of its own standard library. It opens them by name, so its binary does not
 * name them: Python's `ssl` is the one that needs OpenSSL, and Java's virtual machine is one itself.
 * Sources: https://docs.python.org/3/using/unix.html#python-related-paths-and-files; JEP 220, "Runtime image structure"
 */
import type { EntryTerminal } from "../entrytrace/index.ts";
import { baseName, directoryOf } from "../layer/paths.ts";

const PYTHON = /^python3\.\d+/;
/** Folders of a whole system: what is in their `lib` is not the runtime's alone. */
const SHARED: ReadonlySet<string> = new Set(["", "usr", "usr/local"]);

/** Folders; those that are not there do no harm. */
export function runtimeModuleFolders({ kind, path }: EntryTerminal): readonly string[] {
  const prefix = directoryOf(directoryOf(path));
  if (kind === "java") return SHARED.has(prefix) ? [] : [`${prefix}/lib`];
  const version = PYTHON.exec(baseName(path))?.[0];
  if (kind !== "python" || version === undefined) return [];
  const within = prefix === "" ? "" : `${prefix}/`;
  return ["lib", "lib64"].map((lib) => `${within}${lib}/${version}/lib-dynload`);
}
