// SPDX-License-Identifier: Apache-2.0
/** What analyzers state about the files of one layer, before anything is known of the layers above and below. */
import type { Distro, Omission, PackageType } from "./types.ts";
import type { DiffId } from "#lib/digest.ts";

/** One package as its metadata gives it. Distro namespace and qualifiers are added when the image is composed. */
export interface PackageFact {
  readonly type: PackageType;
  /** npm scope with `@`, Go module path before the last slash. */
  readonly namespace?: string;
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  readonly licenses?: readonly string[];
  readonly sourcePackage?: { readonly name: string; readonly version: string };
  /** 1-based line of the record in a text file. */
  readonly line?: number;
  /** Byte offset of the record in a binary. */
  readonly offset?: number;
}

/** Files that an OS package put there. */
export interface Ownership {
  /** Binary package name. */
  readonly package: string;
  readonly architecture?: string;
  /** Paths without a leading slash, joined by newlines; documentation and C headers left out. */
  readonly paths: string;
}

/** Licences that a document beside the package states, e.g. usr/share/doc/NAME/copyright. */
export interface LicenseFact {
  /** Name of the documentation folder. */
  readonly package: string;
  readonly licenses: readonly string[];
}

/** What one file says. */
export interface Found {
  readonly packages?: readonly PackageFact[];
  readonly distro?: Distro;
  readonly ownership?: readonly Ownership[];
  readonly license?: LicenseFact;
}

/** What an analyzer states of a file: facts, and what of the file it had to leave out. */
export interface Reading extends Found {
  /** One line each; kept as Omissions of the file, not among its facts. */
  readonly problems?: readonly string[];
}

/** What one analyzer found in one file. */
export interface FileFacts extends Found {
  /** In the root filesystem, no leading slash. */
  readonly path: string;
  readonly analyzer: string;
}

/** A hard link whose content stands in a lower layer. */
export interface LinkFact {
  readonly path: string;
  readonly target: string;
  readonly analyzer: string;
}

/** All facts of one layer; the unit of caching. A function of the layer's bytes and the analyzers' versions only. */
export interface Fragment {
  readonly diffId: DiffId;
  /** Analyzer id to version. */
  readonly analyzers: Readonly<Record<string, number>>;
  /** Sorted by path, then analyzer. */
  readonly files: readonly FileFacts[];
  readonly links: readonly LinkFact[];
  /** Paths that this layer deletes from the layers below, sorted. */
  readonly whiteouts: readonly string[];
  /** Directories whose lower content this layer hides, sorted. */
  readonly opaques: readonly string[];
  readonly omissions: readonly Omission[];
  /** Every entry of the layer in archive order; read it with `forEachTreeEntry`. */
  readonly tree: Uint8Array;
}
