// SPDX-License-Identifier: Apache-2.0
/** Indexes of images of which only purls matter. */
import { digestOf, type DiffId, type ImageDigest, type LayerDigest } from "#lib/digest.ts";
import type { Component, Sbom } from "../../types.ts";
import { imageBomIndex } from "../image-index.ts";

const layer = { digest: digestOf<LayerDigest>("blob"), diffId: digestOf<DiffId>("layer") };
export const imageDigest = (name: string): ImageDigest => digestOf<ImageDigest>(name);

export interface Small {
  readonly name: string;
  /** `!` behind a purl: used by the entry program. */
  readonly purls: readonly string[];
  readonly isTraced?: boolean;
  readonly isPartial?: boolean;
}

function component(text: string): Component {
  const purl = text.replace(/!$/, "");
  return {
    bomRef: purl,
    purl,
    type: "npm",
    name: "x",
    version: "",
    licenses: [],
    evidence: [],
    layer: { ...layer, index: 0 },
    ...(text.endsWith("!") ? { usedByEntrypoint: "ENTRYPOINT" } : {}),
  };
}

const traced: NonNullable<Sbom["entryTrace"]> = {
  steps: [],
  terminal: { kind: "native", path: "x", argv: [], workingDir: "/", user: "", env: {} },
};

/** The index of an SBOM with no more than that. */
export function indexOf({ name, purls, isTraced = true, isPartial = false }: Small): Uint8Array {
  return imageBomIndex({
    imageDigest: imageDigest(name),
    platform: { os: "linux", architecture: "amd64" },
    layers: [{ ...layer, size: 1 }],
    components: purls.map(component),
    ...(isTraced ? { entryTrace: traced } : {}),
    omissions: isPartial ? [{ code: "LIMIT", message: "" }] : [],
    analyzers: {},
  });
}
