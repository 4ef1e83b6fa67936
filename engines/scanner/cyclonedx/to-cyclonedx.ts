// SPDX-License-Identifier: Apache-2.0
/**
 * An SBOM as CycloneDX 1.6 JSON, with the layer and the place that each fact comes from.
 * Source: https://cyclonedx.org/docs/1.6/json/. Same SBOM and meta, same bytes: the serial number is made from content.
 */
import { hexOf } from "#lib/digest.ts";
import type { Component, Distro, Evidence, Sbom } from "../types.ts";
import { cycloneDxLicenses, type CycloneDxLicenses } from "./licenses.ts";
import { serialNumber } from "./uuid.ts";

export interface CycloneDxMeta {
  /** Name of the image as people know it, e.g. `registry.example/app`. */
  readonly imageName: string;
  /** Version of the product that writes the document. */
  readonly toolVersion: string;
  /** RFC 3339; left out unless given, since a clock would change the bytes. */
  readonly timestamp?: string;
}

interface Property {
  readonly name: string;
  readonly value: string;
}

interface Part {
  readonly type: "application" | "container" | "library" | "operating-system";
  readonly "bom-ref": string;
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly description?: string;
  readonly hashes?: readonly { readonly alg: "SHA-256"; readonly content: string }[];
  readonly licenses?: CycloneDxLicenses;
  readonly purl?: string;
  readonly evidence?: { readonly occurrences: readonly Occurrence[] };
  readonly properties?: readonly Property[];
}

interface Occurrence {
  readonly location: string;
  readonly line?: number;
  readonly offset?: number;
}

export interface CycloneDx {
  readonly $schema: string;
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: {
    readonly timestamp?: string;
    readonly tools: { readonly components: readonly Part[] };
    readonly component: Part;
    readonly properties: readonly Property[];
  };
  readonly components: readonly Part[];
  readonly compositions: readonly {
    readonly aggregate: "complete" | "incomplete";
    readonly assemblies: readonly string[];
  }[];
}

export function toCycloneDx(sbom: Sbom, meta: CycloneDxMeta): CycloneDx {
  const image = imagePart(sbom, meta);
  const components = [...(sbom.distro ? [distroPart(sbom.distro)] : []), ...sbom.components.map(packagePart)];
  const content = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      ...(meta.timestamp === undefined ? {} : { timestamp: meta.timestamp }),
      tools: { components: [toolPart(meta)] },
      component: image,
      properties: documentProperties(sbom),
    },
    components,
    compositions: [
      { aggregate: sbom.omissions.length === 0 ? "complete" : "incomplete", assemblies: [image["bom-ref"]] },
    ],
  } as const;
  const { $schema, bomFormat, specVersion, ...rest } = content;
  // Built in one order of keys, so plain JSON is as good as canonical here and much faster.
  return { $schema, bomFormat, specVersion, serialNumber: serialNumber(JSON.stringify(content)), ...rest };
}

/** The document's bytes: two-space JSON with a newline at the end. */
export function cycloneDxText(bom: CycloneDx): string {
  return `${JSON.stringify(bom, null, 2)}\n`;
}

function imagePart(sbom: Sbom, { imageName }: CycloneDxMeta): Part {
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

const toolPart = ({ toolVersion }: CycloneDxMeta): Part => ({
  type: "application",
  "bom-ref": `tool:stella@${toolVersion}`,
  name: "stella",
  version: toolVersion,
});

function distroPart({ id, versionId, codename, prettyName }: Distro): Part {
  return {
    type: "operating-system",
    "bom-ref": `os:${id}@${versionId}`,
    name: id,
    ...(versionId === "" ? {} : { version: versionId }),
    ...(prettyName === undefined ? {} : { description: prettyName }),
    ...(codename === undefined ? {} : { properties: [property("distro:codename", codename)] }),
  };
}

function packagePart(component: Component): Part {
  const licenses = cycloneDxLicenses(component.licenses);
  const isGrouped = component.type === "npm" || component.type === "golang";
  return {
    type: "library",
    "bom-ref": component.bomRef,
    name: component.name,
    ...(isGrouped && component.namespace !== undefined ? { group: component.namespace } : {}),
    version: component.version,
    ...(licenses ? { licenses } : {}),
    purl: component.purl,
    evidence: { occurrences: component.evidence.map(occurrence) },
    properties: componentProperties(component),
  };
}

function componentProperties({ layer, sourcePackage, ownedBy }: Component): Property[] {
  return [
    property("layer:diffId", layer.diffId),
    property("layer:digest", layer.digest),
    property("layer:index", String(layer.index)),
    ...(ownedBy === undefined ? [] : [property("ownedBy", ownedBy)]),
    ...(sourcePackage ? [property("sourcePackage", `${sourcePackage.name}@${sourcePackage.version}`)] : []),
  ];
}

function documentProperties({ analyzers, omissions }: Sbom): Property[] {
  return [
    ...Object.entries(analyzers).map(([id, version]) => property(`analyzer:${id}`, String(version))),
    ...omissions.map(({ code, path, analyzer, diffId, message }) =>
      property(
        "omission",
        [code, path, analyzer, diffId, message].filter((part) => part !== undefined).join(" "),
      ),
    ),
  ];
}

const occurrence = ({ path, line, offset }: Evidence): Occurrence => ({
  location: `/${path}`,
  ...(line === undefined ? {} : { line }),
  ...(offset === undefined ? {} : { offset }),
});

const property = (name: string, value: string): Property => ({ name: `stella:${name}`, value });
