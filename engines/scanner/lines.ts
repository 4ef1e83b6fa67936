// SPDX-License-Identifier: Apache-2.0
/** The lines of a text one after another, without splitting the whole. */

export interface NumberedLine {
  /** Without its newline; a carriage return before it stays. */
  readonly line: string;
  /** 1-based. */
  readonly number: number;
  /** Index of its first character in the text. */
  readonly at: number;
}

/** What follows the last newline is a line unless it is empty. */
export function* numberedLines(text: string): Generator<NumberedLine> {
  for (let at = 0, number = 1; at < text.length; number++) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    yield { line: text.slice(at, end), number, at };
    at = end + 1;
  }
}
