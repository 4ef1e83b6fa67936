// SPDX-License-Identifier: Apache-2.0
/** Fragments, and the images that they are composed to, from facts alone. */
import type { ComposedFrom } from "#engines/scanner/compose-sbom.ts";
import type { FileFacts, Fragment } from "#engines/scanner/facts.ts";
import { TreeWriter, type TreeEntryType } from "#engines/scanner/layer/tree.ts";
import { digestOf, type DiffId, type ImageDigest, type LayerDigest } from "#lib/digest.ts";
import { byText } from "#lib/compare.ts";
import { emptyImageConfig } from "#lib/oci/image-config.ts";

export function fragmentOf(
  files: readonly FileFacts[],
  {
    tree = [],
    whiteouts = [],
    name = "",
  }: {
    tree?: Iterable<readonly [TreeEntryType, string, string?]>;
    whiteouts?: readonly string[];
    name?: string;
  } = {},
): Fragment {
  const writer = new TreeWriter(64 << 20);
  for (const { path } of files) writer.add("f", path);
  for (const [type, path, target] of tree) writer.add(type, path, target);
  return {
    diffId: digestOf<DiffId>(`layer ${name}`),
    analyzers: {},
    files: [...files].sort((a, b) => byText(a.path, b.path)),
    links: [],
    whiteouts,
    opaques: [],
    omissions: [],
    tree: writer.finish(),
  };
}

export function imageOf(
  fragments: readonly Fragment[],
  config: Partial<ComposedFrom["config"]> = {},
): ComposedFrom {
  const platform = { os: "linux", architecture: "amd64" };
  return {
    imageDigest: digestOf<ImageDigest>("image"),
    platform,
    config: { ...emptyImageConfig(platform), ...config },
    layers: fragments.map(({ diffId }) => ({
      diffId,
      digest: digestOf<LayerDigest>(diffId),
      size: 1,
      mediaType: "",
    })),
  };
}
