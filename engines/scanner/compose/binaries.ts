// SPDX-License-Identifier: Apache-2.0
/** Executables and libraries that no package claims: each is a component of its own, known by its content. */
import { buildPurl } from "#lib/purl/index.ts";
import type { LayerDescriptor } from "#lib/oci/types.ts";
import type { BinaryFact } from "../facts.ts";
import { baseName } from "../layer/paths.ts";
import type { Component } from "../types.ts";
import type { Claims } from "./claims.ts";
import { factOf, layerOf, type Draft } from "./draft.ts";
import type { VisibleFile } from "./root-view.ts";

/** Copies of one binary that are named; the rest adds nothing. */
const MAX_EVIDENCE = 100;

/** One a content: a file that stands at several places is one component with several pieces of evidence. */
export function binaryDrafts(
  files: readonly VisibleFile[],
  claims: Claims,
  layers: readonly LayerDescriptor[],
): Draft[] {
  const drafts = new Map<string, Draft>();
  for (const file of files) {
    const binary = factOf(file, "binary");
    if (!binary || binary.kind === "object" || file.since.size > 0) continue;
    if (claims.owner(file.path)) continue;
    const layer = layerOf(layers, file.layer);
    if (!layer) continue;
    const known = drafts.get(binary.sha256);
    drafts.set(binary.sha256, known ? seenAgain(known, file.path) : draftOf(binary, file.path, layer));
  }
  return [...drafts.values()];
}

function draftOf(binary: BinaryFact, path: string, layer: Component["layer"]): Draft {
  const { product = {}, sha256, architecture } = binary;
  const name = baseName(path);
  const version = product.fileVersion ?? product.version ?? "";
  return {
    path,
    component: {
      purl: buildPurl({
        type: "generic",
        name,
        ...(version === "" ? {} : { version }),
        qualifiers: { checksum: `sha256:${sha256}` },
      }),
      type: "generic",
      name,
      version,
      architecture,
      licenses: [],
      evidence: [{ path }],
      layer,
      ...(product.company === undefined ? {} : { supplier: product.company }),
      sha256,
    },
  };
}

function seenAgain(draft: Draft, path: string): Draft {
  const { component } = draft;
  if (component.evidence.length >= MAX_EVIDENCE) return draft;
  return { ...draft, component: { ...component, evidence: [...component.evidence, { path }] } };
}
