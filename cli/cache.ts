// SPDX-License-Identifier: Apache-2.0
/** Where the command keeps layer facts and imported advisories: XDG base directory specification, version 0.8. */
import { homedir } from "node:os";
import { join } from "node:path";

export const cacheDirOption = [
  "--cache-dir <dir>",
  "folder of cached layer facts and advisories (default: stellaops in $XDG_CACHE_HOME or ~/.cache)",
] as const;

export function cacheDir(given: string | undefined): string {
  if (given !== undefined) return given;
  const base = process.env["XDG_CACHE_HOME"];
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "stellaops");
}

export const fragmentsIn = (cache: string): string => join(cache, "fragments");
export const fileFactsIn = (cache: string): string => join(cache, "files");
export const advisoriesIn = (cache: string): string => join(cache, "advisories");
