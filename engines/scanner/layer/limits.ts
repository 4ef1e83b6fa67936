// SPDX-License-Identifier: Apache-2.0
/** How much of a layer is looked at. What a limit cuts off is recorded as an Omission, or fails the scan. */

export interface ScanLimits {
  /** Entries of one layer; the rest is left out with an Omission. */
  readonly maxEntries: number;
  /** Bytes of one file that an analyzer takes as it streams by; past it there is an Omission instead of facts (docs/adr/0007). */
  readonly maxStreamedBytes: number;
  /** Uncompressed bytes of one layer; past it the scan fails, since the diffId can't be verified. */
  readonly maxLayerBytes: number;
  /** Bytes of the layer's path list; the rest is left out with an Omission. */
  readonly maxTreeBytes: number;
  /** Packages that one analyzer states of one layer; the rest is left out with an Omission. */
  readonly maxPackages: number;
  /** Characters that one analyzer states of one layer; the rest is left out with an Omission. */
  readonly maxFactCharacters: number;
  /** Hard links of one layer, for one analyzer, whose target is not yet read; the rest is left out with an Omission. */
  readonly maxLinks: number;
  /** Folders on the way to an entry; what lies deeper is left out with an Omission. */
  readonly maxPathDepth: number;
  /** Omissions kept of one code in one layer; the rest is counted. */
  readonly maxOmissions: number;
}

export const defaultScanLimits: ScanLimits = {
  maxEntries: 4_000_000,
  maxStreamedBytes: 4 * 1024 ** 3, // twice the largest libraries for graphics processors
  maxLayerBytes: 128 * 1024 ** 3,
  maxTreeBytes: 64 * 1024 ** 2,
  maxPackages: 200_000,
  maxFactCharacters: 64 * 1024 ** 2,
  maxLinks: 100_000,
  maxPathDepth: 256,
  maxOmissions: 50,
};
