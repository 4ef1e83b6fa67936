// SPDX-License-Identifier: Apache-2.0
/** Images in memory and fakes of the scanner's ports, for tests here and in other folders. */
import { gzipSync } from "node:zlib";
import { digestOf, type DiffId, type ImageDigest, type LayerDigest } from "#lib/digest.ts";
import { emptyImageConfig } from "#lib/oci/image-config.ts";
import type { ImageSource, LayerDescriptor, Platform, ResolvedImage } from "#lib/oci/types.ts";
import { writeTar, type TarFile } from "#lib/tar/testing/write-tar.ts";
import type { Analyzer, LayerFile } from "../analyzer.ts";
import { analyzers } from "../analyzers/catalog.ts";
import type { Reading, Fragment } from "../facts.ts";
import { encodeFragment } from "../fragment.ts";
import { analyzeLayer, type LayerRead } from "../layer/analyze-layer.ts";
import { defaultScanLimits, type ScanLimits } from "../layer/limits.ts";
import type { FragmentCache, LayerWorkers } from "../ports.ts";

export const linuxAmd64: Platform = { os: "linux", architecture: "amd64" };

export interface MemoryLayer {
  readonly descriptor: LayerDescriptor;
  readonly blob: Buffer;
}

export function memoryLayer(content: readonly TarFile[] | Buffer): MemoryLayer {
  const tar = Buffer.isBuffer(content) ? content : writeTar(content);
  const blob = gzipSync(tar, { level: 1 });
  const descriptor: LayerDescriptor = {
    digest: digestOf<LayerDigest>(blob),
    diffId: digestOf<DiffId>(tar),
    size: blob.length,
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
  };
  return { descriptor, blob };
}

/** A source over layers in memory; `opened` counts the layers read. */
export function memoryImage(
  layers: readonly MemoryLayer[],
): ImageSource & { readonly opened: LayerDescriptor[] } {
  const opened: LayerDescriptor[] = [];
  const resolved: ResolvedImage = {
    imageDigest: digestOf<ImageDigest>(layers.map(({ descriptor }) => descriptor.digest).join()),
    reference: "memory",
    platform: linuxAmd64,
    config: emptyImageConfig(linuxAmd64),
    layers: layers.map(({ descriptor }) => descriptor),
  };
  return {
    description: "memory",
    opened,
    resolve: () => Promise.resolve(resolved),
    openLayer: (layer) => {
      opened.push(layer);
      const found = layers.find(({ descriptor }) => descriptor.digest === layer.digest);
      return Promise.resolve(inPieces(found?.blob ?? Buffer.alloc(0)));
    },
    close: () => Promise.resolve(),
  };
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield await Promise.resolve(bytes.subarray(at, at + 1000));
}

/** Reads a layer in this thread. */
export async function readLayer(
  layer: MemoryLayer,
  limits: Partial<ScanLimits> = {},
  chosen: readonly Analyzer[] = analyzers,
): Promise<LayerRead> {
  const { digest, diffId } = layer.descriptor;
  const open = (): Uint8Array[] => [layer.blob];
  return analyzeLayer({ digest, diffId, open, verifyDigest: true }, chosen, {
    ...defaultScanLimits,
    ...limits,
  });
}

export async function fragmentOf(files: readonly TarFile[]): Promise<Fragment> {
  return (await readLayer(memoryLayer(files))).fragment;
}

/** Workers that are no threads. */
export const inlineWorkers: LayerWorkers = {
  size: 4,
  async analyze({ layer: { digest, diffId }, analyzers: ids, open }) {
    const chosen = analyzers.filter(({ id }) => ids.includes(id));
    const { fragment, bytes } = await analyzeLayer({ digest, diffId, open, verifyDigest: true }, chosen);
    return { fragment: encodeFragment(fragment), bytes };
  },
};

export function memoryFragmentCache(): FragmentCache & { readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array>();
  return {
    entries,
    get: (key) => Promise.resolve(entries.get(key)),
    put: (key, bytes) => Promise.resolve(void entries.set(key, bytes)),
    keysOf: (layer) => Promise.resolve([...entries.keys()].filter((key) => key.startsWith(`${layer}-`))),
  };
}

/** What one analyzer states of one file; undefined when it does not want it. */
export function analyzeFile(
  analyzer: Analyzer,
  path: string,
  content: string | Buffer,
  { mode = 0o644, pieces = Infinity }: { mode?: number; pieces?: number } = {},
): Reading | undefined {
  const bytes = Buffer.from(content);
  const file: LayerFile = { path, size: bytes.length, mode };
  if (!analyzer.wants(file)) return undefined;
  if (!("open" in analyzer)) return analyzer.analyze({ file, bytes, text: () => bytes.toString() });
  const stream = analyzer.open(file);
  for (let at = 0; at < bytes.length; at += pieces) {
    if (!stream.data(Buffer.from(bytes.subarray(at, Math.min(bytes.length, at + pieces))))) break;
  }
  return stream.end();
}
