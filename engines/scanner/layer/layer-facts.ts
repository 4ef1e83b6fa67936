// SPDX-License-Identifier: Apache-2.0
/**
 * Collects the facts of one layer from the entries of its tar: analyzers' findings, whiteouts, hard links and the path
 * list. OCI image-spec v1.1, layer.md. Nothing is written and no link is followed: paths are only compared.
 */
import { byKey, byText } from "#lib/compare.ts";
import type { DiffId } from "#lib/digest.ts";
import type { EntrySink, TarEntry } from "#lib/tar/index.ts";
import { versionsOf, type Analyzer, type LayerFile } from "../analyzer.ts";
import type { FileFacts, Fragment, LinkFact } from "../facts.ts";
import { groupedLists } from "../path-list.ts";
import type { FileFactsCache } from "../ports.ts";
import { openFile, type OnFound, type ReadingContext } from "./file-reader.ts";
import type { ScanLimits } from "./limits.ts";
import { Omissions } from "./omissions.ts";
import { cleanPath, isTooDeep, whiteoutOf } from "./paths.ts";
import { TreeWriter } from "./tree.ts";

/** A hard link's size is not in its header. */
const UNKNOWN_SIZE = Number.MAX_SAFE_INTEGER;

export class LayerFacts {
  readonly #diffId: DiffId;
  readonly #analyzers: readonly Analyzer[];
  readonly #limits: ScanLimits;
  readonly omissions: Omissions;
  readonly #tree: TreeWriter;
  /** path -> analyzer id -> facts (undefined: read, and nothing found). */
  readonly #files = new Map<string, Map<string, FileFacts | undefined>>();
  readonly #whiteouts = new Set<string>();
  readonly #opaques = new Set<string>();
  /** Hard links whose target no analyzer has read under its own name. */
  readonly #unread = new Map<string, LinkFact[]>();
  /** By analyzer: what one may state does not depend on which others read the layer too. */
  readonly #taken = new Map<string, { packages: number; characters: number; links: number }>();

  readonly #reading: ReadingContext;

  constructor(diffId: DiffId, analyzers: readonly Analyzer[], limits: ScanLimits, known?: FileFactsCache) {
    this.#diffId = diffId;
    this.#analyzers = analyzers;
    this.#limits = limits;
    this.omissions = new Omissions(limits.maxOmissions);
    this.#tree = new TreeWriter(limits.maxTreeBytes);
    this.#reading = { omissions: this.omissions, maxStreamedBytes: limits.maxStreamedBytes, known };
  }

  /** First pass, each entry in archive order. */
  readonly onEntry = (entry: TarEntry): EntrySink | undefined => {
    const path = cleanPath(entry.path);
    if (path === undefined) {
      this.#omit("LAYER_PATH_UNSAFE", "entry leads out of the root filesystem", entry.path.slice(0, 200));
      return undefined;
    }
    if (path === "") return undefined;
    if (isTooDeep(path, this.#limits.maxPathDepth)) {
      this.#omit(
        "LIMIT_PATH_DEPTH",
        `more than ${this.#limits.maxPathDepth} folders deep`,
        path.slice(0, 200),
      );
      return undefined;
    }
    const whiteout = whiteoutOf(path);
    if (whiteout) {
      if (whiteout.kind === "deleted") this.#whiteouts.add(whiteout.path);
      if (whiteout.kind === "opaque") this.#opaques.add(whiteout.path);
      return undefined;
    }
    this.#files.delete(path); // the last of two entries with one path holds
    return this.#open(entry, path);
  };

  #open(entry: TarEntry, path: string): EntrySink | undefined {
    switch (entry.type) {
      case "file":
        this.#tree.add("f", path);
        return this.#openFile(entry, path);
      case "hardlink":
        this.#tree.add("f", path);
        this.#link(entry, path);
        return undefined;
      case "symlink":
        this.#tree.add("l", path, entry.linkPath);
        return undefined;
      case "directory":
        this.#tree.add("d", path);
        return undefined;
      case "other":
        this.#tree.add("o", path);
        return undefined;
    }
  }

  #openFile(entry: TarEntry, path: string): EntrySink | undefined {
    const file: LayerFile = { path, size: entry.size, mode: entry.mode };
    const wanting = this.#wanting(file);
    if (wanting.length === 0) return undefined;
    if (entry.sparse) {
      for (const { id } of wanting) this.#omit("FILE_SPARSE", "a sparse file is not read", path, id);
      return undefined;
    }
    for (const { id } of wanting) this.#keep(path, id, undefined);
    const keep: OnFound = (analyzer, found) =>
      this.#keep(path, analyzer.id, { ...groupedLists(found), path, analyzer: analyzer.id });
    return openFile(file, wanting, this.#reading, keep);
  }

  #link(entry: TarEntry, path: string): void {
    const target = cleanPath(entry.linkPath);
    if (target === undefined) {
      this.#omit("LAYER_PATH_UNSAFE", "hard link leads out of the root filesystem", path);
      return;
    }
    for (const { id } of this.#wanting({ path, size: UNKNOWN_SIZE, mode: entry.mode })) {
      const read = this.#files.get(target);
      if (!read?.has(id)) {
        this.#await({ path, target, analyzer: id });
        continue;
      }
      const facts = read.get(id);
      this.#keep(path, id, facts && { ...facts, path });
    }
  }

  /** Remembers a link whose target may still come, or stands in a lower layer. */
  #await(link: LinkFact): void {
    const taken = this.#takenBy(link.analyzer);
    if (++taken.links > this.#limits.maxLinks) {
      const message = `more than ${this.#limits.maxLinks} hard links to files not read`;
      this.#omit("LIMIT_LINKS", message, link.path, link.analyzer);
      return;
    }
    const links = this.#unread.get(link.target);
    if (links) links.push(link);
    else this.#unread.set(link.target, [link]);
  }

  #wanting(file: LayerFile): Analyzer[] {
    let wanting: Analyzer[] | undefined;
    for (const analyzer of this.#analyzers) if (analyzer.wants(file)) (wanting ??= []).push(analyzer);
    return wanting ?? [];
  }

  #keep(path: string, analyzer: string, facts: FileFacts | undefined): void {
    const taken = this.#takenBy(analyzer);
    taken.packages += facts?.packages?.length ?? 0;
    taken.characters += facts ? charactersOf(facts) : 0;
    const over = this.#exceeded(taken);
    if (over) {
      this.#omit(over.code, over.message, path, analyzer);
      return;
    }
    const ofPath = this.#files.get(path);
    if (ofPath) ofPath.set(analyzer, facts);
    else this.#files.set(path, new Map([[analyzer, facts]]));
  }

  #takenBy(analyzer: string): { packages: number; characters: number; links: number } {
    let taken = this.#taken.get(analyzer);
    if (!taken) this.#taken.set(analyzer, (taken = { packages: 0, characters: 0, links: 0 }));
    return taken;
  }

  #exceeded(taken: {
    readonly packages: number;
    readonly characters: number;
  }): { code: string; message: string } | undefined {
    const { maxPackages, maxFactCharacters } = this.#limits;
    if (taken.packages > maxPackages)
      return { code: "LIMIT_PACKAGES", message: `more than ${maxPackages} packages in the layer` };
    if (taken.characters > maxFactCharacters)
      return {
        code: "LIMIT_FACTS",
        message: `more than ${maxFactCharacters} characters of facts in the layer`,
      };
    return undefined;
  }

  /** True when a hard link's content has to be fetched by reading the layer again. */
  get needsSecondPass(): boolean {
    return this.#unread.size > 0;
  }

  /** Second pass: only files that hard links name. */
  readonly onEntryAgain = (entry: TarEntry): EntrySink | undefined => {
    const path = entry.type === "file" && !entry.sparse ? cleanPath(entry.path) : undefined;
    const links = path === undefined ? undefined : this.#unread.get(path);
    if (path === undefined || links === undefined) return undefined;
    this.#unread.delete(path);
    // The content is read once for each analyzer, however many links name it.
    const sinks = [...Map.groupBy(links, ({ analyzer }) => analyzer)].flatMap(([id, same]) => {
      const analyzers = this.#analyzers.filter((analyzer) => analyzer.id === id);
      const file = { path: same[0]?.path ?? path, size: entry.size, mode: entry.mode };
      const sink = openFile(file, analyzers, { ...this.#reading, known: undefined }, (_, found) => {
        const facts = groupedLists(found);
        for (const link of same) this.#keep(link.path, id, { ...facts, path: link.path, analyzer: id });
      });
      return sink ? [sink] : [];
    });
    return {
      data: (bytes) => {
        for (const sink of sinks) sink.data(bytes);
        return true;
      },
      end: () => {
        for (const sink of sinks) sink.end();
      },
    };
  };

  finish(): Fragment {
    if (this.#tree.isCut) {
      this.#omit("LIMIT_TREE_BYTES", `path list longer than ${this.#limits.maxTreeBytes} bytes`);
    }
    return {
      diffId: this.#diffId,
      analyzers: versionsOf(this.#analyzers),
      files: [...this.#files.values()]
        .flatMap((ofPath) => [...ofPath.values()].filter((facts) => facts !== undefined))
        .sort(byKey(({ path, analyzer }) => `${path}\0${analyzer}`)),
      links: [...this.#unread.values()].flat().sort(byKey(({ path, analyzer }) => `${path}\0${analyzer}`)),
      whiteouts: [...this.#whiteouts].sort(byText),
      opaques: [...this.#opaques].sort(byText),
      omissions: this.omissions.all(),
      tree: this.#tree.finish(),
    };
  }

  #omit(code: string, message: string, path?: string, analyzer?: string): void {
    this.omissions.add({
      code,
      message,
      ...(path === undefined ? {} : { path }),
      ...(analyzer === undefined ? {} : { analyzer }),
    });
  }
}

/** What the facts of a file take to keep, roughly. */
function charactersOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 1;
  let sum = 2;
  for (const part of Object.values(value) as unknown[]) sum += charactersOf(part);
  return sum;
}
