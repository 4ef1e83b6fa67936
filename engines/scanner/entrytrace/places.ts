// SPDX-License-Identifier: Apache-2.0
/** Paths as programs name them, and programs found by name: execvp(3). */
import type { EntryFile, RootFiles } from "./types.ts";

/** What runc and containerd take where the image config sets no PATH. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Absolute path of a name in a directory, without `.`, `..` and doubled slashes. */
export function absolute(name: string, workingDir: string): string {
  const kept: string[] = [];
  for (const segment of (name.startsWith("/") ? name : `${workingDir}/${name}`).split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") kept.pop();
    else kept.push(segment);
  }
  return `/${kept.join("/")}`;
}

/** The path as `RootFiles` takes it. */
export const rootPath = (name: string, workingDir: string): string => absolute(name, workingDir).slice(1);

export function fileAt(name: string, workingDir: string, files: RootFiles): EntryFile | undefined {
  return name === "" ? undefined : files.find(rootPath(name, workingDir));
}

export interface FoundProgram {
  readonly file: EntryFile;
  /** The absolute name under which it was found, links not followed. */
  readonly name: string;
}

/** The program that a name leads to: by PATH, or by the working directory where the name has a slash. */
export function findProgram(
  name: string,
  path: string,
  workingDir: string,
  files: RootFiles,
): FoundProgram | undefined {
  const candidates = name.includes("/")
    ? [name]
    : path.split(":").map((folder) => `${folder || "."}/${name}`);
  for (const candidate of name === "" ? [] : candidates) {
    const file = fileAt(candidate, workingDir, files);
    if (file && (file.binary ?? file.script ?? file.jar))
      return { file, name: absolute(candidate, workingDir) };
  }
  return undefined;
}
