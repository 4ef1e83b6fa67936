// SPDX-License-Identifier: Apache-2.0
/** Entries of an inventory as SPDX 2.3 packages. */
import { createHash } from "node:crypto";
import { isLicenseChoice } from "../../license-choice.ts";
import type { Distro, PackageType } from "../../types.ts";
import { factsOf, locationOf, purposeOf, supplierOf, type Entry, type Fact } from "../document.ts";
import { idText, type LicenseTexts } from "./licenses.ts";
import type { Annotation, Package, Purpose } from "./types.ts";

const PURPOSE: Readonly<Record<ReturnType<typeof purposeOf>, Purpose>> = {
  application: "APPLICATION",
  file: "FILE",
  framework: "FRAMEWORK",
  library: "LIBRARY",
};

/** Letters of a name that an SPDXID shows. */
const MAX_SHOWN = 60;
/** Places that `sourceInfo` names of one package. */
const MAX_PLACES = 100;

const OF_DISTROS: ReadonlySet<PackageType> = new Set(["apk", "deb", "rpm"]);

/** Fields that say that nothing is asserted; the rest of a package stands around them. */
export const unasserted = {
  supplier: "NOASSERTION",
  downloadLocation: "NOASSERTION",
  filesAnalyzed: false,
  licenseConcluded: "NOASSERTION",
  licenseDeclared: "NOASSERTION",
  copyrightText: "NOASSERTION",
} as const;

export type Annotate = (facts: readonly Fact[]) => readonly Annotation[];

/** Of the reference alone: the same package has the same id in each document that gives it the same reference. */
export function packageId({ type, name, bomRef }: Pick<Entry, "type" | "name" | "bomRef">): string {
  const hash = createHash("sha256").update(bomRef).digest("hex").slice(0, 16);
  return `SPDXRef-Package-${[type, idText(name.slice(0, MAX_SHOWN)), hash].filter((part) => part !== "").join("-")}`;
}

export function entryPackage(entry: Entry, licenses: LicenseTexts, annotate: Annotate): Package {
  const { version, sha256, supplier } = entry;
  const annotations = annotate(factsOf(entry).filter(([name]) => !name.startsWith("layer:")));
  return {
    SPDXID: packageId(entry),
    name: entry.name,
    ...(version === "" ? {} : { versionInfo: version }),
    ...unasserted,
    supplier: supplier === undefined ? "NOASSERTION" : actor(supplier, OF_DISTROS.has(entry.type)),
    ...(sha256 === undefined ? {} : { checksums: [{ algorithm: "SHA256", checksumValue: sha256 }] }),
    sourceInfo: sourceInfo(entry),
    licenseDeclared: licenses.declared(entry.licenses, isLicenseChoice(entry.type) ? "OR" : "AND"),
    externalRefs: [
      { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: entry.purl },
    ],
    primaryPackagePurpose: PURPOSE[purposeOf(entry)],
    ...(annotations.length === 0 ? {} : { annotations }),
  };
}

/**
 * Who has a mail address is a person to SPDX, anybody else an organization: metadata does not tell them apart. The
 * maintainers of a distro speak for it, and are mostly teams.
 */
function actor(text: string, isDistro: boolean): string {
  const supplier = supplierOf(text);
  if (!supplier) return "NOASSERTION";
  const { name, email } = supplier;
  if (email !== undefined) return `${isDistro ? "Organization" : "Person"}: ${name} (${email})`;
  return `Organization: ${name}${name.endsWith(")") ? " ()" : ""}`; // else the bracket would be read as a mail address
}

/** `layer 2 sha256:...; /lib/apk/db/installed line 12`. */
function sourceInfo({ layer, evidence }: Entry): string {
  const places = evidence
    .slice(0, MAX_PLACES)
    .map((place) =>
      [
        locationOf(place),
        ...(place.line === undefined ? [] : [`line ${place.line}`]),
        ...(place.offset === undefined ? [] : [`offset ${place.offset}`]),
      ].join(" "),
    );
  const more = evidence.length > MAX_PLACES ? [`and ${evidence.length - MAX_PLACES} more`] : [];
  return [...(layer ? [`layer ${layer.index} ${layer.diffId}`] : []), ...places, ...more].join("; ");
}

export const OPERATING_SYSTEM = "SPDXRef-OperatingSystem";

export function distroPackage({ id, versionId, codename, prettyName }: Distro, annotate: Annotate): Package {
  return {
    SPDXID: OPERATING_SYSTEM,
    name: id,
    ...(versionId === "" ? {} : { versionInfo: versionId }),
    ...unasserted,
    ...(prettyName === undefined ? {} : { description: prettyName }),
    primaryPackagePurpose: "OPERATING_SYSTEM",
    ...(codename === undefined ? {} : { annotations: annotate([["distro:codename", codename]]) }),
  };
}
