// SPDX-License-Identifier: Apache-2.0
/**
 * A compiled VEX snapshot, opened for look-ups: nothing is decoded but the rows asked for, and of those the latest are kept.
 * Everything read is checked against the sections' bounds.
 */
import { byText } from "#lib/compare.ts";
import { digestOf, type Digest } from "#lib/digest.ts";
import type { Recent } from "#lib/recent.ts";
import { evaluationErrors } from "../errors.ts";
import { readContainer } from "../snapshot-file/container.ts";
import type { Container } from "../snapshot-file/container.ts";
import { Rows, parseJson } from "../snapshot-file/rows.ts";
import type { VexStatus } from "../types.ts";
import { compileVexSnapshot } from "./compile-snapshot.ts";
import { DecodedRows } from "./decoded-rows.ts";
import type { About, Group } from "./decoded-rows.ts";
import { isCpeOnly } from "./formats/names.ts";
import { fromJsonSnapshot } from "./json-snapshot.ts";
import { faults, LAYOUT } from "./snapshot-layout.ts";
import type { DocumentRow, Section, StatementRow, SubjectsRow, VexSnapshotMeta } from "./snapshot-layout.ts";
import { marksOf } from "./statement-marks.ts";
import type { SharedNumbers, VexTables } from "./statement-marks.ts";
import type { VexProvenance, VexSnapshot, VexStatement, VexSubject } from "./types.ts";

/**
 * @param decoded what look-ups keep of it
 * @throws VEX_SNAPSHOT_INVALID when the bytes are not a snapshot that this program reads; also from look-ups
 */
export function openVexSnapshot(bytes: Uint8Array, decoded = new DecodedRows()): VexSnapshot {
  const isJson = bytes[0] === "{".charCodeAt(0);
  const container = readContainer(LAYOUT, isJson ? fromJsonSnapshot(bytes) : bytes, !isJson, faults);
  return new OpenVexSnapshot(digestOf(bytes), container, decoded);
}

let empty: VexSnapshot | undefined;

/** The snapshot of no documents. */
export function emptyVexSnapshot(): VexSnapshot {
  return (empty ??= openVexSnapshot(compileVexSnapshot([]).bytes));
}

const NOTHING: About = new Map();

class OpenVexSnapshot implements VexSnapshot {
  readonly digest: Digest;
  readonly documents: number;
  readonly sources: readonly string[];
  readonly statements: number;
  readonly #tables: VexTables;
  readonly #decoded: DecodedRows;

  constructor(digest: Digest, { section }: Container<Section>, decoded: DecodedRows) {
    this.digest = digest;
    this.#decoded = decoded;
    const meta = parseJson<VexSnapshotMeta>(section("meta"), faults);
    this.documents = meta.documents;
    this.sources = meta.sources;
    this.statements = meta.statements;
    this.#tables = {
      documents: new Rows(section("documentIndex"), section("documents"), faults),
      texts: new Rows(section("textIndex"), section("texts"), faults),
      names: new Rows(section("nameIndex"), section("names"), faults),
      vulnerabilities: new Rows(section("vulnerabilityIndex"), section("vulnerabilities"), faults),
      subjects: new Rows(section("subjectIndex"), section("subjects"), faults),
      groups: new Rows(section("groupIndex"), section("groups"), faults),
    };
    if (this.#tables.vulnerabilities.count !== this.#tables.subjects.count)
      throw faults.corrupt("its tables do not fit each other");
  }

  *vulnerabilities(): Generator<string, void> {
    const { vulnerabilities } = this.#tables;
    for (let at = 0; at < vulnerabilities.count; at++) yield vulnerabilities.row(at).toString();
  }

  marks(numbers: SharedNumbers): ReadonlyMap<string, number> {
    return decoded(() => marksOf(this.#tables, numbers));
  }

  about(vulnerability: string): About {
    return kept(this.#decoded.about, vulnerability, () => {
      const at = this.#tables.vulnerabilities.find(Buffer.from(vulnerability));
      if (at < 0) return NOTHING;
      const row = this.#tables.subjects.json<SubjectsRow>(at);
      return new Map(
        row.map(([key, subjects]) => [key, subjects.map(([name, group]) => this.#subject(name, group))]),
      );
    });
  }

  #subject(name: number, group: number): VexSubject {
    return kept(this.#decoded.subjects, `${name}/${group}`, () => ({
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
    return kept(this.#decoded.groups, at, () => {
      const rows = this.#tables.groups.json<readonly StatementRow[]>(at);
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
    return kept(this.#decoded.documents, at, () => {
      const row = this.#tables.documents.json<DocumentRow>(at);
      const [source, document, digest, signature, author] = texts(row);
      return { source, document, digest, signature, ...(author === undefined ? {} : { author }) };
    });
  }

  #name(at: number): readonly string[] {
    return kept(this.#decoded.names, at, () => texts(this.#tables.names.json<readonly string[]>(at)));
  }

  #text(at: number): string {
    return kept(this.#decoded.texts, at, () => this.#tables.texts.row(at).toString());
  }
}

function kept<Key, Value>(rows: Recent<Key, Value>, key: Key, decode: () => Value): Value {
  try {
    return rows.get(key, decode);
  } catch (cause) {
    throw damageOf(cause);
  }
}

/** The row, where it holds nothing else. */
function texts<Row extends readonly unknown[]>(row: Row): Row {
  if (!row.every((text) => typeof text === "string")) throw faults.corrupt("a row holds what is no text");
  return row;
}

/** A row that parses and has another shape is damage too. */
function decoded<Value>(decode: () => Value): Value {
  try {
    return decode();
  } catch (cause) {
    throw damageOf(cause);
  }
}

const damageOf = (cause: unknown): Error =>
  evaluationErrors.is(cause) ? cause : faults.corrupt("a row has another shape", cause);

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
