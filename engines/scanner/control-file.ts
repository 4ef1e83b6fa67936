// SPDX-License-Identifier: Apache-2.0
/**
 * Paragraphs of `Field: value` lines with continuation lines, read without splitting the whole text.
 * Follows Debian Policy 5.1, deb822(5); e-mail style Python metadata is of the same form.
 */

/** Characters of a field of many lines that are kept; lists of dependencies have some thousand. */
const MAX_FOLDED = 1024 * 1024;

export interface Paragraph {
  /** Lower-case field name to value; only the fields asked for, continuation lines joined by newlines. */
  readonly fields: ReadonlyMap<string, string>;
  /** 1-based line of the first field. */
  readonly line: number;
}

/** @param wanted lower-case names of the fields to keep. */
export function* paragraphs(text: string, wanted: ReadonlySet<string>): Generator<Paragraph> {
  let fields = new Map<string, string>();
  let [line, start, at] = [0, 0, 0];
  let colon = -1;
  let field: string | undefined;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    line++;
    const first = text.charCodeAt(at);
    if (isBlank(text, at, end)) {
      if (start > 0) yield { fields, line: start };
      [fields, field, start] = [new Map<string, string>(), undefined, 0];
    } else if (first === 0x20 || first === 0x09) {
      const value = field === undefined ? "" : (fields.get(field) ?? "");
      if (field !== undefined && value.length < MAX_FOLDED)
        fields.set(field, `${value}\n${text.slice(at, end).trim()}`);
    } else {
      if (start === 0) start = line;
      // Looked for once: many lines without one would each search the rest of the text.
      if (colon < at) colon = colonFrom(text, at);
      const name = colon < end ? text.slice(at, colon).toLowerCase() : "";
      field = wanted.has(name) ? name : undefined;
      if (field !== undefined) fields.set(field, text.slice(colon + 1, end).trim());
    }
    at = end + 1;
  }
  if (start > 0) yield { fields, line: start };
}

/** The text's length where there is none. */
function colonFrom(text: string, at: number): number {
  const found = text.indexOf(":", at);
  return found < 0 ? text.length : found;
}

function isBlank(text: string, from: number, end: number): boolean {
  for (let i = from; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== 0x20 && unit !== 0x09 && unit !== 0x0d) return false;
  }
  return true;
}
