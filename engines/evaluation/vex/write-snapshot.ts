// SPDX-License-Identifier: Apache-2.0
/** Bytes of a VEX snapshot from claims whose texts, names and products are held once. */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byText } from "#lib/compare.ts";
import type { Digest } from "#lib/digest.ts";
import { evaluationErrors } from "../errors.ts";
import { encodeContainer } from "../snapshot-file/container.ts";
import { encodeRows } from "../snapshot-file/rows.ts";
import { itemTable } from "./item-table.ts";
import { LAYOUT } from "./snapshot-layout.ts";
import type { DocumentRow, StatementRow, SubjectsRow, VexSnapshotMeta } from "./snapshot-layout.ts";
import type { VexSignature } from "./types.ts";

/** Numbers are places in the list of that name. Versions 1 and 2 of the snapshot are this as JSON; 1 ends before the optional ones. */
export interface InternedClaims {
  readonly strings: readonly string[];
  /** Source, document id, digest, signature, author. */
  readonly documents: readonly (readonly [
    string,
    string,
    Digest,
    signature?: VexSignature,
    author?: string,
  ])[];
  /** Products and subcomponents: ids (strings), and the component keys under which they are found (strings). */
  readonly names: readonly (readonly [readonly number[], readonly number[]])[];
  /** Name of the product, then names of its subcomponents. */
  readonly products: readonly (readonly [number, readonly number[]])[];
  /** Document, status, justification or impact (-1: none), timestamp or "", products, action (-1: none). */
  readonly statements: readonly (readonly [
    number,
    number,
    number,
    string,
    readonly number[],
    action?: number,
  ])[];
  readonly vulnerabilities: Readonly<Record<string, readonly number[]>>;
}

/** @throws VEX_SNAPSHOT_INVALID where a place leads nowhere, which only claims that were read from a file have */
export function writeVexSnapshot(claims: InternedClaims): Uint8Array {
  const texts = itemTable<string>();
  const groups = itemTable<Buffer>();
  const text = (value: string): number => texts.place(value, () => value);
  const textAt = (place: number): number => (place < 0 ? -1 : text(at(claims.strings, place)));
  const firstPlaces = placesOf(claims);
  const isBefore = latestFirst(claims.documents, texts.items);

  const subjectsOf = (statements: readonly number[]): SubjectsRow => {
    const byKey = new Map<string, Map<number, StatementRow[]>>();
    for (const number of statements) {
      const [document, status, why, timestamp, products, action = -1] = at(claims.statements, number);
      at(claims.documents, document);
      const facts = [
        document,
        textAt(status),
        timestamp === "" ? -1 : text(timestamp),
        textAt(why),
        textAt(action),
      ] as const;
      let place = at(firstPlaces, number);
      const say = (subject: number, product: number): void => {
        const row: StatementRow = [place++, ...facts, product];
        for (const key of new Set(at(claims.names, subject)[1].map((one) => at(claims.strings, one)))) {
          const byName = byKey.get(key) ?? new Map<number, StatementRow[]>();
          byKey.set(key, byName);
          const rows = byName.get(subject);
          if (rows === undefined) byName.set(subject, [row]);
          else rows.push(row);
        }
      };
      for (const one of products) {
        const [product, parts] = at(claims.products, one);
        if (parts.length === 0) say(product, -1);
        for (const part of parts) say(part, product);
      }
    }
    return [...byKey]
      .sort(([a], [b]) => byText(a, b))
      .map(([key, byName]) => [
        key,
        [...byName]
          .sort(([a], [b]) => a - b)
          .map(([name, rows]): readonly [number, number] => {
            const group = JSON.stringify(rows.sort(isBefore));
            return [name, groups.place(group, () => Buffer.from(group))];
          }),
      ]);
  };

  const vulnerabilities = Object.entries(claims.vulnerabilities)
    .map(([name, statements]) => ({ name: Buffer.from(name), statements }))
    .sort((a, b) => a.name.compare(b.name));
  const subjectTable = encodeRows(vulnerabilities.map(({ statements }) => json(subjectsOf(statements))));
  const vulnerabilityTable = encodeRows(vulnerabilities.map(({ name }) => name));
  const documentTable = encodeRows(
    claims.documents.map(([source, document, digest, signature = "none", author]) =>
      json(documentRow(source, document, digest, signature, author)),
    ),
  );
  const nameTable = encodeRows(
    claims.names.map(([ids]) => json(ids.map((place) => at(claims.strings, place)))),
  );
  const textTable = encodeRows(texts.items.map((one) => Buffer.from(one)));
  const groupTable = encodeRows(groups.items);
  const meta: VexSnapshotMeta = {
    documents: claims.documents.length,
    sources: [...new Set(claims.documents.map(([source]) => source))].sort(byText),
    statements: claims.statements.length,
  };
  return encodeContainer(LAYOUT, {
    meta: Buffer.from(canonicalJson(meta)),
    documentIndex: documentTable.index,
    documents: documentTable.body,
    textIndex: textTable.index,
    texts: textTable.body,
    nameIndex: nameTable.index,
    names: nameTable.body,
    vulnerabilityIndex: vulnerabilityTable.index,
    vulnerabilities: vulnerabilityTable.body,
    subjectIndex: subjectTable.index,
    subjects: subjectTable.body,
    groupIndex: groupTable.index,
    groups: groupTable.body,
  });
}

function documentRow(
  source: string,
  document: string,
  digest: Digest,
  signature: VexSignature,
  author: string | undefined,
): DocumentRow {
  const row = [source, document, digest, signature] as const;
  return author === undefined ? row : [...row, author];
}

const json = (row: unknown): Buffer => Buffer.from(JSON.stringify(row));

/** The first place of each statement: it has as many as it names products and subcomponents. */
function placesOf({ statements, products }: InternedClaims): readonly number[] {
  let next = 0;
  return statements.map(([, , , , spokenOf]) => {
    const first = next;
    for (const one of spokenOf) next += Math.max(1, at(products, one)[1].length);
    return first;
  });
}

/** The order in which statements count (`latestFirst` of open-snapshot.ts), on rows. */
function latestFirst(
  documents: InternedClaims["documents"],
  texts: readonly string[],
): (a: StatementRow, b: StatementRow) => number {
  const order = documents
    .map((document, place) => ({ document, place }))
    .sort(
      (a, b) =>
        byText(a.document[0], b.document[0]) ||
        byText(a.document[1], b.document[1]) ||
        byText(a.document[2], b.document[2]) ||
        a.place - b.place,
    );
  const ranks = new Map(order.map(({ place }, rank) => [place, rank]));
  const timeOf = (place: number): string => texts[place] ?? "";
  return (a, b) =>
    (a[3] === b[3] ? 0 : byText(timeOf(b[3]), timeOf(a[3]))) ||
    (ranks.get(a[1]) ?? 0) - (ranks.get(b[1]) ?? 0) ||
    a[0] - b[0];
}

function at<Item>(items: readonly Item[], place: number): Item {
  const item = items[place];
  if (item === undefined) throw evaluationErrors.make("VEX_SNAPSHOT_INVALID", "a reference leads nowhere");
  return item;
}
