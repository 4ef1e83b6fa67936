// SPDX-License-Identifier: Apache-2.0
/**
 * Rows of a VEX snapshot that were decoded lately. A hub's come to several times its file, so there is a bound for them, which each
 * table has a share of: what is asked for again and again stays, and the rest is decoded anew.
 */
import { Recent } from "#lib/recent.ts";
import type { StatementRow } from "./snapshot-layout.ts";
import type { VexProvenance, VexSubject } from "./types.ts";

/** Statements, and the products that any of them is about part of. */
export interface Group {
  readonly rows: readonly StatementRow[];
  readonly products: readonly number[];
}

export type About = ReadonlyMap<string, readonly VexSubject[]>;

/** Bytes, as they are weighed here: some more than all statements of the largest public hubs take, of which there are 300,000. */
const MAX_BYTES = 160_000_000;
/** What an object, a list or a text takes beside what is in it. */
const OBJECT_BYTES = 100;

const textBytes = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + OBJECT_BYTES + text.length, OBJECT_BYTES);

export class DecodedRows {
  /** By vulnerability. */
  readonly about: Recent<string, About>;
  /** By name and group. */
  readonly subjects: Recent<string, VexSubject>;
  /** These by their row. */
  readonly names: Recent<number, readonly string[]>;
  readonly groups: Recent<number, Group>;
  readonly documents: Recent<number, VexProvenance>;
  readonly texts: Recent<number, string>;

  constructor(maxBytes = MAX_BYTES) {
    this.about = new Recent(maxBytes / 8, (about, vulnerability) => {
      let weight = OBJECT_BYTES + vulnerability.length;
      for (const subjects of about.values()) weight += 2 * OBJECT_BYTES + 8 * subjects.length;
      return weight;
    });
    this.subjects = new Recent(maxBytes / 8, () => 3 * OBJECT_BYTES);
    this.names = new Recent(maxBytes / 8, textBytes);
    this.groups = new Recent(
      maxBytes / 2,
      ({ rows, products }) => 3 * OBJECT_BYTES + OBJECT_BYTES * rows.length + 8 * products.length,
    );
    this.documents = new Recent(maxBytes / 16, ({ source, document, digest, author = "" }) =>
      textBytes([source, document, digest, author]),
    );
    this.texts = new Recent(maxBytes / 16, (text) => textBytes([text]));
  }
}
