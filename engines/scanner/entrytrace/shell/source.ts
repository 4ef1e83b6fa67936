// SPDX-License-Identifier: Apache-2.0
/** A shell text with its tree, and where in it things stand. */
import { parse, type ParsedScript } from "unbash";

/** Of `eval`, `sh -c` and scripts alike. */
const MAX_TEXT = 128 * 1024;

export interface Source {
  /** The file, no leading slash; of a text from an argument the file that holds the argument. */
  readonly path: string;
  /** As scripts see it: `$BASH_SOURCE`. */
  readonly name: string;
  readonly lineOf: (position: number) => number;
}

export interface ParsedSource {
  readonly source: Source;
  readonly tree: ParsedScript;
  /** First syntax error. */
  readonly error?: { readonly message: string; readonly line: number; readonly position: number };
}

/** `line`: where a text stands that is no file of its own; all of it is then said to stand there. */
export function parseSource(text: string, path: string, name: string, line?: number): ParsedSource {
  const source: Source = { path, name, lineOf: line === undefined ? lineFinder(text) : () => line };
  const tree = parseBounded(text);
  const [error] = tree.errors ?? [];
  if (!error) return { source, tree };
  return {
    source,
    tree,
    error: { message: error.message, line: source.lineOf(error.pos), position: error.pos },
  };
}

function parseBounded(text: string): ParsedScript {
  if (text.length <= MAX_TEXT) return parse(text);
  return { ...parse(""), errors: [{ message: `text of more than ${MAX_TEXT} characters`, pos: 0 }] };
}

function lineFinder(text: string): (position: number) => number {
  let starts: number[] | undefined;
  return (position) => {
    starts ??= [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? Infinity) <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
