// SPDX-License-Identifier: Apache-2.0
/**
 * Assemblies in the global assembly caches of the .NET Framework, whose folders are their identity.
 * Source: https://learn.microsoft.com/dotnet/framework/app-domains/gac
 */
import type { PackageFact } from "../../facts.ts";
import { directoryOf } from "../../layer/paths.ts";

/** `GAC_MSIL/NAME/[vRUNTIME_]VERSION_CULTURE_TOKEN/NAME.dll`, culture empty for an assembly that is no translation. */
const ASSEMBLY =
  /\/assembly\/GAC(_[A-Za-z0-9]+)?\/([^/]+)\/(?:v[\d.]+_)?(\d+(?:\.\d+){3})__[0-9a-f]{16}\/([^/]+)\.(?:dll|exe)$/i;
/** `GAC_64` is of whatever 64-bit processor Windows runs on. */
const PROCESSORS: ReadonlyMap<string, string> = new Map([
  ["_MSIL", "msil"],
  ["_32", "x86"],
]);

export const isGlobalAssembly = (path: string): boolean => fromPath(path) !== undefined;

export function globalAssembly(path: string): PackageFact | undefined {
  const found = fromPath(path);
  if (found === undefined) return undefined;
  const architecture = PROCESSORS.get(found.cache.toUpperCase());
  return {
    type: "generic",
    namespace: "windows",
    name: found.name,
    version: found.version,
    ...(architecture === undefined ? {} : { architecture }),
    contents: [directoryOf(path)],
  };
}

function fromPath(path: string): { cache: string; name: string; version: string } | undefined {
  const [, cache = "", name, version, file] = ASSEMBLY.exec(path) ?? [];
  if (name === undefined || version === undefined || file?.toLowerCase() !== name.toLowerCase())
    return undefined;
  return { cache, name, version };
}
