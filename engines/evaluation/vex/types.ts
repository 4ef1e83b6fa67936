// SPDX-License-Identifier: Apache-2.0
/** What VEX documents say, verbatim enough to be judged, and the snapshot that evaluation reads. */
import type { Digest } from "#lib/digest.ts";
import type { VexStatus } from "../types.ts";

/** One document with where it came from. */
export interface VexDocument {
  /** Name of the VexSource, or of the file given on the command line. */
  readonly source: string;
  /** Path or URL within the source; in error messages. */
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

/** A product or subcomponent by any of its names: purls, and `sha256:` digests of the thing itself. */
export interface VexProduct {
  readonly ids: readonly string[];
  /** Empty: the product as a whole. */
  readonly subcomponents: readonly (readonly string[])[];
}

/** One statement of one document about one vulnerability. */
export interface VexClaim {
  /** Name first, then aliases, upper case. */
  readonly vulnerabilities: readonly string[];
  readonly status: VexStatus;
  readonly justification?: string;
  /** Cut to 300 characters. */
  readonly impact?: string;
  /** RFC 3339 in UTC; absent where neither statement nor document gives one. */
  readonly timestamp?: string;
  readonly products: readonly VexProduct[];
}

export interface VexProvenance {
  readonly source: string;
  /** `@id` of the document, else its name. */
  readonly document: string;
  readonly digest: Digest;
}

/** A claim cut down to one product and, where it has them, one subcomponent. */
export interface VexStatement {
  readonly from: VexProvenance;
  readonly status: VexStatus;
  /** Justification label, else the impact statement. */
  readonly justification?: string;
  readonly timestamp?: string;
  readonly product: readonly string[];
  /** Absent: the statement is about the product as a whole. */
  readonly subcomponent?: readonly string[];
}

/** Immutable and content-addressed; safe to share. */
export interface VexSnapshot {
  readonly digest: Digest;
  readonly documents: number;
  readonly statements: number;
  /**
   * Statements about a vulnerability (upper case), latest first, ties by source, then by document; by the
   * component they speak of (`componentKey`), or under "" where they speak of a whole image.
   */
  about(vulnerability: string): ReadonlyMap<string, readonly VexStatement[]>;
  /** All of which something is said, upper case. */
  vulnerabilities(): Iterable<string>;
}
