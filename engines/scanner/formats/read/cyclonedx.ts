// SPDX-License-Identifier: Apache-2.0
/** CycloneDX 1.4 to 1.6 JSON, read field by field: https://cyclonedx.org/docs/1.6/json/. Nested components are flattened. */
import { isDigest } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { asArray, asObject, asString } from "#lib/oci/json-fields.ts";
import type { JsonObject } from "#lib/oci/json-fields.ts";
import type { Distro, Evidence } from "../../types.ts";
import { foreignFacts } from "./foreign-facts.ts";
import {
  Facts,
  MAX_ITEMS,
  MAX_PACKAGES,
  MAX_RELATIONS,
  evidenceAt,
  invalidSbom,
  noFacts,
  shortText,
  type StatedDocument,
  type StatedPackage,
} from "./stated.ts";

/** Types of components that are packages; a file, a container or a certificate without a purl is not missed. */
const PACKAGES: ReadonlySet<string> = new Set(["application", "framework", "library"]);
/** Components within components; tools that nest at all nest a level or two. */
const MAX_NESTING = 32;

/** @throws SBOM_INVALID naming the place */
export function readCycloneDx(document: JsonObject): StatedDocument {
  const metadata = objectAt(document["metadata"], "metadata");
  const subject = objectAt(metadata["component"], "metadata.component");
  const parts = allParts(document["components"]);
  const system = parts.find(({ part }) => part["type"] === "operating-system");
  const distro = system && distroOf(system.part, system.place);
  const digest = subjectDigest(subject);
  return {
    packages: parts
      .filter(({ part }) => isPackage(part))
      .map(({ part, place }) => statedPackage(part, place)),
    requires: requirements(document["dependencies"]),
    ...(distro ? { distro } : {}),
    facts: ownFacts(propertiesAt(metadata, "metadata")),
    subject: {
      ...(digest === undefined ? {} : { digest }),
      facts: ownFacts(propertiesAt(subject, "metadata.component")),
    },
  };
}

interface Placed {
  readonly part: JsonObject;
  readonly place: string;
}

/** Depth first, in the document's order, without calls of its own depth. */
function allParts(components: unknown): readonly Placed[] {
  const found: Placed[] = [];
  const waiting = listed(components, "components", 0);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    found.push(next);
    if (found.length > MAX_PACKAGES) throw invalidSbom(`it has more than ${MAX_PACKAGES} components`);
    const inner = next.part["components"];
    if (inner === undefined) continue;
    for (const part of listed(inner, `${next.place}.components`, next.depth + 1)) waiting.push(part);
  }
  return found;
}

/** Last first, for a stack. */
function listed(value: unknown, place: string, depth: number): (Placed & { readonly depth: number })[] {
  if (depth > MAX_NESTING)
    throw invalidSbom(`components nest deeper than ${MAX_NESTING} at ${place.slice(0, 100)}`);
  return asArray(value ?? [], place, MAX_PACKAGES, invalidSbom)
    .map((part, i) => ({
      part: asObject(part, `${place}[${i}]`, invalidSbom),
      place: `${place}[${i}]`,
      depth,
    }))
    .reverse();
}

/** Trivy has an application for each lock file, which is a place and no package. */
function isPackage(part: JsonObject): boolean {
  if (part["purl"] !== undefined && part["purl"] !== null) return true;
  const properties = Array.isArray(part["properties"]) ? (part["properties"] as readonly unknown[]) : [];
  const isPlace = properties.some((each) => nameOf(each) === "aquasecurity:trivy:Class");
  return typeof part["type"] === "string" && PACKAGES.has(part["type"]) && !isPlace;
}

const nameOf = (property: unknown): unknown =>
  typeof property === "object" && property !== null && "name" in property ? property.name : undefined;

function statedPackage(part: JsonObject, place: string): StatedPackage {
  const properties = propertiesAt(part, place);
  const foreign = foreignFacts(properties);
  const evidence = occurrences(part, place);
  const supplier = supplierOf(part, place);
  const sha256 = sha256Of(part, place);
  return {
    place,
    ref: shortText(part["bom-ref"], `${place}.bom-ref`),
    name: shortText(part["name"], `${place}.name`),
    version: shortText(part["version"], `${place}.version`),
    purl: shortText(part["purl"], `${place}.purl`),
    licenses: licensesOf(part["licenses"], `${place}.licenses`),
    ...(supplier === undefined ? {} : { supplier }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...foreign,
    evidence: evidence.length > 0 ? evidence : foreign.evidence,
    facts: ownFacts(properties),
  };
}

type Properties = readonly (readonly [name: string, value: string])[];

function propertiesAt(part: JsonObject, place: string): Properties {
  const properties = asArray(part["properties"] ?? [], `${place}.properties`, MAX_ITEMS, invalidSbom);
  return properties.map((each, i) => {
    const at = `${place}.properties[${i}]`;
    const { name, value } = asObject(each, at, invalidSbom);
    return [
      shortText(name, `${at}.name`),
      value === undefined ? "" : asString(value, `${at}.value`, invalidSbom),
    ];
  });
}

const PREFIX = "stella:";

function ownFacts(properties: Properties): Facts {
  const own = properties.filter(([name]) => name.startsWith(PREFIX));
  return own.length === 0
    ? noFacts
    : new Facts(own.map(([name, value]) => [name.slice(PREFIX.length), value]));
}

function occurrences(part: JsonObject, place: string): Evidence[] {
  const { occurrences: list } = objectAt(part["evidence"], `${place}.evidence`);
  const at = `${place}.evidence.occurrences`;
  return asArray(list ?? [], at, MAX_ITEMS, invalidSbom).flatMap((each, i) => {
    const occurrence = asObject(each, `${at}[${i}]`, invalidSbom);
    const evidence = evidenceAt(shortText(occurrence["location"], `${at}[${i}].location`));
    if (!evidence) return [];
    const { line, offset } = occurrence;
    return [{ ...evidence, ...(isCount(line) ? { line } : {}), ...(isCount(offset) ? { offset } : {}) }];
  });
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function licensesOf(value: unknown, place: string): string[] {
  return asArray(value ?? [], place, MAX_ITEMS, invalidSbom).flatMap((each, i) => {
    const at = `${place}[${i}]`;
    const { expression, license } = asObject(each, at, invalidSbom);
    const { id, name } = objectAt(license, `${at}.license`);
    const text = expression ?? id ?? name;
    return text === undefined || text === null ? [] : [asString(text, at, invalidSbom)];
  });
}

/** `Name <mail>` again, as package metadata writes it. */
function supplierOf(part: JsonObject, place: string): string | undefined {
  const { name, contact } = objectAt(part["supplier"], `${place}.supplier`);
  const [first] = asArray(contact ?? [], `${place}.supplier.contact`, MAX_ITEMS, invalidSbom);
  const email = shortText(
    objectAt(first, `${place}.supplier.contact[0]`)["email"],
    `${place}.supplier.contact[0].email`,
  );
  const own = shortText(name, `${place}.supplier.name`) || shortText(part["publisher"], `${place}.publisher`);
  if (email === "" || own.includes(email))
    return email !== "" && own === email ? `<${email}>` : own || undefined;
  return own === "" ? `<${email}>` : `${own} <${email}>`;
}

function sha256Of(part: JsonObject, place: string): string | undefined {
  for (const [i, each] of asArray(
    part["hashes"] ?? [],
    `${place}.hashes`,
    MAX_ITEMS,
    invalidSbom,
  ).entries()) {
    const { alg, content } = asObject(each, `${place}.hashes[${i}]`, invalidSbom);
    if (alg === "SHA-256" && typeof content === "string" && isDigest(`sha256:${content}`)) return content;
  }
  return undefined;
}

/** Ours and syft's give the manifest's digest as version. */
function subjectDigest(subject: JsonObject): ImageDigest | undefined {
  const { version } = subject;
  return subject["type"] === "container" && isDigest(version) ? (version as ImageDigest) : undefined;
}

function distroOf(part: JsonObject, place: string): Distro | undefined {
  const properties = new Map(propertiesAt(part, place));
  const id = properties.get("syft:distro:id") ?? shortText(part["name"], `${place}.name`);
  const codename = properties.get("stella:distro:codename") ?? properties.get("syft:distro:versionCodename");
  const prettyName = shortText(part["description"], `${place}.description`);
  if (id === "") return undefined;
  return {
    id,
    versionId: shortText(part["version"], `${place}.version`),
    ...(codename === undefined ? {} : { codename }),
    ...(prettyName === "" ? {} : { prettyName }),
  };
}

function requirements(value: unknown): Map<string, readonly string[]> {
  const requires = new Map<string, readonly string[]>();
  let count = 0;
  for (const [i, each] of asArray(value ?? [], "dependencies", MAX_RELATIONS, invalidSbom).entries()) {
    const place = `dependencies[${i}]`;
    const { ref, dependsOn } = asObject(each, place, invalidSbom);
    const refs = asArray(dependsOn ?? [], `${place}.dependsOn`, MAX_RELATIONS, invalidSbom);
    count += refs.length;
    if (count > MAX_RELATIONS) throw invalidSbom(`it has more than ${MAX_RELATIONS} dependencies`);
    requires.set(
      asString(ref, `${place}.ref`, invalidSbom),
      refs.map((one) => asString(one, `${place}.dependsOn`, invalidSbom)),
    );
  }
  return requires;
}

/** Absent and null count as empty. */
const objectAt = (value: unknown, place: string): JsonObject => asObject(value ?? {}, place, invalidSbom);
