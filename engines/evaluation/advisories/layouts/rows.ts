// SPDX-License-Identifier: Apache-2.0
/** Lines of the small lists that places keep of their documents: csv by RFC 4180, without line breaks in fields. */
import { advisoryErrors } from "../errors.ts";

const MAX_FIELD = 2048;

/** Blank lines are left out. @throws FEED_UNREADABLE for a line with another number of fields, or over the limit */
export function* rows(
  text: string,
  fields: number,
  { where, maxRows }: { readonly where: string; readonly maxRows: number },
): Generator<readonly string[]> {
  let number = 0;
  let found = 0;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, end).replace(/\r$/, "");
    at = end + 1;
    number += 1;
    if (line.trim() === "") continue;
    found += 1;
    if (found > maxRows) throw unreadable(where, `it has more than ${maxRows} lines`);
    const row = fieldsOf(line, fields);
    if (row === undefined) throw unreadable(where, `line ${number} is not ${fields} short fields of text`);
    yield row;
  }
}

function fieldsOf(line: string, fields: number): readonly string[] | undefined {
  if (line.length > fields * (MAX_FIELD + 3)) return undefined;
  const row: string[] = [];
  for (let at = 0; at <= line.length;) {
    const quoted = line[at] === '"';
    const [whole, text] =
      (quoted ? /^"((?:[^"]|"")*)"(?=,|$)/ : /^([^",]*)(?=,|$)/).exec(line.slice(at)) ?? [];
    if (whole === undefined || text === undefined || row.length === fields) return undefined;
    row.push(quoted ? text.replaceAll('""', '"') : text);
    at += whole.length + 1;
  }
  const isFit = row.length === fields && row.every((field) => field !== "" && field.length <= MAX_FIELD);
  return isFit ? row : undefined;
}

export function unreadable(where: string, reason: string): Error {
  return advisoryErrors.make("FEED_UNREADABLE", `${where}: ${reason}`, { data: { document: where, reason } });
}
