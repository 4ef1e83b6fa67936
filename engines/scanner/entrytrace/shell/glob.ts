// SPDX-License-Identifier: Apache-2.0
/** Pathname expansion over the files that are known; a pattern that matches none stays as it is, as in a shell. */
import type { Budget } from "../budget.ts";
import { absolute, rootPath } from "../places.ts";
import type { RootFiles } from "../types.ts";
import { isKnown } from "../unknown.ts";
import { hasWildcard, matches, unescapePattern } from "./pattern.ts";

/** Names that one pattern may stand for. */
const MAX_MATCHES = 512;

/** Names that match, sorted; undefined where none does. */
export function glob(
  pattern: string,
  workingDir: string,
  files: RootFiles,
  budget: Budget,
): string[] | undefined {
  if (!isKnown(pattern) || !isKnown(workingDir)) return undefined;
  let found = [pattern.startsWith("/") ? "/" : ""];
  const segments = pattern.split("/").filter((segment) => segment !== "");
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    found = found.flatMap((folder) => {
      if (!hasWildcard(segment)) return [folder + unescapePattern(segment) + (isLast ? "" : "/")];
      return namesIn(folder, segment, workingDir, files, budget).map(
        (name) => folder + name + (isLast ? "" : "/"),
      );
    });
    if (found.length === 0 || found.length > MAX_MATCHES) return undefined;
  }
  return found.filter((name) => exists(name, workingDir, files));
}

function namesIn(
  folder: string,
  pattern: string,
  workingDir: string,
  files: RootFiles,
  budget: Budget,
): string[] {
  const isHidden = pattern.startsWith(".");
  return files.list(rootPath(folder, workingDir)).filter((name) => {
    budget.spend();
    return name.startsWith(".") === isHidden && matches(name, pattern, budget) === true;
  });
}

function exists(name: string, workingDir: string, files: RootFiles): boolean {
  const path = absolute(name, workingDir).slice(1);
  return files.find(path) !== undefined || files.list(path).length > 0 || isListed(path, files);
}

function isListed(path: string, files: RootFiles): boolean {
  const slash = path.lastIndexOf("/");
  return files.list(path.slice(0, Math.max(slash, 0))).includes(path.slice(slash + 1));
}
