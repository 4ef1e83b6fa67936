// SPDX-License-Identifier: Apache-2.0
/**
 * Exports of all sources as the buckets of a Trivy database (schema 2): `<distro release or ecosystem::source>` / package /
 * vulnerability, `vulnerability`, `data-source`. docs/formats/trivy-db.md says what goes where and what has no room there.
 * The order of the sources does not matter.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import type { BoltEntry } from "#lib/boltdb/index.ts";
import type { Advisory, AffectedPackage, Severity } from "../../types.ts";
import { ofEachCve, primaryIds } from "../identity.ts";
import { isBuiltForModule } from "../modules.ts";
import type { SourceExport } from "../types.ts";
import { languageSource } from "./data-sources.ts";
import type { DataSource } from "./data-sources.ts";
import { distroAdvisory } from "./distro-advisory.ts";
import { languageAdvisory } from "./language-advisory.ts";
import type { Statement } from "./language-advisory.ts";
import { languageOf } from "./languages.ts";
import type { Language } from "./languages.ts";
import { LeftOutCounter } from "./left-out.ts";
import type { LeftOut } from "./left-out.ts";
import { platformOf } from "./platforms.ts";
import type { Platform } from "./platforms.ts";
import { RED_HAT_CPES, redHatCpes } from "./red-hat.ts";
import { speaker, vulnerabilityRow, vulnerabilitySeverity } from "./vulnerability.ts";

export interface TrivyDb {
  /** For `writeBoltFile`; can be gone through any number of times. */
  readonly entries: Iterable<BoltEntry>;
  /** Pairs of a package in a bucket and a vulnerability. */
  readonly advisories: number;
  readonly vulnerabilities: number;
  /** Names of the buckets with advisories, sorted. */
  readonly buckets: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** Texts by key, and further trees. */
type Tree = Map<string, string | Tree>;
/** Statements by package and vulnerability. */
type Statements = Map<string, Map<string, Statement[]>>;

export function composeTrivyDb(exports: readonly SourceExport[]): TrivyDb {
  return new Composer(exports.flatMap(({ advisories }) => advisories)).compose();
}

class Composer {
  readonly #root: Tree = new Map();
  readonly #sources: Tree = new Map();
  readonly #leftOut = new LeftOutCounter();
  readonly #byVulnerability = new Map<string, Advisory[]>();
  readonly #platforms = new Map<string, { readonly platform: Platform; readonly packages: Statements }>();
  readonly #languages = new Map<string, { readonly language: Language; readonly packages: Statements }>();
  readonly #redHats = new Set<string>();
  readonly #severities = new Map<string, Severity>();
  #advisories = 0;

  constructor(advisories: readonly Advisory[]) {
    const idOf = primaryIds(advisories);
    for (const advisory of advisories.flatMap(ofEachCve)) {
      if (advisory.withdrawn !== undefined) continue;
      const id = idOf(advisory);
      listIn(this.#byVulnerability, id).push(advisory);
      for (const affected of advisory.affected) this.#sort(id, { advisory, affected });
    }
  }

  compose(): TrivyDb {
    const used = new Set<string>();
    for (const { platform, packages } of this.#platforms.values())
      this.#addPlatform(platform, packages, used);
    for (const [ecosystem, { language, packages }] of this.#languages)
      this.#addLanguage(ecosystem, language, packages, used);
    const buckets = [...this.#root.keys()].sort();
    if (this.#redHats.size > 0) this.#addRedHatCpes();
    const rows = [...used].map((id): [string, string] => [
      id,
      canonicalJson(vulnerabilityRow(this.#advisoriesOf(id))),
    ]);
    if (rows.length > 0) this.#root.set("vulnerability", new Map(rows)).set("data-source", this.#sources);
    const root = this.#root;
    return {
      entries: { [Symbol.iterator]: () => entriesOf(root) },
      advisories: this.#advisories,
      vulnerabilities: rows.length,
      buckets,
      leftOut: this.#leftOut.list(),
    };
  }

  #sort(id: string, statement: Statement): void {
    const { affected, advisory } = statement;
    const { distro, ecosystem, name } = affected;
    if (distro === undefined) {
      this.#sortLanguage(id, statement);
      return;
    }
    const platform = platformOf(distro);
    if (platform === undefined) {
      this.#leftOut.add("distro", `${advisory.id} ${distro} ${ecosystem} ${name}`);
      return;
    }
    const key = packageIn(platform, affected);
    if (key === undefined) {
      this.#leftOut.add("module", `${advisory.id} ${distro} ${name}`);
      return;
    }
    const space = this.#platforms.get(platform.bucket) ?? { platform, packages: new Map() };
    this.#platforms.set(platform.bucket, space);
    listIn(mapIn(space.packages, key), id).push(statement);
  }

  #sortLanguage(id: string, statement: Statement): void {
    const { ecosystem, name } = statement.affected;
    const language = languageOf(ecosystem);
    if (language === undefined) {
      this.#leftOut.add("ecosystem", `${statement.advisory.id} ${ecosystem} ${name}`);
      return;
    }
    const space = this.#languages.get(ecosystem) ?? { language, packages: new Map() };
    this.#languages.set(ecosystem, space);
    for (const spelling of language.names(name)) listIn(mapIn(space.packages, spelling), id).push(statement);
  }

  #addPlatform(platform: Platform, packages: Statements, used: Set<string>): void {
    for (const [name, byId] of packages) {
      for (const [id, statements] of byId) {
        const value = distroAdvisory(statements, platform, id, () => this.#severityOf(id), this.#leftOut);
        if (value === undefined) continue;
        this.#put(platform.bucket, platform.source, name, id, value);
        used.add(id);
        if (platform.layout !== "red-hat") continue;
        for (const { affected } of statements) this.#redHats.add(affected.distro ?? "");
      }
    }
  }

  #addLanguage(ecosystem: string, language: Language, packages: Statements, used: Set<string>): void {
    for (const [name, byId] of packages) {
      for (const [id, statements] of byId) {
        const value = languageAdvisory(statements, language, id, this.#leftOut);
        if (value === undefined) continue;
        // Trivy keeps one source's word for a vulnerability of a package: the union of all goes to one of them.
        const owner = speaker(statements.map(({ advisory }) => advisory));
        const source = languageSource(owner, ecosystem, language.label);
        this.#put(`${language.prefix}::${source.Name}`, source, name, id, value);
        used.add(id);
      }
    }
  }

  #put(bucket: string, source: DataSource, name: string, id: string, value: object): void {
    this.#sources.set(bucket, canonicalJson(source));
    treeIn(treeIn(this.#root, bucket), name).set(id, canonicalJson(value));
    this.#advisories += 1;
  }

  #addRedHatCpes(): void {
    const tree = treeIn(this.#root, RED_HAT_CPES);
    for (const [bucket, values] of Object.entries(redHatCpes(this.#redHats)))
      for (const [key, value] of values) treeIn(tree, bucket).set(key, canonicalJson(value));
  }

  #severityOf(id: string): Severity {
    const known = this.#severities.get(id) ?? vulnerabilitySeverity(this.#advisoriesOf(id));
    this.#severities.set(id, known);
    return known;
  }

  #advisoriesOf(id: string): readonly Advisory[] {
    return this.#byVulnerability.get(id) ?? [];
  }
}

/**
 * The name under which Trivy asks for it: `nodejs:18::npm` where its matcher for the distro knows modules. By its plain name a build for
 * a module would be taken for one outside of them, so without its stream it has no name (undefined).
 */
function packageIn({ knowsModules }: Platform, affected: AffectedPackage): string | undefined {
  const { name, module } = affected;
  if (!knowsModules) return name;
  if (module !== undefined) return `${module}::${name}`;
  return isBuiltForModule(affected) ? undefined : name;
}

function* entriesOf(tree: Tree): Generator<BoltEntry> {
  const keys = [...tree.keys()].map((text) => ({ text, key: Buffer.from(text) }));
  for (const { text, key } of keys.sort((a, b) => a.key.compare(b.key))) {
    const value = tree.get(text) ?? "";
    yield typeof value === "string" ? { key, value: Buffer.from(value) } : { key, entries: entriesOf(value) };
  }
}

function listIn<Item>(map: Map<string, Item[]>, key: string): Item[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

function mapIn<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const inner = map.get(key) ?? new Map<string, Value>();
  map.set(key, inner);
  return inner;
}

function treeIn(tree: Tree, key: string): Tree {
  const found = tree.get(key);
  if (found instanceof Map) return found;
  const inner: Tree = new Map();
  tree.set(key, inner);
  return inner;
}
