// SPDX-License-Identifier: Apache-2.0
/**
 * Header blobs of rpmdb.sqlite: the table Packages(hnum INTEGER PRIMARY KEY, blob BLOB).
 * https://www.sqlite.org/fileformat2.html section 2.6, "Storage Of The SQL Database Schema".
 */
import type { HeaderBlob, ProblemLog } from "../blobs.ts";
import { rpmdbError } from "../errors.ts";
import { openSqlite, type SqliteFile } from "./file.ts";
import { readColumns, smallInteger } from "./record.ts";
import { tableRows } from "./table.ts";

const SCHEMA_PAGE = 1;
const TABLE = "Packages";

/** In the order of the header numbers. @throws RPMDB_INVALID where the file or its schema is unreadable. */
export function* sqliteBlobs(bytes: Buffer, problems: ProblemLog): Generator<HeaderBlob> {
  const file = openSqlite(bytes);
  for (const row of tableRows(file, rootOfPackages(file, problems), problems)) {
    const blob = problems.attempt(() => {
      const column = readColumns(row.bytes, 2, row.offset)[1];
      if (column?.kind !== "blob") throw rpmdbError("RPMDB_INVALID", "a row holds no header", row.offset);
      return { bytes: column.bytes, offset: row.offset + column.start };
    });
    if (blob) yield blob;
  }
}

/** Schema rows are type, name, tbl_name, rootpage, sql. */
function rootOfPackages(file: SqliteFile, problems: ProblemLog): number {
  for (const row of tableRows(file, SCHEMA_PAGE, problems)) {
    const columns = problems.attempt(() => readColumns(row.bytes, 4, row.offset)) ?? [];
    const [type, name, , root] = columns;
    if (!root || type?.bytes.toString() !== "table" || name?.bytes.toString() !== TABLE) continue;
    return smallInteger(root) ?? 0;
  }
  throw rpmdbError("RPMDB_INVALID", `no table named ${TABLE}`, 0);
}
