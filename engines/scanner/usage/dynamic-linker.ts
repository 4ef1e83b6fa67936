// SPDX-License-Identifier: Apache-2.0
/**
 * Which shared objects a program needs, found as the dynamic linker would in the image's root: glibc by ld.so(8), musl by
 * its own rules (https://wiki.musl-libc.org/functional-differences-from-glibc.html). Nothing that is opened by name
 * at run time (dlopen, NSS) is among them, but for the modules that a caller names.
 */
import { byText } from "#lib/compare.ts";
import type { BinaryFact } from "../facts.ts";
import { expand, searchPath, type Loaded } from "./library-search.ts";

/** What the linker sees of the root filesystem. Paths have no leading slash. */
export interface LinkerFiles {
  /** Leads through all links. */
  find(path: string): { readonly path: string; readonly binary: BinaryFact } | undefined;
  /** Directories of the linker's configuration, in its order: ld.so.conf of glibc, `etc/ld-musl-ARCH.path` of musl. */
  readonly configured: readonly string[];
  /** Words of glibc's `etc/ld.so.preload`. */
  readonly preloaded: readonly string[];
}

/** How a program is started. */
export interface Start {
  /** Values of LD_LIBRARY_PATH and LD_PRELOAD. */
  readonly libraryPath?: string;
  readonly preload?: string;
  /** Objects that the program opens by their paths: native modules of Python or Node packages. */
  readonly modules?: readonly string[];
}

/** A shared object that is loaded, and who asked for it first. */
export interface Linked {
  readonly path: string;
  readonly neededBy: string;
  /** What has it loaded into every program. */
  readonly preloadedBy?: "LD_PRELOAD" | "/etc/ld.so.preload";
}

export interface Closure {
  /** In the order in which they are found; the program itself and the named modules are left out. */
  readonly linked: readonly Linked[];
  /** Names that lead nowhere, with who needs them; sorted. */
  readonly missing: readonly { readonly name: string; readonly neededBy: string }[];
  /** True where there are more objects than are followed. */
  readonly isCut: boolean;
}

/** Work that is left for closures: folders to look into, in all. A program of a thousand libraries takes some ten thousand. */
export class LinkerBudget {
  #left: number;

  constructor(looks = 4_000_000) {
    this.#left = looks;
  }

  get isSpent(): boolean {
    return this.#left < 0;
  }

  /** False once it is spent. */
  take(looks: number): boolean {
    this.#left -= looks;
    return !this.isSpent;
  }
}

/** More libraries than any program loads. */
const MAX_OBJECTS = 5_000;
/** Names that musl answers with itself, whatever follows the dot (its manual, "Dynamic linker"). */
const MUSL_ITSELF = /^lib(?:c|pthread|rt|m|dl|util|xnet)\./;
/** Lets programs for glibc run on musl. */
const GCOMPAT = "lib/libgcompat.so.0";

export function linkedObjects(
  program: string,
  files: LinkerFiles,
  start: Start = {},
  budget = new LinkerBudget(),
): Closure {
  const process = new LinkedProcess(program, files, start, budget);
  return { linked: process.linked, missing: process.missing(), isCut: process.isCut };
}

/** Names under which an object was asked for, and its SONAME: they satisfy later requests (ld.so(8)). */
type Names = Map<string, Loaded>;

class LinkedProcess {
  readonly linked: Linked[] = [];
  isCut = false;
  readonly #files: LinkerFiles;
  readonly #libraryPath: string;
  readonly #budget: LinkerBudget;
  readonly #isMusl: boolean;
  /** By path. */
  readonly #loaded = new Map<string, Loaded>();
  /** Of the program, its libraries and what is preloaded. */
  readonly #names: Names = new Map<string, Loaded>();
  /** Of all modules too: which of them is opened first is not known, so these satisfy no request. */
  readonly #allNames = new Set<string>();
  readonly #missing = new Map<string, { name: string; neededBy: string }>();
  #queue: Loaded[] = [];

  constructor(program: string, files: LinkerFiles, start: Start, budget: LinkerBudget) {
    [this.#files, this.#budget, this.#libraryPath] = [files, budget, start.libraryPath ?? ""];
    const interpreter = files.find(program)?.binary.interpreter;
    this.#isMusl = /(?:^|\/)ld-musl-/.test(interpreter ?? "");
    const host = this.#load(program, undefined, this.#names);
    if (host && interpreter !== undefined) {
      this.#request(interpreter, host, this.#names);
      this.#preload(host, start.preload ?? "");
    }
    this.#follow(this.#names);
    for (const path of start.modules ?? []) this.#open(path, host);
  }

  /** A name that some module brings may be there before the one that asks for it is opened. */
  missing(): Closure["missing"] {
    const found = [...this.#missing].filter(([, { name }]) => !this.#allNames.has(name));
    return found.sort(([a], [b]) => byText(a, b)).map(([, value]) => value);
  }

  /** Before all that is needed, the variable's first; musl knows no file. */
  #preload(host: Loaded, variable: string): void {
    const words = variable.split(/[\s:]+/).filter((word) => word !== "");
    for (const name of words) this.#request(name, host, this.#names, "LD_PRELOAD");
    if (this.#isMusl) return;
    for (const name of this.#files.preloaded) this.#request(name, host, this.#names, "/etc/ld.so.preload");
  }

  /** A module by its path, with its libraries, unless it is made for another machine or C library. */
  #open(path: string, host: Loaded | undefined): void {
    const binary = this.#files.find(path)?.binary;
    if (binary === undefined || (host?.binary.interpreter !== undefined && this.#isForeign(binary))) return;
    const names: Names = new Map<string, Loaded>();
    if (this.#load(path, host, names)) this.#follow(names);
  }

  #isForeign({ needed }: BinaryFact): boolean {
    if (!this.#isMusl) return needed.some((name) => name.startsWith("libc.musl-"));
    return needed.includes("libc.so.6") && this.#files.find(GCOMPAT) === undefined;
  }

  #follow(names: Names): void {
    for (let object = this.#queue.shift(); object; object = this.#queue.shift()) {
      if (object.binary.format !== "elf") continue;
      for (const name of object.binary.needed) {
        if (!this.#budget.take(1)) break;
        this.#request(name, object, names);
      }
      if (this.#budget.isSpent) this.#queue = [];
    }
  }

  /** Finds and loads what an object asks for by name, or notes it as missing. */
  #request(name: string, from: Loaded, names: Names, preloadedBy?: Linked["preloadedBy"]): void {
    if (names.has(name) || this.#names.has(name)) return;
    if (this.#isMusl && MUSL_ITSELF.test(name)) return;
    for (const path of this.#places(name, from)) {
      if (!this.#budget.take(1)) return;
      const before = this.#loaded.size;
      const object = this.#load(path, from, names);
      if (!object) continue;
      this.#name(name, object, names);
      if (this.#loaded.size > before)
        this.linked.push({ path: object.path, neededBy: from.path, ...(preloadedBy ? { preloadedBy } : {}) });
      return;
    }
    if (!this.isCut) this.#missing.set(`${name} ${from.path}`, { name, neededBy: from.path });
  }

  *#places(name: string, from: Loaded): Generator<string> {
    if (name.includes("/")) return yield* expand([name], from.path, from.binary);
    if (from.folders === undefined) {
      from.folders = searchPath(from, this.#libraryPath, this.#files.configured, this.#isMusl);
      this.#budget.take(from.folders.length);
    }
    for (const folder of from.folders) yield `${folder}/${name}`;
  }

  #load(path: string, loader: Loaded | undefined, names: Names): Loaded | undefined {
    const file = this.#files.find(path);
    if (file === undefined || (loader && file.binary.architecture !== loader.binary.architecture))
      return undefined;
    let object = this.#loaded.get(file.path);
    if (object === undefined) {
      if (this.#loaded.size >= MAX_OBJECTS) {
        this.isCut = true;
        return undefined;
      }
      object = { ...file, loader, folders: undefined };
      this.#loaded.set(file.path, object);
      this.#queue.push(object);
    }
    // musl asks for the names only under which it has searched.
    if (!this.#isMusl && file.binary.soname !== undefined) this.#name(file.binary.soname, object, names);
    return object;
  }

  #name(name: string, object: Loaded, names: Names): void {
    if (!names.has(name)) names.set(name, object);
    this.#allNames.add(name);
  }
}
