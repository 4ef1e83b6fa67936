// SPDX-License-Identifier: Apache-2.0
/**
 * An SBOM as SPDX 2.3 JSON: the image is the root package, which contains all others.
 * Source: https://spdx.github.io/spdx-spec/v2.3/. Same SBOM and meta, same bytes: the namespace is made from content.
 */
import { hexOf, type DiffId } from "#lib/digest.ts";
import type { Sbom } from "../../types.ts";
import {
  documentFactsOf,
  inventoryOf,
  isPartial,
  type DocumentMeta,
  type Fact,
  type Inventory,
} from "../document.ts";
import { spdxListVersion } from "../spdx-ids.ts";
import { instantOf, utcSeconds } from "../timestamp.ts";
import { documentUuid } from "../uuid.ts";
import { LicenseTexts } from "./licenses.ts";
import { distroPackage, entryPackage, packageId, unasserted, type Annotate } from "./packages.ts";
import type { ExternalDocument, Package, Relationship, Spdx } from "./types.ts";

export interface SpdxMeta extends DocumentMeta {
  /** Documents of the image's layers to refer to; of other layers they are passed over. */
  readonly layerDocuments?: readonly LayerSpdxLink[];
}

/** What an image's document needs to know of a layer's to refer to it. */
export interface LayerSpdxLink {
  readonly diffId: DiffId;
  readonly namespace: string;
  /** Lower-case hex of the layer document's bytes; SPDX asks for this algorithm. */
  readonly sha1: string;
}

/** `created` is mandatory; this one, which no document can have, says that it is not known. */
export const NOT_KNOWN = "1970-01-01T00:00:00Z";
const NAMESPACE = "https://sbom.stella-ops.org/spdx/";
/** In each layer's document the package that is the layer. */
export const LAYER = "SPDXRef-Layer";

export function toSpdx(sbom: Sbom, meta: SpdxMeta): Spdx {
  const instant = meta.timestamp === undefined ? undefined : instantOf(meta.timestamp);
  const layers = layerDocuments(sbom, meta.layerDocuments ?? []);
  const document = documentOf(inventoryOf(sbom, meta.view), {
    name: meta.imageName,
    created: instant ? utcSeconds(instant) : NOT_KNOWN,
    creator: `Tool: stella-${meta.toolVersion}`,
    subject: (annotate) => imagePackage(sbom, meta, annotate),
    layers,
  });
  return withNamespace(document, documentUuid(JSON.stringify(document)));
}

/** The document's bytes: two-space JSON with a newline at the end. */
export function spdxText(document: Spdx): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

export interface Frame {
  readonly name: string;
  readonly created: string;
  readonly creator: string;
  readonly subject: (annotate: Annotate) => Package;
  readonly layers: readonly ExternalDocument[];
}

export function documentOf(inventory: Inventory, frame: Frame): Omit<Spdx, "documentNamespace"> {
  const licenses = new LicenseTexts();
  const annotate: Annotate = (facts) =>
    facts.map(([name, value]) => ({
      annotationDate: frame.created,
      annotationType: "OTHER",
      annotator: frame.creator,
      comment: `stella:${name}=${value}`,
    }));
  const subject = frame.subject(annotate);
  const distro = inventory.distro && distroPackage(inventory.distro, annotate);
  const entries = inventory.entries.map((entry) => entryPackage(entry, licenses, annotate));
  const contained = [...(distro ? [distro] : []), ...entries];
  const extracted = licenses.extracted();
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: frame.name,
    creationInfo: {
      created: frame.created,
      creators: [frame.creator],
      licenseListVersion: spdxListVersion,
    },
    ...(frame.layers.length === 0 ? {} : { externalDocumentRefs: frame.layers }),
    annotations: annotate(documentFactsOf(inventory)),
    packages: [subject, ...contained],
    ...(extracted.length === 0 ? {} : { hasExtractedLicensingInfos: extracted }),
    relationships: relationships(subject.SPDXID, contained, inventory, frame.layers),
  };
}

export function withNamespace(document: Omit<Spdx, "documentNamespace">, uuid: string): Spdx {
  const { spdxVersion, dataLicense, SPDXID, name, ...rest } = document;
  return { spdxVersion, dataLicense, SPDXID, name, documentNamespace: NAMESPACE + uuid, ...rest };
}

function relationships(
  subject: string,
  contained: readonly Package[],
  inventory: Inventory,
  layers: readonly ExternalDocument[],
): Relationship[] {
  const contains = (related: string): Relationship => relation(subject, "CONTAINS", related);
  const ids = new Map(inventory.entries.map((entry) => [entry.bomRef, packageId(entry)]));
  return [
    relation("SPDXRef-DOCUMENT", "DESCRIBES", subject),
    ...layers.map(({ externalDocumentId }) => contains(`${externalDocumentId}:${LAYER}`)),
    ...contained.map(({ SPDXID }) => contains(SPDXID)),
    ...(isPartial(inventory) ? [contains("NOASSERTION")] : []), // there may be more
    ...inventory.entries.flatMap((entry) =>
      (entry.dependsOn ?? []).flatMap((ref) => {
        const related = ids.get(ref);
        return related === undefined ? [] : [relation(packageId(entry), "DEPENDS_ON", related)];
      }),
    ),
  ];
}

const relation = (
  spdxElementId: string,
  relationshipType: Relationship["relationshipType"],
  relatedSpdxElement: string,
): Relationship => ({ spdxElementId, relationshipType, relatedSpdxElement });

function imagePackage(sbom: Sbom, { imageName }: DocumentMeta, annotate: Annotate): Package {
  const { os, architecture, variant } = sbom.platform;
  return {
    SPDXID: "SPDXRef-Image",
    name: imageName,
    versionInfo: sbom.imageDigest,
    ...unasserted,
    checksums: [{ algorithm: "SHA256", checksumValue: hexOf(sbom.imageDigest) }],
    primaryPackagePurpose: "CONTAINER",
    annotations: annotate([
      ["platform", [os, architecture, ...(variant === undefined ? [] : [variant])].join("/")],
      ...sbom.layers.flatMap(({ diffId, digest }, index): Fact[] => [
        [`layer:${index}:diffId`, diffId],
        [`layer:${index}:digest`, digest],
      ]),
    ]),
  };
}

/** Bottom layer first. A layer that stands twice has one. */
function layerDocuments(sbom: Sbom, links: readonly LayerSpdxLink[]): ExternalDocument[] {
  const byLayer = new Map(links.map((link) => [link.diffId, link]));
  const documents = new Map<DiffId, ExternalDocument>();
  for (const [index, { diffId }] of sbom.layers.entries()) {
    const link = byLayer.get(diffId);
    if (!link || documents.has(diffId)) continue;
    documents.set(diffId, {
      externalDocumentId: `DocumentRef-layer-${index}`,
      spdxDocument: link.namespace,
      checksum: { algorithm: "SHA1", checksumValue: link.sha1 },
    });
  }
  return [...documents.values()];
}
