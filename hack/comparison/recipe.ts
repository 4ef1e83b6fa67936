// SPDX-License-Identifier: Apache-2.0
/** How one image of the comparison is made: its layers, and what the package managers' own tools say is in them. */
import type { Log } from "#hack/lib/log.ts";
import type { LayerInput } from "#lib/oci/writer.ts";
import type { Package } from "./truth.ts";

export interface Parts {
  readonly layers: readonly LayerInput[];
  readonly truth: readonly Package[];
}

export interface Recipe {
  readonly name: string;
  /** What is in it, for the report's reader. */
  readonly title: string;
  /** Whose words the truth is: `dpkg-query, npm ls`. */
  readonly tools: string;
  /** Raise to build anew. */
  readonly version: number;
  /** `scratch` is an empty folder, removed once the image is written. */
  readonly build: (scratch: string, log: Log) => Promise<Parts>;
}

/** Folder of the files that a recipe starts from. */
export const inputs = (name: string): string => `${import.meta.dirname}/inputs/${name}`;
