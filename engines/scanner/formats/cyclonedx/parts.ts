// SPDX-License-Identifier: Apache-2.0
/** Entries of an inventory as CycloneDX components. */
import { factsOf, locationOf, purposeOf, supplierOf, type Entry, type Fact } from "../document.ts";
import type { Distro, Evidence, PackageType } from "../../types.ts";
import { cycloneDxLicenses } from "./licenses.ts";
import type { Occurrence, Part, Property, Supplier } from "./types.ts";

/** Types whose namespace is a group of packages; an OS package's is the distro. */
const GROUPED: ReadonlySet<PackageType> = new Set<PackageType>(["composer", "golang", "maven", "npm"]);

export const property = (name: string, value: string): Property => ({ name: `stella:${name}`, value });

export const properties = (facts: readonly Fact[]): Property[] =>
  facts.map(([name, value]) => property(name, value));

export function entryPart(entry: Entry): Part {
  const { type, bomRef, namespace, name, version, supplier, sha256, evidence } = entry;
  const licenses = cycloneDxLicenses(entry.licenses);
  const organization = supplier === undefined ? undefined : supplierPart(supplier);
  const facts = factsOf(entry);
  return {
    type: purposeOf(entry),
    "bom-ref": bomRef,
    ...(organization ? { supplier: organization } : {}),
    name,
    ...(GROUPED.has(type) && namespace !== undefined ? { group: namespace } : {}),
    ...(version === "" ? {} : { version }),
    ...(sha256 === undefined ? {} : { hashes: [{ alg: "SHA-256", content: sha256 }] }),
    ...(licenses ? { licenses } : {}),
    purl: entry.purl,
    evidence: { occurrences: evidence.map(occurrence) },
    ...(facts.length === 0 ? {} : { properties: properties(facts) }),
  };
}

function supplierPart(text: string): Supplier | undefined {
  const supplier = supplierOf(text);
  if (!supplier) return undefined;
  const { name, email } = supplier;
  return email === undefined ? { name } : { name, contact: [{ email }] };
}

const occurrence = (evidence: Evidence): Occurrence => ({
  location: locationOf(evidence),
  ...(evidence.line === undefined ? {} : { line: evidence.line }),
  ...(evidence.offset === undefined ? {} : { offset: evidence.offset }),
});

export function distroPart({ id, versionId, codename, prettyName }: Distro): Part {
  return {
    type: "operating-system",
    "bom-ref": `os:${id}@${versionId}`,
    name: id,
    ...(versionId === "" ? {} : { version: versionId }),
    ...(prettyName === undefined ? {} : { description: prettyName }),
    ...(codename === undefined ? {} : { properties: [property("distro:codename", codename)] }),
  };
}

/** @param version undefined in documents whose bytes must not change with the product's version. */
export function toolPart(version: string | undefined): Part {
  return version === undefined
    ? { type: "application", "bom-ref": "tool:stella", name: "stella" }
    : { type: "application", "bom-ref": `tool:stella@${version}`, name: "stella", version };
}
