// SPDX-License-Identifier: Apache-2.0
/**
 * A compiled VEX snapshot, opened for look-ups: nothing is decoded but the rows asked for, and those once. Everything read is checked
 * against the sections' bounds.
 */
import { byText } from "#lib/compare.ts";
import { digestOf, type Digest } from "#lib/digest.ts";
import { evaluationErrors } from "../errors.ts";
import { readContainer } from "../snapshot-file/container.ts";
import type { Container } from "../snapshot-file/container.ts";
import { Rows, parseJson } from "../snapshot-file/rows.ts";
import type { VexStatus } from "../types.ts";
import { compileVexSnapshot } from "./compile-snapshot.ts";
import { isCpeOnly } from "./formats/names.ts";
import { fromJsonSnapshot } from "./json-snapshot.ts";
import { faults, LAYOUT } from "./snapshot-layout.ts";
import type { DocumentRow, Section, StatementRow, SubjectsRow, VexSnapshotMeta } from "./snapshot-layout.ts";
import type { VexProvenance, VexSnapshot, VexStatement, VexSubject } from "./types.ts";

/** @throws VEX_SNAPSHOT_INVALID when the bytes are not a snapshot that this program reads; also from look-ups */
export function openVexSnapshot(bytes: Uint8Array): VexSnapshot {
  const isJson = bytes[0] === "{".charCodeAt(0);
  const container = readContainer(LAYOUT, isJson ? fromJsonSnapshot(bytes) : bytes, !isJson, faults);
  return new OpenVexSnapshot(digestOf(bytes), container);
}

let empty: VexSnapshot | undefined;

/** The snapshot of no documents. */
export function emptyVexSnapshot(): VexSnapshot {
  return (empty ??= openVexSnapshot(compileVexSnapshot([]).bytes));
}

/** Statements, and the products that any of them is about part of. */
interface Group {
  readonly rows: readonly StatementRow[];
  readonly products: readonly number[];
}

type About = ReadonlyMap<string, readonly VexSubject[]>;

const NOTHING: About = new Map();

class OpenVexSnapshot implements VexSnapshot {
  readonly digest: Digest;
  readonly documents: number;
  readonly sources: readonly string[];
  readonly statements: number;
  readonly #documents: Rows;
  readonly #texts: Rows;
  readonly #names: Rows;
  readonly #vulnerabilities: Rows;
  readonly #subjects: Rows;
  readonly #groups: Rows;
  readonly #kept = {
    about: new Map<string, About>(),
    documents: new Map<number, VexProvenance>(),
    texts: new Map<number, string>(),
    names: new Map<number, readonly string[]>(),
    subjects: new Map<string, VexSubject>(),
    groups: new Map<number, Group>(),
  };

  constructor(digest: Digest, { section }: Container<Section>) {
    this.digest = digest;
    const meta = parseJson<VexSnapshotMeta>(section("meta"), faults);
    this.documents = meta.documents;
    this.sources = meta.sources;
    this.statements = meta.statements;
    this.#documents = new Rows(section("documentIndex"), section("documents"), faults);
    this.#texts = new Rows(section("textIndex"), section("texts"), faults);
    this.#names = new Rows(section("nameIndex"), section("names"), faults);
    this.#vulnerabilities = new Rows(section("vulnerabilityIndex"), section("vulnerabilities"), faults);
    this.#subjects = new Rows(section("subjectIndex"), section("subjects"), faults);
    this.#groups = new Rows(section("groupIndex"), section("groups"), faults);
    if (this.#vulnerabilities.count !== this.#subjects.count)
      throw faults.corrupt("its tables do not fit each other");
  }

  *vulnerabilities(): Generator<string, void> {
    for (let at = 0; at < this.#vulnerabilities.count; at++) yield this.#vulnerabilities.row(at).toString();
  }

  about(vulnerability: string): About {
    return kept(this.#kept.about, vulnerability, () => {
      const at = this.#vulnerabilities.find(Buffer.from(vulnerability));
      if (at < 0) return NOTHING;
      const row = this.#subjects.json<SubjectsRow>(at);
      return new Map(
        row.map(([key, subjects]) => [key, subjects.map(([name, group]) => this.#subject(name, group))]),
      );
    });
  }

  #subject(name: number, group: number): VexSubject {
    return kept(this.#kept.subjects, `${name}/${group}`, () => ({
      ids: this.#name(name),
      statements: (concerns) =>
        decoded(() => {
          const { rows, products } = this.#group(group);
          const here = new Set(
            concerns === undefined ? products : products.filter((product) => concerns(this.#name(product))),
          );
          if (here.size === products.length) return rows.map((row) => this.#statement(name, row));
          return rows
            .filter(([, , , , , , product]) => product < 0 || here.has(product))
            .map((row) => this.#statement(name, row));
        }),
    }));
  }

  #group(at: number): Group {
    return kept(this.#kept.groups, at, () => {
      const rows = this.#groups.json<readonly StatementRow[]>(at);
      const products = new Set(rows.map(([, , , , , , product]) => product));
      products.delete(-1);
      return { rows, products: [...products] };
    });
  }

  #statement(
    subject: number,
    [place, document, status, time, why, action, product]: StatementRow,
  ): VexStatement {
    const ids = this.#name(product < 0 ? subject : product);
    return {
      place,
      from: this.#document(document),
      status: this.#text(status) as VexStatus,
      ...(why < 0 ? {} : { justification: this.#text(why) }),
      ...(action < 0 ? {} : { action: this.#text(action) }),
      ...(time < 0 ? {} : { timestamp: this.#text(time) }),
      product: ids,
      ...(isCpeOnly(ids) ? { isCpeOnly: true as const } : {}),
      ...(product < 0 ? {} : { subcomponent: this.#name(subject) }),
    };
  }

  #document(at: number): VexProvenance {
    return kept(this.#kept.documents, at, () => {
      const [source, document, digest, signature, author] = this.#documents.json<DocumentRow>(at);
      return { source, document, digest, signature, ...(author === undefined ? {} : { author }) };
    });
  }

  #name(at: number): readonly string[] {
    return kept(this.#kept.names, at, () => this.#names.json<readonly string[]>(at));
  }

  #text(at: number): string {
    return kept(this.#kept.texts, at, () => this.#texts.row(at).toString());
  }
}

function kept<Key, Value>(map: Map<Key, Value>, key: Key, decode: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = decoded(decode)));
  return value;
}

/** A row that parses and has another shape is damage too. */
function decoded<Value>(decode: () => Value): Value {
  try {
    return decode();
  } catch (cause) {
    throw evaluationErrors.is(cause) ? cause : faults.corrupt("a row has another shape", cause);
  }
}

/** The order in which statements count. */
export function latestFirst(a: VexStatement, b: VexStatement): number {
  return (
    byText(b.timestamp ?? "", a.timestamp ?? "") ||
    byText(a.from.source, b.from.source) ||
    byText(a.from.document, b.from.document) ||
    byText(a.from.digest, b.from.digest) ||
    a.place - b.place
  );
}
