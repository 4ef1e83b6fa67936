// SPDX-License-Identifier: Apache-2.0
/**
 * Numbers for what VEX snapshots say of vulnerabilities, by which two of them are compared. They are made of the rows as they are
 * stored: each text, name, document and group of statements is looked at once, however many statements have it.
 */
import { byText } from "#lib/compare.ts";
import type { Rows } from "../snapshot-file/rows.ts";
import type { DocumentRow, StatementRow, SubjectsRow } from "./snapshot-layout.ts";

/** The same number for the same text of a kind. */
export class SharedNumbers {
  readonly #numbers = new Map<string, number>();

  of(kind: string, text: string): number {
    const key = `${kind} ${text}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/** Sections of a snapshot with rows. */
export interface VexTables {
  readonly documents: Rows;
  readonly texts: Rows;
  readonly names: Rows;
  readonly vulnerabilities: Rows;
  readonly subjects: Rows;
  readonly groups: Rows;
}

export function marksOf(tables: VexTables, numbers: SharedNumbers): ReadonlyMap<string, number> {
  const text = once((at) => numbers.of("text", tables.texts.row(at).toString()));
  const name = once((at) => numbers.of("name", tables.names.row(at).toString()));
  const document = once((at) => {
    const [source, id, , ...rest] = tables.documents.json<DocumentRow>(at);
    return numbers.of("document", JSON.stringify([source, id, ...rest]));
  });
  const orNone = (number: (at: number) => number, at: number): number => (at < 0 ? -1 : number(at));
  const group = once((at) => {
    const rows = tables.groups
      .json<readonly StatementRow[]>(at)
      .map(([, from, status, time, why, action, product]) =>
        [
          document(from),
          text(status),
          orNone(text, time),
          orNone(text, why),
          orNone(text, action),
          orNone(name, product),
        ].join(),
      );
    return numbers.of("group", rows.sort(byText).join(" "));
  });
  const marks = new Map<string, number>();
  for (let at = 0; at < tables.vulnerabilities.count; at++) {
    const subjects = tables.subjects
      .json<SubjectsRow>(at)
      .flatMap(([, all]) => all.map(([subject, said]) => `${name(subject)}/${group(said)}`));
    const vulnerability = tables.vulnerabilities.row(at).toString();
    marks.set(vulnerability, numbers.of("vulnerability", subjects.sort(byText).join(" ")));
  }
  return marks;
}

function once(number: (at: number) => number): (at: number) => number {
  const known = new Map<number, number>();
  return (at) => {
    let found = known.get(at);
    if (found === undefined) known.set(at, (found = number(at)));
    return found;
  };
}
