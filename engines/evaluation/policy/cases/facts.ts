// SPDX-License-Identifier: Apache-2.0
/** The facts of a test case, as evaluation has them of an image. */
import { digestOf, type DiffId, type ImageDigest, type LayerDigest } from "#lib/digest.ts";
import { parsePurl } from "#lib/purl/index.ts";
import type { Component, Sbom } from "#engines/scanner/index.ts";
import { rfc3339 } from "#lib/clock.ts";
import type { Finding } from "../../types.ts";
import { EXAMPLE, type CaseComponent, type CaseFinding, type PolicyCase } from "./schema.ts";

const DAY_MS = 86_400_000;
const IMAGE = digestOf<ImageDigest>("image");
const DIFF_ID = digestOf<DiffId>("layer");
const LAYER = digestOf<LayerDigest>("layer.gz");
/** What a case's findings and components are found again by. */
export const findingRef = (index: number): string => `finding-${index}`;
export const componentRef = (index: number): string => `component-${index}`;

export interface CaseFacts {
  readonly sbom: Sbom;
  readonly findings: readonly Finding[];
}

/** One component a finding, and one for each that is given by itself. */
export function factsOf({ findings = [], components = [] }: PolicyCase, now: number): CaseFacts {
  const places = [...findings, ...components];
  // Where something is said to be unused, the entry point could be followed.
  const isTraced = places.some(({ usedByEntrypoint }) => usedByEntrypoint === false);
  return {
    findings: findings.map((given, index) => findingOf(given, findingRef(index), now)),
    sbom: {
      imageDigest: IMAGE,
      platform: { os: "linux", architecture: "amd64" },
      layers: [{ digest: LAYER, diffId: DIFF_ID, size: 1 }],
      components: [
        ...findings.map((given, index) => componentOf(given, findingRef(index))),
        ...components.map((given, index) => componentOf(given, componentRef(index))),
      ],
      omissions: [],
      analyzers: {},
      ...(isTraced ? { entryTrace: TRACED } : {}),
    },
  };
}

const TRACED: NonNullable<Sbom["entryTrace"]> = {
  steps: [],
  terminal: { kind: "node", path: "usr/bin/node", argv: [], workingDir: "/", user: "", env: {} },
};

function componentOf(given: Omit<CaseComponent, "expect">, bomRef: string): Component {
  const purl = given.purl ?? EXAMPLE;
  const { type, namespace, name, version = "" } = parsePurl(purl);
  return {
    bomRef,
    purl,
    type: type as Component["type"],
    ...(namespace === undefined ? {} : { namespace }),
    name,
    version,
    licenses: given.license ?? [],
    evidence: (given.path ?? []).map((path) => ({ path: path.replace(/^\/+/, "") })),
    layer: { index: 0, diffId: DIFF_ID, digest: (given.layerDigest ?? LAYER) as LayerDigest },
    ...(given.usedByEntrypoint === true ? { usedByEntrypoint: "the case says so" } : {}),
  };
}

function findingOf(given: CaseFinding, bomRef: string, now: number): Finding {
  const { purl, name, version, evidence, layer, usedByEntrypoint } = componentOf(given, bomRef);
  const { cve, aliases = [], vex, epss, ageDays } = given;
  const isAnswered = vex?.status === "not_affected" || vex?.status === "fixed";
  return {
    id: cve,
    advisoryIds: [cve],
    aliases,
    sources: given.source ?? [],
    vendors: given.vendor ?? [],
    purl,
    bomRef,
    name,
    version,
    severity: given.severity ?? "unknown",
    ...(given.fixAvailable === true ? { fixedVersion: "fixed" } : {}),
    range: ">=0",
    evidence,
    layer: { index: layer.index, diffId: layer.diffId },
    kev: given.kev ?? false,
    ...(given.malware === true ? { malware: true } : {}),
    ...(epss === undefined ? {} : { epss }),
    ...(ageDays === undefined ? {} : { published: rfc3339(now - ageDays * DAY_MS) }),
    ...(usedByEntrypoint === undefined ? {} : { usedByEntrypoint }),
    ...(vex === undefined
      ? {}
      : {
          vex: {
            status: vex.status,
            source: vex.by,
            scope: "version",
            reason: `${vex.status} by ${vex.by}`,
            ...(vex.justification === undefined ? {} : { justification: vex.justification }),
          },
        }),
    ...(vex !== undefined && isAnswered ? { suppressedBy: `vex:${vex.by}` } : {}),
  };
}
