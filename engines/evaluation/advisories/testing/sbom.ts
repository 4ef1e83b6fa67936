// SPDX-License-Identifier: Apache-2.0
/** Small SBOMs and feeds for tests of matching and evaluation. */
import { digestOf } from "#lib/digest.ts";
import type { DiffId, ImageDigest, LayerDigest } from "#lib/digest.ts";
import type { Component, Distro, PackageType, Sbom } from "#engines/scanner/index.ts";
import type { FeedReader } from "../types.ts";

const DIFF_ID = digestOf<DiffId>("layer");
const LAYER = digestOf<LayerDigest>("layer.gz");

export const bookworm: Distro = { id: "debian", versionId: "12", codename: "bookworm" };

/** `component("npm", "@babel/traverse", "7.0.0")`; a distro package's purl gets the distro as namespace. */
export function component(
  type: PackageType,
  name: string,
  version: string,
  more: Partial<Pick<Component, "sourcePackage" | "ownedBy" | "bomRef">> = {},
): Component {
  const slash = type === "deb" || type === "apk" ? -1 : name.lastIndexOf("/");
  const purl = `pkg:${type}/${type === "deb" ? "debian/" : type === "apk" ? "alpine/" : ""}${name}@${version}`;
  return {
    bomRef: purl,
    purl,
    type,
    ...(slash < 0 ? {} : { namespace: name.slice(0, slash) }),
    name: name.slice(slash + 1),
    version,
    licenses: [],
    evidence: [{ path: `packages/${name}` }],
    layer: { index: 0, diffId: DIFF_ID, digest: LAYER },
    ...more,
  };
}

export function sbomOf(components: readonly Component[], distro?: Distro): Sbom {
  return {
    imageDigest: digestOf<ImageDigest>("image"),
    platform: { os: "linux", architecture: "amd64" },
    ...(distro === undefined ? {} : { distro }),
    layers: [{ digest: LAYER, diffId: DIFF_ID, size: 1 }],
    components,
    omissions: [],
    analyzers: {},
  };
}

/** A feed from memory: file name to content. */
export function memoryFeed(files: Readonly<Record<string, string | Uint8Array>>): FeedReader {
  return {
    async *documents() {
      for (const [name, content] of Object.entries(files)) {
        const bytes = typeof content === "string" ? Buffer.from(content) : content;
        yield await Promise.resolve({ name, open: () => inPieces(bytes) });
      }
    },
  };
}

/** In pieces of awkward sizes, as a network gives them. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1013) yield await Promise.resolve(bytes.subarray(at, at + 1013));
}
