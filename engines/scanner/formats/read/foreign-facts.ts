// SPDX-License-Identifier: Apache-2.0
/** What syft, trivy and cdxgen say in properties of their own: places, layers, source packages. */
import { byText } from "#lib/compare.ts";
import { isDigest } from "#lib/digest.ts";
import type { Distro, Evidence } from "../../types.ts";
import { evidenceAt, type StatedPackage } from "./stated.ts";

type Found = Pick<StatedPackage, "diffId" | "evidence" | "sourcePackage">;

const SYFT_PATH = /^syft:location:(\d{1,6}):path$/;
const SYFT_LAYER = "syft:location:0:layerID";
const TRIVY = "aquasecurity:trivy:";

export function foreignFacts(properties: readonly (readonly [name: string, value: string])[]): Found {
  const byName = new Map(properties);
  const diffId = byName.get(`${TRIVY}LayerDiffID`) ?? byName.get(SYFT_LAYER);
  const sourcePackage = trivySource(byName);
  return {
    evidence: placesOf(properties),
    ...(isDigest(diffId) ? { diffId } : {}),
    ...(sourcePackage ? { sourcePackage } : {}),
  };
}

/** Syft numbers them; of equal text each counts once. */
function placesOf(properties: readonly (readonly [name: string, value: string])[]): Evidence[] {
  const places = properties.flatMap(([name, value]) => {
    const number = SYFT_PATH.exec(name)?.[1];
    if (number !== undefined) return [{ order: number.padStart(6, "0"), value }];
    return name === `${TRIVY}FilePath` || name === "SrcFile" ? [{ order: "", value }] : [];
  });
  places.sort((a, b) => byText(a.order, b.order));
  return [...new Set(places.map(({ value }) => value))].flatMap((value) => evidenceAt(value) ?? []);
}

/** In the parts that dpkg and rpm make a version of. */
function trivySource(byName: ReadonlyMap<string, string>): Found["sourcePackage"] {
  const part = (name: string): string => byName.get(`${TRIVY}Src${name}`) ?? "";
  const name = part("Name");
  if (name === "" || part("Version") === "") return undefined;
  const epoch = part("Epoch") === "" ? "" : `${part("Epoch")}:`;
  const release = part("Release") === "" ? "" : `-${part("Release")}`;
  return { name, version: `${epoch}${part("Version")}${release}` };
}

/** Trivy's names of distro families, where os-release(5) of those distros has another id. */
const FAMILIES: ReadonlyMap<string, string> = new Map([
  ["alma", "almalinux"],
  ["amazon", "amzn"],
  ["cbl-mariner", "mariner"],
  ["opensuse.leap", "opensuse-leap"],
  ["opensuse.tumbleweed", "opensuse-tumbleweed"],
  ["oracle", "ol"],
  ["redhat", "rhel"],
  ["suse linux enterprise server", "sles"],
]);

/** The distro by the id that its own os-release has. */
export const withOwnId = (distro: Distro): Distro => ({
  ...distro,
  id: FAMILIES.get(distro.id) ?? distro.id,
});
