// SPDX-License-Identifier: Apache-2.0
/**
 * An SBOM as CycloneDX 1.6, with the layer and the place that each fact comes from.
 * Source: https://cyclonedx.org/docs/1.6/json/. Same SBOM and meta, same bytes: the serial number is made from content.
 */
import { hexOf, type DiffId } from "#lib/digest.ts";
import type { Sbom } from "../../types.ts";
import { topRefs } from "../dependency-graph.ts";
import { documentFactsOf, inventoryOf, isPartial, type DocumentMeta, type Inventory } from "../document.ts";
import { instantOf } from "../timestamp.ts";
import { documentUuid } from "../uuid.ts";
import { distroPart, entryPart, properties, property, toolPart } from "./parts.ts";
import type { CycloneDx, Dependency, ExternalReference, Part } from "./types.ts";

export interface CycloneDxMeta extends DocumentMeta {
  /** Documents of the image's layers to link to; of other layers they are passed over. */
  readonly layerBoms?: readonly LayerBomLink[];
}

/** What an image's document needs to know of a layer's to name it. */
export interface LayerBomLink {
  readonly diffId: DiffId;
  /** `urn:uuid:...`, see `layerSerial`. */
  readonly serialNumber: string;
  /** Lower-case hex of the layer document's JSON bytes, where they are at hand. */
  readonly sha256?: string;
}

export function toCycloneDx(sbom: Sbom, meta: CycloneDxMeta): CycloneDx {
  const isTime = meta.timestamp !== undefined && instantOf(meta.timestamp) !== undefined;
  const document = documentOf(inventoryOf(sbom, meta.view), {
    ...(isTime ? { timestamp: meta.timestamp } : {}),
    tool: toolPart(meta.toolVersion),
    subject: imagePart(sbom, meta),
    links: layerLinks(sbom, meta.layerBoms ?? []),
  });
  // Built in one order of keys, so plain JSON is as good as canonical here and much faster.
  return withSerial(document, `urn:uuid:${documentUuid(JSON.stringify(document))}`);
}

/** The document's bytes: two-space JSON with a newline at the end. */
export function cycloneDxText(bom: CycloneDx): string {
  return `${JSON.stringify(bom, null, 2)}\n`;
}

export interface Frame {
  readonly timestamp?: string;
  readonly tool: Part;
  readonly subject: Part;
  readonly links: readonly ExternalReference[];
}

export function documentOf(
  inventory: Inventory,
  { timestamp, tool, subject, links }: Frame,
): Omit<CycloneDx, "serialNumber"> {
  const distro = inventory.distro && distroPart(inventory.distro);
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      ...(timestamp === undefined ? {} : { timestamp }),
      tools: { components: [tool] },
      component: subject,
      properties: properties(documentFactsOf(inventory)),
    },
    components: [...(distro ? [distro] : []), ...inventory.entries.map(entryPart)],
    ...(links.length === 0 ? {} : { externalReferences: links }),
    dependencies: dependencies(subject, distro, inventory),
    compositions: [
      { aggregate: isPartial(inventory) ? "incomplete" : "complete", assemblies: [subject["bom-ref"]] },
    ],
  };
}

export function withSerial(document: Omit<CycloneDx, "serialNumber">, serialNumber: string): CycloneDx {
  const { $schema, bomFormat, specVersion, ...rest } = document;
  return { $schema, bomFormat, specVersion, serialNumber, ...rest };
}

/** An entry of which requirements are not known has no row: the specification tells that from having none. */
function dependencies(subject: Part, distro: Part | undefined, { entries }: Inventory): Dependency[] {
  const tops = [...(distro ? [distro["bom-ref"]] : []), ...topRefs(entries)].sort();
  const rows: Dependency[] = [row(subject["bom-ref"], tops)];
  for (const { bomRef, dependsOn } of entries) if (dependsOn) rows.push(row(bomRef, dependsOn));
  return rows;
}

const row = (ref: string, dependsOn: readonly string[]): Dependency =>
  dependsOn.length === 0 ? { ref } : { ref, dependsOn };

function imagePart(sbom: Sbom, { imageName }: DocumentMeta): Part {
  const { os, architecture, variant } = sbom.platform;
  return {
    type: "container",
    "bom-ref": `image:${sbom.imageDigest}`,
    name: imageName,
    version: sbom.imageDigest,
    hashes: [{ alg: "SHA-256", content: hexOf(sbom.imageDigest) }],
    properties: [
      property("platform", [os, architecture, ...(variant === undefined ? [] : [variant])].join("/")),
      ...sbom.layers.flatMap(({ diffId, digest }, index) => [
        property(`layer:${index}:diffId`, diffId),
        property(`layer:${index}:digest`, digest),
      ]),
    ],
  };
}

/** BOM-Links, bottom layer first: `urn:cdx:UUID/VERSION`. A layer that stands twice has one. */
function layerLinks(sbom: Sbom, boms: readonly LayerBomLink[]): ExternalReference[] {
  const byLayer = new Map(boms.map((bom) => [bom.diffId, bom]));
  const links = new Map<DiffId, ExternalReference>();
  for (const [index, { diffId }] of sbom.layers.entries()) {
    const bom = byLayer.get(diffId);
    if (!bom || links.has(diffId)) continue;
    links.set(diffId, {
      type: "bom",
      url: `urn:cdx:${bom.serialNumber.slice("urn:uuid:".length)}/1`,
      comment: `layer ${index} ${diffId}`,
      ...(bom.sha256 === undefined ? {} : { hashes: [{ alg: "SHA-256", content: bom.sha256 }] }),
    });
  }
  return [...links.values()];
}
