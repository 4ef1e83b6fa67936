// SPDX-License-Identifier: Apache-2.0
/** What analyzers state about the files of one layer, before anything is known of the layers above and below. */
import type { Distro, FactBasis, Omission, PackageType } from "./types.ts";
import type { DiffId } from "#lib/digest.ts";

/** One package as its metadata gives it. Distro namespace and qualifiers are added when the image is composed. */
export interface PackageFact {
  readonly type: PackageType;
  /** npm scope with `@`, Go module path before the last slash. */
  readonly namespace?: string;
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** Of its purl, decoded, beside those that other fields give: conda's build and channel, rpm's module. */
  readonly qualifiers?: Readonly<Record<string, string>>;
  readonly licenses?: readonly string[];
  readonly sourcePackage?: { readonly name: string; readonly version: string };
  /** 1-based line of the record in a text file. */
  readonly line?: number;
  /** Byte offset of the record in a binary. */
  readonly offset?: number;
  /** Way inside the archive, see `Evidence.inner`. */
  readonly inner?: string;
  readonly supplier?: string;
  /** Virtual packages and capabilities, without versions. */
  readonly provides?: readonly string[];
  /**
   * Names of packages of the same type that it needs to run, without versions, as that type writes names in `PackageFact`
   * (npm with scope and by the name of the folder, which may be an alias; pypi normalised). Of OS packages also provided
   * names; of alternatives all.
   */
  readonly requires?: readonly string[];
  /** Python: those of `requires` that it wants with extras, `celery[auth,redis]`; sorted. */
  readonly requiresWithExtras?: readonly string[];
  /** Python: by extra what it needs besides when that is asked of it, with extras as in `requiresWithExtras`; sorted. */
  readonly extras?: Readonly<Record<string, readonly string[]>>;
  /** Folders and files that are the package's, from the root, no leading slash; a folder's content is its too. */
  readonly contents?: readonly string[];
  /** Python: top-level module names that can be imported from it. */
  readonly modules?: readonly string[];
  /** Lower-case hex, where the file read is the package (a jar, an assembly). */
  readonly sha256?: string;
  /** See `Component.basis`. */
  readonly basis?: FactBasis;
}

/** What a dynamic linker reads of an executable or shared object. */
export interface BinaryFact {
  readonly format: "elf" | "pe" | "macho";
  /** As OCI platforms name them (amd64, arm64, arm, 386, ppc64le, s390x, riscv64), else `machine-N`; of a fat Mach-O joined by `,`. */
  readonly architecture: string;
  readonly kind: "executable" | "library" | "object";
  /** Of the whole file, lower-case hex. */
  readonly sha256: string;
  /** True when it names neither interpreter nor needed libraries. */
  readonly isStatic: boolean;
  /** ELF PT_INTERP. */
  readonly interpreter?: string;
  /** DT_NEEDED, PE import DLLs or Mach-O dylibs, in the file's order. */
  readonly needed: readonly string[];
  /** DT_SONAME or Mach-O install name. */
  readonly soname?: string;
  readonly rpath?: readonly string[];
  readonly runpath?: readonly string[];
  /** ELF GNU build-id or Mach-O UUID, lower-case hex. */
  readonly buildId?: string;
  /** ELF version needs: `libc.so.6` -> `GLIBC_2.34`; sorted by library, then version. */
  readonly symbolVersions?: readonly { readonly library: string; readonly versions: readonly string[] }[];
  /** PE version resource. */
  readonly product?: {
    readonly name?: string;
    readonly version?: string;
    readonly fileVersion?: string;
    readonly company?: string;
  };
  /** Compiler mark: `rustc`, `go`; from the file's own text, not from its name. */
  readonly language?: string;
}

/** A script that something can start. */
export interface ScriptFact {
  /** Words of the `#!` line; empty where there is none. */
  readonly interpreter: readonly string[];
  /** Whole content; undefined where the interpreter is none that a trace reads, or the text is too long. */
  readonly text?: string;
}

/** An application's own package.json, outside node_modules. */
export interface ManifestFact {
  readonly name?: string;
  readonly main?: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  /** Names of dependencies and optionalDependencies, of an alias the folder's. */
  readonly requires: readonly string[];
}

/** Files that an OS package put there. */
export interface Ownership {
  /** Binary package name. */
  readonly package: string;
  readonly architecture?: string;
  /** Where one database may hold several versions of a package, as its fact gives it. */
  readonly version?: string;
  /**
   * Paths without a leading slash, joined by newlines; documentation and C headers left out. In a fragment grouped by
   * folder, see `groupedPaths`.
   */
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
  readonly binary?: BinaryFact;
  readonly script?: ScriptFact;
  readonly manifest?: ManifestFact;
  /**
   * What the Python distribution whose metadata folder holds this file has brought. `contents` as `PackageFact.contents`;
   * those of a top_level.txt need not exist. `modules` are top-level names, and the dotted names of the packages within a
   * namespace that other distributions share (`google.cloud.storage`).
   */
  readonly installed?: { readonly contents: readonly string[]; readonly modules: readonly string[] };
  /** Dotted names of modules that a Python file imports, sorted; relative ones begin with a dot. */
  readonly imports?: readonly string[];
  /** Java: entries of `Class-Path` in the manifest of the outermost archive, as they stand there. */
  readonly classPath?: readonly string[];
  /**
   * Directories that a dynamic linker's configuration names; `include PATTERN` lines are kept as they stand. Of
   * etc/ld.so.preload: the objects that it names.
   */
  readonly loader?: readonly string[];
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
