// SPDX-License-Identifier: Apache-2.0
/** A root filesystem in memory, for tests of the trace and of what builds on it. */
import { byText } from "#lib/compare.ts";
import { analyzeFile } from "../../testing/images.ts";
import { script } from "../../analyzers/script.ts";
import type { BinaryFact } from "../../facts.ts";
import { absolute } from "../places.ts";
import type { EntryConfig, EntryFile, RootFiles } from "../types.ts";

/** `elf`, `jar`, or the text of an executable script; a symlink's target; a package.json. */
export type MemoryFile = string | { readonly link: string } | { readonly manifest: object };

const elf: BinaryFact = {
  format: "elf",
  architecture: "amd64",
  kind: "executable",
  sha256: "00".repeat(32),
  isStatic: false,
  needed: [],
};

/** Only the last segment of a path may be a link. */
export function memoryRoot(files: Readonly<Record<string, MemoryFile>>): RootFiles {
  const find = (path: string, followed = 0): EntryFile | undefined => {
    const content = Object.hasOwn(files, path) ? files[path] : undefined;
    if (content === undefined || followed > 10) return undefined;
    if (content === "elf") return { path, binary: elf };
    if (content === "jar") return { path, jar: true };
    if (typeof content === "string") {
      const fact = analyzeFile(script, path, content, { mode: 0o755 })?.script;
      return fact && { path, script: fact };
    }
    if ("link" in content) return find(absolute(content.link, `/${path}/..`).slice(1), followed + 1);
    return { path, manifest: { bin: {}, scripts: {}, requires: [], ...content.manifest } };
  };
  const list = (directory: string): string[] => {
    const prefix = directory === "" ? "" : `${directory}/`;
    const inside = Object.keys(files).filter((path) => path.startsWith(prefix));
    return [...new Set(inside.map((path) => path.slice(prefix.length).split("/")[0] ?? ""))].sort(byText);
  };
  return {
    find: (path) => find(path),
    list,
    kindOf: (path) => (find(path) ? "file" : path === "" || list(path).length > 0 ? "directory" : "absent"),
  };
}

export const entryConfig = (config: Partial<EntryConfig>): EntryConfig => ({
  entrypoint: [],
  cmd: [],
  env: [],
  workingDir: "",
  user: "",
  ...config,
});
