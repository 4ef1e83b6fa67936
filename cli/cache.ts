// SPDX-License-Identifier: Apache-2.0
/** Where the command keeps layer facts, imported advisories and VEX: XDG base directory specification, version 0.8. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export const cacheDirOption = [
  "--cache-dir <dir>",
  "folder of cached layer facts, advisories and VEX (default: stellaops in $XDG_CACHE_HOME or ~/.cache)",
] as const;

export function cacheDir(given: string | undefined): string {
  if (given !== undefined) return given;
  const base = process.env["XDG_CACHE_HOME"];
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "stellaops");
}

export const fragmentsIn = (cache: string): string => join(cache, "fragments");
export const fileFactsIn = (cache: string): string => join(cache, "files");
export const advisoriesIn = (cache: string): string => join(keptIn(cache), "advisories");
export const vexIn = (cache: string): string => join(keptIn(cache), "vex");

/** A link to the folder of the kit that was imported last; it changes in one step, and what is kept with it. */
export const kitLinkIn = (cache: string): string => join(cache, "kit");
export const kitsIn = (cache: string): string => join(cache, "kits");

function keptIn(cache: string): string {
  const kit = kitLinkIn(cache);
  return existsSync(kit) ? kit : cache;
}
