// SPDX-License-Identifier: Apache-2.0
/** Rows as a table that fits a terminal. What stands in cells is not trusted. */
import { cut } from "./verdict.ts";

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Never narrower than this. */
  readonly min: number;
  /** Not narrower than this as long as another column has more than it likes; `min` unless given. */
  readonly likes?: number;
  /** Columns that give way first have the higher number; 0 never does. */
  readonly gives: number;
  /** Both ends tell: `githu…ang-jwt/jwt`. */
  readonly isCutInside?: true;
}

const GAP = 2;

/** Lines, with an empty one at the end; none for no rows. Without `width` nothing is cut. `paint` colours the first cell. */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | undefined,
  paint: (row: Row, cell: string) => string,
): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => columns.map((column) => printable(column.text(row))));
  const widths = columns.map((column, index) =>
    cells.reduce((most, row) => Math.max(most, row[index]?.length ?? 0), column.title.length),
  );
  if (width !== undefined) shrink(columns, widths, width);
  const padded = (texts: readonly string[]): readonly string[] =>
    texts.map((text, index) => {
      const room = widths[index] ?? 0;
      const short = columns[index]?.isCutInside === true ? cutInside(text, room) : cut(text, room);
      return short.padEnd(index === texts.length - 1 ? 0 : room);
    });
  const line = (texts: readonly string[]): string => texts.join(" ".repeat(GAP));
  const body = rows.map((row, at) => {
    const [first = "", ...others] = padded(cells[at] ?? []);
    return line([paint(row, first), ...others]);
  });
  return [line(padded(columns.map(({ title }) => title))), ...body, ""];
}

type Flexible = Pick<Column<never>, "min" | "likes" | "gives">;

/** Takes from the columns that give way first, down to what they like, then down to their minimum, until the line fits. */
function shrink(columns: readonly Flexible[], widths: number[], width: number): void {
  let over = widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1)) - width;
  const takeDownTo = (floorOf: (column: Flexible) => number): void => {
    for (const level of [5, 4, 3, 2, 1]) {
      for (const [index, column] of columns.entries()) {
        if (column.gives !== level || over <= 0) continue;
        const now = widths[index] ?? 0;
        const taken = Math.min(over, Math.max(now - floorOf(column), 0));
        widths[index] = now - taken;
        over -= taken;
      }
    }
  };
  takeDownTo(({ min, likes = min }) => likes);
  takeDownTo(({ min }) => min);
}

/** A third of the room for the beginning, the rest for the end. */
function cutInside(text: string, room: number): string {
  if (text.length <= room || room < 6) return cut(text, room);
  const start = Math.floor((room - 1) / 3);
  return `${text.slice(0, start)}…${text.slice(text.length - (room - 1 - start))}`;
}

/** Prose in lines of `width` at most, broken between words, all but the first indented by `indent`; words longer than a line are cut. */
export function wrapped(text: string, width: number | undefined, indent: number): readonly string[] {
  if (width === undefined) return [text];
  const words = text.trimStart();
  const start = text.length - words.length;
  const lines: string[] = [];
  let line = "";
  const room = (): number => width - (lines.length === 0 ? start : indent);
  for (const word of words.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room()) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? cut(word, room()) : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each, index) => `${" ".repeat(index === 0 ? start : indent)}${each}`);
}

/** Control and direction characters would let a package name write on the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
}
