// SPDX-License-Identifier: Apache-2.0
/**
 * The scan of an image: each layer's fragment from the cache or from a worker, then one composed SBOM.
 * A layer that can't be read fails the scan: there is no SBOM of a part of an image.
 */
import type { ImageSource, LayerDescriptor, Platform, ResolvedImage } from "#lib/oci/types.ts";
import { hexOf } from "#lib/digest.ts";
import type { Analyzer } from "./analyzer.ts";
import { analyzers as catalog } from "./analyzers/catalog.ts";
import type { KnownImage } from "./compose/base-image.ts";
import { composeSbom } from "./compose-sbom.ts";
import { scanErrors } from "./errors.ts";
import type { Fragment } from "./facts.ts";
import { joinParts, missingParts, selectParts } from "./fragment-parts.ts";
import { decodeFragment, encodeFragment, fragmentKey } from "./fragment.ts";
import type { FragmentCache, LayerTask, LayerWorkers, ScanProgress } from "./ports.ts";
import type { Sbom } from "./types.ts";

export interface ScanPorts {
  readonly fragmentCache: FragmentCache;
  readonly layerWorkers: LayerWorkers;
  readonly progress?: (event: ScanProgress) => void;
}

export interface ScanOptions {
  /** Read every layer again, whatever the cache holds. */
  readonly force?: boolean;
  /** Layers read at a time; the workers' number unless given. */
  readonly maxParallel?: number;
  /** Images that this one may be built on. */
  readonly bases?: readonly KnownImage[];
  /** All of the catalog unless given. */
  readonly analyzers?: readonly Analyzer[];
  readonly signal?: AbortSignal;
}

export interface ScanCounters {
  /** Distinct layers of the image. */
  readonly layers: number;
  readonly cached: number;
  readonly analyzed: number;
  /** Uncompressed bytes read. */
  readonly bytes: number;
}

export interface ScanResult {
  readonly resolved: ResolvedImage;
  readonly sbom: Sbom;
  /** One a layer, bottom first; what the SBOM was composed of. */
  readonly fragments: readonly Fragment[];
  readonly counters: ScanCounters;
}

/**
 * @throws what the source throws; LAYER_DIGEST_MISMATCH, LAYER_DIFF_ID_MISMATCH, LAYER_UNREADABLE, LAYER_TOO_LARGE, IMAGE_TOO_LARGE,
 * TAR_INVALID, TAR_TRUNCATED, LAYER_STALLED, SCAN_ABORTED.
 */
export async function scanImage(
  source: ImageSource,
  platform: Platform,
  ports: ScanPorts,
  options: ScanOptions = {},
): Promise<ScanResult> {
  const resolved = await source.resolve(platform);
  ports.progress?.({ step: "resolved", layers: resolved.layers.length });
  const distinct = [...new Map(resolved.layers.map((layer) => [layer.diffId, layer])).values()];
  const scan = new LayerScan(source, resolved, ports, options);
  const fragments = await scan.all(distinct);
  const ordered = resolved.layers.map(({ diffId }) => fragmentOf(fragments, diffId));
  const sbom = composeSbom(resolved, ordered, options.bases ? { bases: options.bases } : {});
  ports.progress?.({ step: "composed", components: sbom.components.length });
  return { resolved, sbom, fragments: ordered, counters: scan.counters };
}

function fragmentOf(fragments: ReadonlyMap<string, Fragment>, diffId: string): Fragment {
  const fragment = fragments.get(diffId);
  if (!fragment) throw scanErrors.make("FRAGMENT_MISMATCH", `no fragment of layer ${diffId}`);
  return fragment;
}

/** Entries of one layer that are looked at for parts made by other sets of analyzers. */
const MAX_OTHER_ENTRIES = 8;

/** Facts of all layers together, encoded; ordinary images have a few MiB. */
const MAX_FACT_BYTES = 256 * 1024 * 1024;

class LayerScan {
  readonly #source: ImageSource;
  readonly #resolved: ResolvedImage;
  readonly #ports: ScanPorts;
  readonly #options: ScanOptions;
  #factBytes = 0;
  readonly #analyzers: readonly Analyzer[];
  #counters = { layers: 0, cached: 0, analyzed: 0, bytes: 0 };

  constructor(source: ImageSource, resolved: ResolvedImage, ports: ScanPorts, options: ScanOptions) {
    this.#source = source;
    this.#resolved = resolved;
    this.#ports = ports;
    this.#options = options;
    this.#analyzers = options.analyzers ?? catalog;
  }

  get counters(): ScanCounters {
    return { ...this.#counters };
  }

  /** By diffId. The first failure ends the others. */
  async all(layers: readonly LayerDescriptor[]): Promise<Map<string, Fragment>> {
    this.#counters.layers = layers.length;
    const fragments = new Map<string, Fragment>();
    const missing: LayerToFill[] = [];
    for (const layer of layers) {
      const known = this.#options.force ? undefined : await this.#fromCache(layer);
      const analyzers = known ? missingParts(known, this.#analyzers) : this.#analyzers;
      if (known && analyzers.length === 0) fragments.set(layer.diffId, known);
      else missing.push({ layer, analyzers, known });
    }
    missing.sort((a, b) => b.layer.size - a.layer.size); // the longest first, so that none is left alone at the end
    const failed = new AbortController();
    const signal = this.#options.signal
      ? AbortSignal.any([this.#options.signal, failed.signal])
      : failed.signal;
    const lane = async (): Promise<void> => {
      for (let next = missing.shift(); next; next = missing.shift()) {
        fragments.set(next.layer.diffId, await this.#analyze(next, signal));
      }
    };
    const lanes = Math.min(missing.length, this.#options.maxParallel ?? this.#ports.layerWorkers.size);
    try {
      await Promise.all(Array.from({ length: lanes }, lane));
    } catch (error) {
      missing.length = 0;
      failed.abort(error);
      throw error;
    }
    return fragments;
  }

  /** What is known of the layer, whatever set of analyzers it was read with; undefined where nothing is. */
  async #fromCache(layer: LayerDescriptor): Promise<Fragment | undefined> {
    const own = fragmentKey(layer.diffId, this.#analyzers);
    const whole = await this.#read(own, layer);
    if (whole) {
      this.#counters.cached++;
      this.#tell(layer, "cached");
      return whole;
    }
    const known = await this.#fromOthers(layer);
    if (known === undefined || missingParts(known, this.#analyzers).length > 0) return known;
    await this.#ports.fragmentCache.put(own, encodeFragment(known));
    this.#counters.cached++;
    this.#tell(layer, "cached");
    return known;
  }

  /** Parts that scans with other analyzers, or other versions of some, left behind. */
  async #fromOthers(layer: LayerDescriptor): Promise<Fragment | undefined> {
    const keys = await this.#ports.fragmentCache.keysOf(hexOf(layer.diffId));
    let known: Fragment | undefined;
    for (const key of [...keys].sort().slice(0, MAX_OTHER_ENTRIES)) {
      const wanted = known ? missingParts(known, this.#analyzers) : this.#analyzers;
      if (wanted.length === 0) return known;
      const found = await this.#read(key, layer);
      const parts = found && selectParts(found, wanted);
      if (parts && Object.keys(parts.analyzers).length > 0) known = known ? joinParts(known, parts) : parts;
    }
    return known;
  }

  async #read(key: string, layer: LayerDescriptor): Promise<Fragment | undefined> {
    const bytes = await this.#ports.fragmentCache.get(key);
    const fragment = bytes && decodeFragment(bytes, layer.diffId);
    if (fragment) this.#hold(bytes);
    return fragment;
  }

  async #analyze({ layer, analyzers, known }: LayerToFill, signal: AbortSignal): Promise<Fragment> {
    if (signal.aborted)
      throw scanErrors.make("SCAN_ABORTED", "the scan was aborted", { cause: signal.reason });
    this.#tell(layer, "analyzing");
    const file = this.#source.layerFile?.(layer);
    const task: LayerTask = {
      layer,
      analyzers: analyzers.map(({ id }) => id),
      ...(file ? { file } : {}),
      open: () => this.#source.openLayer(layer, signal),
    };
    const answer = await this.#ports.layerWorkers.analyze(task, signal);
    const made = decodeFragment(answer.fragment, layer.diffId);
    if (!made)
      throw scanErrors.make("FRAGMENT_MISMATCH", `a worker answered for another layer than ${layer.diffId}`);
    this.#hold(answer.fragment);
    const fragment = known ? joinParts(known, made) : made;
    const key = fragmentKey(layer.diffId, this.#analyzers);
    await this.#ports.fragmentCache.put(key, known ? encodeFragment(fragment) : answer.fragment);
    this.#counters.analyzed++;
    this.#counters.bytes += answer.bytes;
    this.#tell(layer, "analyzed");
    return fragment;
  }

  #hold(fragment: Uint8Array): void {
    this.#factBytes += fragment.length;
    if (this.#factBytes <= MAX_FACT_BYTES) return;
    throw scanErrors.make(
      "IMAGE_TOO_LARGE",
      `the image's layers state more than ${MAX_FACT_BYTES} bytes of facts`,
    );
  }

  #tell(layer: LayerDescriptor, outcome: "cached" | "analyzing" | "analyzed"): void {
    const index = this.#resolved.layers.findIndex(({ diffId }) => diffId === layer.diffId);
    this.#ports.progress?.({ step: "layer", index, digest: layer.digest, outcome });
  }
}

/** A layer, the analyzers that have to read it, and what is known of it without them. */
interface LayerToFill {
  readonly layer: LayerDescriptor;
  readonly analyzers: readonly Analyzer[];
  readonly known: Fragment | undefined;
}
