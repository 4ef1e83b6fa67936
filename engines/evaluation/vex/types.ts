// SPDX-License-Identifier: Apache-2.0
/** What VEX documents say, verbatim enough to be judged, and the snapshot that evaluation reads. */
import type { Digest, ImageDigest } from "#lib/digest.ts";
import type { VexStatus } from "../types.ts";
import type { SharedNumbers } from "./statement-marks.ts";

/** `unverified`: there is a signature, beside the document or around it, and nobody has looked at it. */
export type VexSignature = "none" | "unverified";

/** One document with where it came from. */
export interface VexDocument {
  /** Name of the VexSource, or of the file given on the command line. */
  readonly source: string;
  /** Path or URL within the source; in error messages. */
  readonly name: string;
  readonly bytes: Uint8Array | string;
  /** Absent: `none`. */
  readonly signature?: VexSignature;
  /**
   * purls for which the index of a VEX repository lists the document; it is not heard about any other product. Absent: no
   * index names it.
   */
  readonly listedFor?: readonly string[];
  /** The image that it is attached to; it is not heard about any other. Absent: it is attached to none. */
  readonly attachedTo?: AttachedImage;
}

/** An image to which something is attached. */
export interface AttachedImage {
  readonly imageDigest: ImageDigest;
  /** Of the index that has the image. */
  readonly indexDigest?: Digest;
  /** Registry and repository, without tag. */
  readonly repository: string;
}

export type VexFormat = "openvex" | "csaf" | "cyclonedx";

/** A product or subcomponent by any of its names: purls, CPEs, and `sha256:` digests of the thing itself. */
export interface VexProduct {
  readonly ids: readonly string[];
  /** Nothing but a CPE names it. */
  readonly isCpeOnly?: true;
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
  /** What the provider says is to be done, or done about it by itself; cut to 300 characters. */
  readonly action?: string;
  /** RFC 3339 in UTC; absent where neither statement nor document gives one. */
  readonly timestamp?: string;
  readonly products: readonly VexProduct[];
}

/** What a reader makes of one document. */
export interface VexReading {
  /** The document's own name of itself. */
  readonly id?: string;
  /** Who the document says wrote it; cut to 300 characters. */
  readonly author?: string;
  readonly claims: readonly VexClaim[];
  /** VEX_DOCUMENT_INVALID for statements that were refused, the first hundred. */
  readonly problems: readonly Error[];
  /** All of them. */
  readonly problemCount: number;
  /** Products about which something is said, and whose names are none that can be looked for. */
  readonly unnamed: number;
  /** Of a CycloneDX document: what BOM-Links of other documents may point to. */
  readonly bom?: LinkedBom;
}

export interface LinkedBom {
  /** `urn:cdx:SERIAL/VERSION` */
  readonly link: string;
  /** Names of what the BOM describes. */
  readonly root: readonly string[];
  /** Names of a component by its reference; undefined where there is none. */
  readonly names: (ref: string) => readonly string[] | undefined;
  readonly isRoot: (ref: string) => boolean;
}

export interface VexProvenance {
  readonly source: string;
  /** Its name of itself (`@id`, tracking id, serial number), else its name. */
  readonly document: string;
  readonly digest: Digest;
  readonly signature: VexSignature;
  /** Who the document says wrote it: a word of its own that nothing is decided by. */
  readonly author?: string;
}

/** A claim cut down to one product and, where it has them, one subcomponent. */
export interface VexStatement {
  /** Its own in the snapshot. Where a claim names several products or subcomponents each has one. */
  readonly place: number;
  readonly from: VexProvenance;
  readonly status: VexStatus;
  /** Justification label, else the impact statement. */
  readonly justification?: string;
  readonly action?: string;
  readonly timestamp?: string;
  readonly product: readonly string[];
  /** The product has no name but a CPE. */
  readonly isCpeOnly?: true;
  /** Absent: the statement is about the product as a whole. */
  readonly subcomponent?: readonly string[];
}

/** What is said of one vulnerability in one component. */
export interface VexSubject {
  /**
   * Names of what is spoken of: the subcomponent, or the product as a whole. The same list wherever these names stand, as long as
   * it is kept.
   */
  readonly ids: readonly string[];
  /**
   * Latest first, ties by source, then by document. Made anew by each call, so callers leave out early what they don't need.
   * @param concerns of a subject that is a part: whether the product that it is part of matters; all do unless given
   */
  readonly statements: (concerns?: (product: readonly string[]) => boolean) => readonly VexStatement[];
}

/** Immutable and content-addressed; safe to share. */
export interface VexSnapshot {
  readonly digest: Digest;
  readonly documents: number;
  readonly statements: number;
  /**
   * Who speaks about a vulnerability (upper case), by the component that is spoken of (`componentKeys`), or under "" where it is a
   * whole image. @throws VEX_SNAPSHOT_INVALID
   */
  about(vulnerability: string): ReadonlyMap<string, readonly VexSubject[]>;
  /** Names of the sources whose documents it holds. */
  readonly sources: readonly string[];
  /** All of which something is said, upper case, in the order of their bytes. */
  vulnerabilities(): Iterable<string>;
  /**
   * For each vulnerability a number for all that is said of it: of two snapshots that share `numbers` the same number, where the same
   * is said by the same sources. Where a statement stands, and in which document's bytes, does not count. @throws VEX_SNAPSHOT_INVALID
   */
  marks(numbers: SharedNumbers): ReadonlyMap<string, number>;
}
