// SPDX-License-Identifier: Apache-2.0
/** SPDX 2.2 and 2.3 JSON, read field by field: https://spdx.github.io/spdx-spec/v2.3/. */
import { isDigest } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { asArray, asObject, asString } from "#lib/oci/json-fields.ts";
import type { JsonObject } from "#lib/oci/json-fields.ts";
import type { Distro } from "../../types.ts";
import { isLicenseChoice } from "../../license-choice.ts";
import { declaredLicenses } from "./spdx-licenses.ts";
import { layerIn, placesIn, sourceIn } from "./spdx-source-info.ts";
import {
  Facts,
  MAX_ITEMS,
  MAX_PACKAGES,
  MAX_RELATIONS,
  invalidSbom,
  noFacts,
  shortText,
  type StatedDocument,
  type StatedPackage,
} from "./stated.ts";

/** @throws SBOM_INVALID naming the place */
export function readSpdx(document: JsonObject): StatedDocument {
  const packages = placedPackages(document["packages"]);
  const relations = relationships(document["relationships"]);
  const subject = subjectOf(packages, describedBy(document, relations));
  const system = packages.find(({ part }) => isSystem(part));
  const distro = system && distroOf(system.part, system.place);
  const texts = extractedTexts(document["hasExtractedLicensingInfos"]);
  const digest = subject && subjectDigest(subject.part);
  return {
    packages: packages
      .filter((each) => each !== subject && !isSystem(each.part))
      .map(({ part, place }) => statedPackage(part, place, texts)),
    requires: requirements(relations),
    ...(distro ? { distro } : {}),
    facts: ownFacts(annotationsAt(document, "document")),
    subject: {
      ...(digest === undefined ? {} : { digest }),
      facts: subject ? ownFacts(annotationsAt(subject.part, subject.place)) : noFacts,
    },
  };
}

interface Placed {
  readonly part: JsonObject;
  readonly place: string;
}

function placedPackages(value: unknown): readonly Placed[] {
  return asArray(value ?? [], "packages", MAX_PACKAGES, invalidSbom).map((part, i) => ({
    part: asObject(part, `packages[${i}]`, invalidSbom),
    place: `packages[${i}]`,
  }));
}

interface Relation {
  readonly from: string;
  readonly type: string;
  readonly to: string;
}

const RELATIONS: ReadonlySet<unknown> = new Set(["DEPENDENCY_OF", "DEPENDS_ON", "DESCRIBES"]);

function relationships(value: unknown): readonly Relation[] {
  return asArray(value ?? [], "relationships", MAX_RELATIONS, invalidSbom).flatMap((each, i) => {
    const place = `relationships[${i}]`;
    const { spdxElementId, relationshipType, relatedSpdxElement } = asObject(each, place, invalidSbom);
    const type = asString(relationshipType, `${place}.relationshipType`, invalidSbom);
    if (!RELATIONS.has(type)) return [];
    const from = asString(spdxElementId, `${place}.spdxElementId`, invalidSbom);
    return [{ from, type, to: asString(relatedSpdxElement, `${place}.relatedSpdxElement`, invalidSbom) }];
  });
}

function describedBy(document: JsonObject, relations: readonly Relation[]): ReadonlySet<string> {
  const named = asArray(document["documentDescribes"] ?? [], "documentDescribes", MAX_PACKAGES, invalidSbom);
  const related = relations.filter(({ type }) => type === "DESCRIBES").map(({ to }) => to);
  return new Set([...named.map((one) => asString(one, "documentDescribes", invalidSbom)), ...related]);
}

/** The one package that the document is about; a document that describes each of its packages is about none of them. */
function subjectOf(packages: readonly Placed[], described: ReadonlySet<string>): Placed | undefined {
  if (described.size !== 1) return undefined;
  return packages.find(({ part: { SPDXID: id } }) => typeof id === "string" && described.has(id));
}

/** The 2.3 schema has an underscore where the specification's text has a hyphen. */
const isSystem = ({ primaryPackagePurpose: purpose }: JsonObject): boolean =>
  purpose === "OPERATING_SYSTEM" || purpose === "OPERATING-SYSTEM";

function statedPackage(part: JsonObject, place: string, texts: ReadonlyMap<string, string>): StatedPackage {
  const annotations = annotationsAt(part, place);
  const purl = purlOf(part, place);
  const sourceInfo = textAt(part["sourceInfo"], `${place}.sourceInfo`);
  const supplier = actorOf(shortText(part["supplier"], `${place}.supplier`));
  const sha256 = sha256Of(part, place);
  const sourcePackage = sourceIn(sourceInfo);
  const diffId = annotations.find((comment) => comment.startsWith(TRIVY_LAYER))?.slice(TRIVY_LAYER.length);
  return {
    place,
    ref: shortText(part["SPDXID"], `${place}.SPDXID`),
    name: shortText(part["name"], `${place}.name`),
    version: shortText(part["versionInfo"], `${place}.versionInfo`),
    purl,
    licenses: licensesOf(part, place, texts, isLicenseChoice(typeOf(purl))),
    ...(supplier === undefined ? {} : { supplier }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(sourcePackage ? { sourcePackage } : {}),
    ...(isDigest(diffId) ? { diffId } : {}),
    evidence: placesIn(sourceInfo),
    facts: new Facts([...layerIn(sourceInfo), ...ownFacts(annotations).entries]),
  };
}

const TRIVY_LAYER = "LayerDiffID: ";
const PURL_TYPES: ReadonlySet<unknown> = new Set(["purl", "http://spdx.org/rdf/references/purl"]);

function purlOf(part: JsonObject, place: string): string {
  const refs = asArray(part["externalRefs"] ?? [], `${place}.externalRefs`, MAX_ITEMS, invalidSbom);
  for (const [i, each] of refs.entries()) {
    const at = `${place}.externalRefs[${i}]`;
    const { referenceType, referenceLocator } = asObject(each, at, invalidSbom);
    if (PURL_TYPES.has(referenceType)) return shortText(referenceLocator, `${at}.referenceLocator`);
  }
  return "";
}

const typeOf = (purl: string): string => /^pkg:([^/]+)/.exec(purl)?.[1] ?? "";

function licensesOf(
  part: JsonObject,
  place: string,
  texts: ReadonlyMap<string, string>,
  isChoice: boolean,
): string[] {
  const declared = textAt(part["licenseDeclared"], `${place}.licenseDeclared`);
  const said = declaredLicenses(declared, texts, { isChoice });
  if (said.length > 0) return said;
  return declaredLicenses(textAt(part["licenseConcluded"], `${place}.licenseConcluded`), texts, { isChoice });
}

function extractedTexts(value: unknown): Map<string, string> {
  const place = "hasExtractedLicensingInfos";
  const infos = asArray(value ?? [], place, MAX_PACKAGES, invalidSbom).map((each, i) => {
    const { licenseId, extractedText, name } = asObject(each, `${place}[${i}]`, invalidSbom);
    const text = textAt(extractedText, `${place}[${i}].extractedText`);
    const named =
      text === "" || text === "NONE" || text === "NOASSERTION" ? textAt(name, `${place}[${i}].name`) : text;
    return [textAt(licenseId, `${place}[${i}].licenseId`), named] as const;
  });
  return new Map(infos.filter(([, text]) => text !== ""));
}

/** `Person: Name (mail)` as package metadata writes it. */
function actorOf(text: string): string | undefined {
  const named = /^(?:Person|Organization): (.+)$/s.exec(text)?.[1];
  if (named === undefined) return undefined;
  const [, name = "", email = ""] = /^(.*?) \(([^()]*)\)$/s.exec(named) ?? [];
  if (email === "") return named.endsWith(" ()") ? named.slice(0, -3) : named;
  return name === email ? `<${email}>` : `${name} <${email}>`;
}

function sha256Of(part: JsonObject, place: string): string | undefined {
  const checksums = asArray(part["checksums"] ?? [], `${place}.checksums`, MAX_ITEMS, invalidSbom);
  for (const [i, each] of checksums.entries()) {
    const { algorithm, checksumValue } = asObject(each, `${place}.checksums[${i}]`, invalidSbom);
    if (algorithm !== "SHA256" || typeof checksumValue !== "string") continue;
    if (isDigest(`sha256:${checksumValue}`)) return checksumValue;
  }
  return undefined;
}

function subjectDigest(part: JsonObject): ImageDigest | undefined {
  const { versionInfo } = part;
  return isDigest(versionInfo) ? (versionInfo as ImageDigest) : undefined;
}

function distroOf(part: JsonObject, place: string): Distro | undefined {
  const id = shortText(part["name"], `${place}.name`);
  const prettyName = shortText(part["description"], `${place}.description`);
  const codename = ownFacts(annotationsAt(part, place)).get("distro:codename");
  if (id === "") return undefined;
  return {
    id,
    versionId: shortText(part["versionInfo"], `${place}.versionInfo`),
    ...(codename === undefined ? {} : { codename }),
    ...(prettyName === "" ? {} : { prettyName }),
  };
}

function annotationsAt(part: JsonObject, place: string): string[] {
  const annotations = asArray(part["annotations"] ?? [], `${place}.annotations`, MAX_PACKAGES, invalidSbom);
  return annotations.map((each, i) => {
    const at = `${place}.annotations[${i}]`;
    return textAt(asObject(each, at, invalidSbom)["comment"], `${at}.comment`);
  });
}

/** `stella:name=value`; names have no equals sign. */
function ownFacts(comments: readonly string[]): Facts {
  const own = comments.flatMap((comment) => {
    const [, name, value] = /^stella:([^=]+)=(.*)$/s.exec(comment) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return own.length === 0 ? noFacts : new Facts(own);
}

function requirements(relations: readonly Relation[]): Map<string, string[]> {
  const requires = new Map<string, string[]>();
  for (const { from, type, to } of relations) {
    if (type === "DESCRIBES") continue;
    const [who, what] = type === "DEPENDS_ON" ? [from, to] : [to, from];
    const known = requires.get(who);
    if (known) known.push(what);
    else requires.set(who, [what]);
  }
  return requires;
}

/** Of any length; "" when absent or null. */
const textAt = (value: unknown, place: string): string =>
  value === undefined || value === null ? "" : asString(value, place, invalidSbom);
