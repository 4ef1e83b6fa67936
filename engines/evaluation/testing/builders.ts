// SPDX-License-Identifier: Apache-2.0
/** Small facts for tests of this and other folders: an image with components, findings on them, a report. */
import { digestOf, type DiffId, type ImageDigest, type LayerDigest } from "#lib/digest.ts";
import type { Component, Sbom } from "#engines/scanner/index.ts";
import { evaluate, type EvaluationInput } from "../evaluate.ts";
import type { Finding, ReportDocument } from "../types.ts";

export const IMAGE_DIGEST = digestOf<ImageDigest>("image");
export const DIFF_ID = digestOf<DiffId>("layer");
export const LAYER_DIGEST = digestOf<LayerDigest>("layer.gz");

/** A component of the layer `LAYER_DIGEST`; type, name and version are read from a plain purl. */
export function component(purl: string, overrides: Partial<Component> = {}): Component {
  const [, type, name, version] = /^pkg:(\w+)\/([^@?]+)@?([^?]*)/.exec(purl) ?? [];
  return {
    bomRef: purl,
    purl,
    type: (type ?? "npm") as Component["type"],
    name: name ?? "",
    version: version ?? "",
    licenses: [],
    evidence: [{ path: `app/node_modules/${name ?? ""}/package.json` }],
    layer: { index: 0, diffId: DIFF_ID, digest: LAYER_DIGEST },
    ...overrides,
  };
}

export function sbom(components: readonly Component[], overrides: Partial<Sbom> = {}): Sbom {
  return {
    imageDigest: IMAGE_DIGEST,
    platform: { os: "linux", architecture: "amd64" },
    layers: [{ digest: LAYER_DIGEST, diffId: DIFF_ID, size: 1 }],
    components,
    omissions: [],
    analyzers: { node: 1 },
    ...overrides,
  };
}

/** A finding on `component(purl)`: high, no fix, from GitHub by way of `osv`. */
export function finding(id: string, purl: string, overrides: Partial<Finding> = {}): Finding {
  const { bomRef, name, version, evidence, layer } = component(purl);
  return {
    id,
    advisoryIds: [id],
    aliases: [],
    sources: ["osv"],
    vendors: ["github"],
    purl,
    bomRef,
    name,
    version,
    severity: "high",
    range: ">=0",
    evidence,
    layer: { index: layer.index, diffId: layer.diffId },
    kev: false,
    ...overrides,
  };
}

/** The report on findings, each on a component of its own. */
export function report(
  findings: readonly Finding[],
  overrides: Partial<EvaluationInput> = {},
): ReportDocument {
  return evaluate({
    sbom: sbom(findings.map(({ purl, evidence }) => component(purl, { evidence }))),
    sbomDigest: digestOf("sbom"),
    findings,
    advisoriesDigest: digestOf("advisories"),
    now: 0,
    ...overrides,
  });
}
