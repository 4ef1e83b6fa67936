// SPDX-License-Identifier: Apache-2.0
/** What a scan needs from outside. */
import type { LayerDescriptor } from "#lib/oci/types.ts";
import type { Reading } from "./facts.ts";

/** Fragments by `fragmentKey`. Losing entries costs time only; a damaged entry is found out and made again. */
export interface FragmentCache {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Keys of one layer's entries, in any order, as other sets of analyzers left them. @param layer hex of the diffId */
  keysOf(layer: string): Promise<readonly string[]>;
}

/** What an analyzer stated of a file, by content. Synchronous: it is asked in the middle of a layer. */
export interface FileFactsCache {
  get(key: string): Reading | undefined;
  put(key: string, reading: Reading): void;
}

/** A layer to be read, wherever its bytes are. */
export interface LayerTask {
  readonly layer: LayerDescriptor;
  /** Ids of the analyzers that are to read it. */
  readonly analyzers: readonly string[];
  /** Where the blob lies in a local file; then the worker reads it there and verifies its digest. */
  readonly file?: { readonly path: string; readonly offset: number; readonly size: number };
  /** Opens the blob from its start in this thread; the bytes are verified by the source. */
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

export interface LayerAnswer {
  /** An encoded fragment. */
  readonly fragment: Uint8Array;
  /** Uncompressed bytes read. */
  readonly bytes: number;
}

/** Reads layers, side by side where it can. Safe to share between scans. */
export interface LayerWorkers {
  /** Layers that it reads at a time. */
  readonly size: number;
  /** @throws the codes of `analyzeLayer`, SCAN_ABORTED, LAYER_STALLED, LAYER_WORKER_LOST */
  analyze(task: LayerTask, signal?: AbortSignal): Promise<LayerAnswer>;
}

/** A step of a scan, for people and metrics. */
export type ScanProgress =
  | { readonly step: "resolved"; readonly layers: number }
  | {
      readonly step: "layer";
      readonly index: number;
      readonly digest: string;
      readonly outcome: "cached" | "analyzing" | "analyzed";
    }
  | { readonly step: "composed"; readonly components: number };
