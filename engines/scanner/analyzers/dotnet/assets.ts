// SPDX-License-Identifier: Apache-2.0
/**
 * Where the files of a package stand in a published .NET application.
 * Source: https://github.com/dotnet/runtime/blob/main/docs/design/features/host-probing.md ("Probing paths")
 */
import { byText } from "#lib/compare.ts";
import { objectOf, textOf, type JsonObject } from "../../json-document.ts";
import { baseName } from "../../layer/paths.ts";

const GROUPS = ["runtime", "native", "resources", "runtimeTargets"] as const;
const MAX_PATH_LENGTH = 1000;
/** Of one package; a whole runtime has some three hundred. */
const MAX_ASSETS = 2000;

/** Whether it brings any file. `_._` stands in a folder that is empty on purpose. */
export function hasAssets(entry: JsonObject): boolean {
  return GROUPS.some((group) => Object.keys(objectOf(entry[group])).some((asset) => !isPlaceholder(asset)));
}

/** Sorted paths from the root. Files for some platforms keep the package's folders, resources their locale, the rest none. */
export function assetPaths(entry: JsonObject, folder: string): string[] {
  const paths = new Set<string>();
  for (const group of GROUPS) {
    for (const [asset, detail] of Object.entries(objectOf(entry[group]))) {
      if (paths.size >= MAX_ASSETS) return [...paths].sort(byText);
      const place = isPlaceholder(asset) || !isInside(asset) ? undefined : placeOf(group, asset, detail);
      if (place !== undefined) paths.add(folder === "" ? place : `${folder}/${place}`);
    }
  }
  return [...paths].sort(byText);
}

function placeOf(group: (typeof GROUPS)[number], asset: string, detail: unknown): string | undefined {
  const localPath = textOf(objectOf(detail)["localPath"], MAX_PATH_LENGTH); // since .NET 10
  if (localPath !== undefined) return isInside(localPath) ? localPath : undefined;
  if (group === "runtimeTargets") return asset;
  if (group !== "resources") return baseName(asset);
  const locale = textOf(objectOf(detail)["locale"], 50);
  return locale === undefined || locale.includes("/") ? undefined : `${locale}/${baseName(asset)}`;
}

const isPlaceholder = (asset: string): boolean => asset === "_._" || asset.endsWith("/_._");

function isInside(asset: string): boolean {
  if (asset === "" || asset.length > MAX_PATH_LENGTH || asset.startsWith("/") || asset.endsWith("/"))
    return false;
  return !asset.includes("\\") && !asset.split("/").includes("..");
}
