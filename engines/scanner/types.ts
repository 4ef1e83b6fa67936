// SPDX-License-Identifier: Apache-2.0
/** What the scanner states: packages with evidence, per layer (fragment) and per image (SBOM). No judgement here. */
import type { DiffId, Digest, ImageDigest, LayerDigest } from "#lib/digest.ts";
import type { Platform } from "#lib/oci/types.ts";
import type { EntryTrace } from "./entrytrace/types.ts";

/** purl types that analyzers make; `generic` is a binary or Windows component that no package manager claims. */
export type PackageType =
  | "apk"
  | "bitnami"
  | "cargo"
  | "composer"
  | "conda"
  | "cran"
  | "deb"
  | "gem"
  | "generic"
  | "golang"
  | "hackage"
  | "hex"
  | "maven"
  | "npm"
  | "nuget"
  | "pub"
  | "pypi"
  | "rpm"
  | "swift";

/** Where a fact was seen. */
export interface Evidence {
  /** Path in the root filesystem, no leading slash. */
  readonly path: string;
  /** 1-based line in a text file. */
  readonly line?: number;
  /** Byte offset in a binary. */
  readonly offset?: number;
  /** Way inside an archive, segments of nested archives joined by `!/`: `BOOT-INF/lib/a.jar!/META-INF/MANIFEST.MF`. */
  readonly inner?: string;
}

/** From etc/os-release (os-release(5)). */
export interface Distro {
  readonly id: string;
  readonly versionId: string;
  readonly codename?: string;
  readonly prettyName?: string;
}

/**
 * `file-name`: name and version stand in the file's name only, and no metadata confirms them. `known-artifact`: metadata states
 * both, and the namespace is that of the published artifact with this name and these classes.
 */
export type FactBasis = "file-name" | "known-artifact";

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
  /** Maintainer or vendor as the metadata gives it. */
  readonly supplier?: string;
  /** Virtual packages and capabilities that OS packages provide, sorted. */
  readonly provides?: readonly string[];
  /** Lower-case hex of the one file that is the component. */
  readonly sha256?: string;
  /** Set where metadata does not state all of name, namespace and version. */
  readonly basis?: FactBasis;
  /** bomRefs of components that it requires, as far as they are in the image; sorted. */
  readonly dependsOn?: readonly string[];
  /** Why the entry program uses it; not set where no use is known. */
  readonly usedByEntrypoint?: string;
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

/** Something that the entry program may use and that was not followed: what is not marked as used may be used by way of it. */
export interface UsageGap {
  readonly code: "USAGE_CUT" | "USAGE_FILES_UNREAD" | "USAGE_LIBRARY_MISSING" | "USAGE_PROGRAM_NOT_FOLLOWED";
  readonly message: string;
}

/** A package that stood in a lower layer and is not in the image's root filesystem any more; its bytes still are in the image. */
export interface RemovedComponent {
  readonly purl: string;
  readonly path: string;
  /** Indexes of the layers that brought it and that deleted or replaced it. */
  readonly addedIn: number;
  readonly removedIn: number;
}

/** The image that this one was built on, as far as shared layers or the image's own labels tell. */
export interface BaseImage {
  /** As the label `org.opencontainers.image.base.name` or a known image gives it. */
  readonly name?: string;
  readonly digest?: ImageDigest;
  /** Layers from the bottom that are the base's; undefined where only a label names it. */
  readonly layers?: number;
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
  /** By removing layer, then path; bounded. */
  readonly removed?: readonly RemovedComponent[];
  readonly base?: BaseImage;
  /** Where it was read from, if not from the image's own layers: a document attached to the image, by its manifest. */
  readonly source?: { readonly kind: "attached"; readonly digest: Digest };
  /** The way from ENTRYPOINT and CMD to the program that runs. */
  readonly entryTrace?: EntryTrace;
  /** Sorted; bounded. */
  readonly usageGaps?: readonly UsageGap[];
  readonly omissions: readonly Omission[];
  /** Analyzer id to version, sorted by id. */
  readonly analyzers: Readonly<Record<string, number>>;
}
