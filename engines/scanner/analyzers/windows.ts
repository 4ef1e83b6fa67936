// SPDX-License-Identifier: Apache-2.0
/**
 * Products, update packages and assemblies of a Windows image, whose layers hold the system drive as `Files/`.
 * They have no purl type of their own: `pkg:generic/windows/NAME@VERSION`.
 * Source: https://learn.microsoft.com/windows/win32/sbscs/, https://learn.microsoft.com/windows/win32/msi/
 */
import type { FileAnalyzer } from "../analyzer.ts";
import { manifestPackage, updatePackage } from "./windows/component-store.ts";
import { globalAssembly, isGlobalAssembly } from "./windows/global-assembly.ts";
import { msiProduct } from "./windows/msi.ts";

const DRIVE = "Files/";
const SYSTEM = "windows/";

type Kind = "manifest" | "update" | "installer" | "assembly";

export const windows: FileAnalyzer = {
  id: "os/windows",
  version: 1,
  maxBytes: 64 * 1024 * 1024,
  wants: ({ path }) => path.startsWith(DRIVE) && kindOf(path) !== undefined,
  analyze({ file: { path }, bytes }) {
    switch (kindOf(path)) {
      case "manifest":
        return manifestPackage(path, bytes);
      case "update":
        return updatePackage(bytes);
      case "installer":
        return { packages: [msiProduct(path, bytes)] };
      case "assembly": {
        const fact = globalAssembly(path);
        return fact === undefined ? undefined : { packages: [fact] };
      }
      case undefined:
        return undefined;
    }
  },
};

/** Windows does not tell letter cases apart, nor do its own tools write these folders in one. */
function kindOf(path: string): Kind | undefined {
  const inside = path.slice(DRIVE.length).toLowerCase();
  if (!inside.startsWith(SYSTEM)) return undefined;
  const rest = inside.slice(SYSTEM.length);
  if (rest.startsWith("winsxs/manifests/") && rest.endsWith(".manifest")) return "manifest";
  if (rest.startsWith("servicing/packages/") && rest.endsWith(".mum")) return "update";
  if (rest.startsWith("installer/") && rest.endsWith(".msi")) return "installer";
  const isCache = rest.startsWith("assembly/gac") || rest.startsWith("microsoft.net/assembly/gac");
  return isCache && isGlobalAssembly(path) ? "assembly" : undefined;
}
