// SPDX-License-Identifier: Apache-2.0
/** What the scanner states: packages with evidence, per layer (fragment) and per image (SBOM). No judgement here. */
import type { DiffId, ImageDigest, LayerDigest } from "#lib/digest.ts";
import type { Platform } from "#lib/oci/types.ts";

/** purl types the first analyzers make. */
export type PackageType = "deb" | "apk" | "npm" | "pypi" | "golang";

/** Where a fact was seen. */
export interface Evidence {
  /** Path in the root filesystem, no leading slash. */
  readonly path: string;
  /** 1-based line in a text file. */
  readonly line?: number;
  /** Byte offset in a binary. */
  readonly offset?: number;
}

/** From etc/os-release (os-release(5)). */
export interface Distro {
  readonly id: string;
  readonly versionId: string;
  readonly codename?: string;
  readonly prettyName?: string;
}

/** A component of a composed SBOM. Components are sorted by purl, then by evidence path. */
export interface Component {
  /** Unique and stable within the SBOM: the purl, with `#path` behind it where one purl stands twice. */
  readonly bomRef: string;
  /** Canonical purl; OS packages carry the distro as namespace and `arch`, `distro` (and `upstream`) qualifiers. */
  readonly purl: string;
  readonly type: PackageType;
  readonly namespace?: string;
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** SPDX expressions or names as the metadata gives them. */
  readonly licenses: readonly string[];
  /** Source package that the distro's advisories speak of. */
  readonly sourcePackage?: { readonly name: string; readonly version: string };
  readonly evidence: readonly Evidence[];
  /** The layer that brought this version in. */
  readonly layer: { readonly index: number; readonly diffId: DiffId; readonly digest: LayerDigest };
  /** purl of the OS package whose file list holds the evidence path. */
  readonly ownedBy?: string;
}

/** Something that was not read to its end; an SBOM with any of these says that it is partial. */
export interface Omission {
  /** Stable code, e.g. ANALYZER_INPUT_INVALID, LIMIT_FILE_BYTES. */
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly diffId?: DiffId;
  readonly analyzer?: string;
}

/** The composed inventory of one image; the input of evaluation and of every SBOM format. */
export interface Sbom {
  readonly imageDigest: ImageDigest;
  readonly platform: Platform;
  readonly distro?: Distro;
  readonly layers: readonly {
    readonly digest: LayerDigest;
    readonly diffId: DiffId;
    readonly size: number;
  }[];
  readonly components: readonly Component[];
  readonly omissions: readonly Omission[];
  /** Analyzer id to version, sorted by id. */
  readonly analyzers: Readonly<Record<string, number>>;
}
