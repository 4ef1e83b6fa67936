// SPDX-License-Identifier: Apache-2.0
/** Rows as a table that fits a terminal. What stands in cells is not trusted. */
import { cut } from "./verdict.ts";

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Never narrower than this, where the terminal allows. */
  readonly min: number;
  /** Columns that give way first have the higher number; 0 never does. */
  readonly gives: number;
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
      return cut(text, room).padEnd(index === texts.length - 1 ? 0 : room);
    });
  const line = (texts: readonly string[]): string => texts.join(" ".repeat(GAP));
  const body = rows.map((row, at) => {
    const [first = "", ...others] = padded(cells[at] ?? []);
    return line([paint(row, first), ...others]);
  });
  return [line(padded(columns.map(({ title }) => title))), ...body, ""];
}

/** Takes from the columns that give way first, down to their minimum, until the line fits. */
function shrink(
  columns: readonly Pick<Column<never>, "min" | "gives">[],
  widths: number[],
  width: number,
): void {
  let over = widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1)) - width;
  for (const level of [5, 4, 3, 2, 1]) {
    for (const [index, column] of columns.entries()) {
      if (column.gives !== level || over <= 0) continue;
      const now = widths[index] ?? 0;
      const taken = Math.min(over, Math.max(now - column.min, 0));
      widths[index] = now - taken;
      over -= taken;
    }
  }
}

/** Control and direction characters would let a package name write on the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
}
