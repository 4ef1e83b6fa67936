// SPDX-License-Identifier: Apache-2.0
/**
 * The catalog in one SQLite file. Any number of processes may have it open at once (WAL).
 * `where` is answered from a side table of field values, kept in the same transaction as the document.
 */
import { digestOf } from "#lib/digest.ts";
import { byText } from "#lib/compare.ts";
import { catalogErrors } from "../errors.ts";
import { catalogChecks as check } from "../limits.ts";
import type { Catalog, CatalogCollection, CatalogDocument, CatalogListOptions } from "../ports.ts";
import { Database, type OpenOptions, type Row } from "./database.ts";
import { catalogKind } from "./translate.ts";

type Where = CatalogListOptions["where"];
type Scalar = string | number | boolean;

/** @throws CATALOG_UNAVAILABLE, CATALOG_INVALID (damaged, another program's, or a newer version's file) */
export async function openSqliteCatalog(file: string, options: OpenOptions = {}): Promise<Catalog> {
  const db = await Database.open(file, catalogKind, options);
  return {
    collection: <Body>(name: string, indexes: readonly string[] = []) => {
      check.name(name);
      declareIndexes(db, name, indexes);
      return collection<Body>(db, name, new Set(indexes));
    },
    ping: () => db.answer(() => void db.one("SELECT count(*) FROM sqlite_schema")),
    close: () => db.answer(() => db.close()),
  };
}

function collection<Body>(
  db: Database,
  name: string,
  declared: ReadonlySet<string>,
): CatalogCollection<Body> {
  return {
    get: (id) =>
      db.answer(() => {
        const row = db.one(
          "SELECT id, version, body FROM documents WHERE collection = ? AND id = ?",
          name,
          check.id(id),
        );
        return row === undefined ? undefined : toDocument<Body>(row);
      }),
    put: (id, body) =>
      db.answer(() => {
        const text = check.body(body);
        const version = write(db, name, check.id(id), body, () =>
          Number(
            db.one(
              `INSERT INTO documents (collection, id, version, body) VALUES (?, ?, 1, ?)
               ON CONFLICT (collection, id) DO UPDATE SET version = version + 1, body = excluded.body
               RETURNING version`,
              name,
              id,
              text,
            )?.["version"],
          ),
        );
        return { id, version: version ?? 0, body };
      }),
    putIf: (id, expected, body) =>
      db.answer(() => {
        const text = check.body(body);
        check.version(expected);
        const version = write(db, name, check.id(id), body, () =>
          swap(db, name, id, expected, text) ? expected + 1 : undefined,
        );
        return version === undefined ? undefined : { id, version, body };
      }),
    delete: (id) =>
      db.answer(() => {
        check.id(id);
        return db.transaction(() => {
          db.run("DELETE FROM field_values WHERE collection = ? AND id = ?", name, id);
          return db.run("DELETE FROM documents WHERE collection = ? AND id = ?", name, id) > 0;
        });
      }),
    list: (options = {}) =>
      db.answer(() => {
        const query = select(name, declared, options.where);
        const rows = db.all(
          `SELECT d.id, d.version, d.body ${query.from} AND ${query.id} > ? ORDER BY ${query.id} LIMIT ?`,
          ...query.values,
          options.after ?? "",
          check.limit(options.limit),
        );
        return rows.map((row) => toDocument<Body>(row));
      }),
    count: (where) =>
      db.answer(() => {
        const query = select(name, declared, where);
        return Number(db.one(`SELECT count(*) AS n ${query.from}`, ...query.values)?.["n"]);
      }),
  };
}

const toDocument = <Body>(row: Row): CatalogDocument<Body> => ({
  id: String(row["id"]),
  version: Number(row["version"]),
  body: JSON.parse(String(row["body"])) as Body,
});

function swap(db: Database, name: string, id: string, expected: number, text: string): boolean {
  if (expected === 0) {
    const sql =
      "INSERT INTO documents (collection, id, version, body) VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING";
    return db.run(sql, name, id, text) > 0;
  }
  const sql =
    "UPDATE documents SET version = version + 1, body = ? WHERE collection = ? AND id = ? AND version = ?";
  return db.run(sql, text, name, id, expected) > 0;
}

/** Runs the write and, when it took place, renews the searchable values with it. */
function write(
  db: Database,
  name: string,
  id: string,
  body: unknown,
  store: () => number | undefined,
): number | undefined {
  return db.transaction(() => {
    const version = store();
    if (version === undefined) return undefined;
    // Read afresh: another process may have declared more of them.
    const fields = db.all("SELECT field FROM indexed_fields WHERE collection = ?", name);
    if (fields.length === 0) return version;
    db.run("DELETE FROM field_values WHERE collection = ? AND id = ?", name, id);
    for (const row of fields) indexField(db, name, String(row["field"]), id, body);
    return version;
  });
}

function indexField(db: Database, name: string, field: string, id: string, body: unknown): void {
  const value = fieldOf(body, field);
  if (value === undefined) return;
  const sql = "INSERT INTO field_values (collection, field, value, id) VALUES (?, ?, ?, ?)";
  db.run(sql, name, field, searchable(value), id);
}

function fieldOf(body: unknown, field: string): Scalar | undefined {
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, field)) return undefined;
  const value = (body as Record<string, unknown>)[field];
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : undefined;
}

/** JSON text keeps types apart (`"1"` from `1`); a long value is searched by its digest. */
function searchable(value: Scalar): string {
  const text = JSON.stringify(value);
  return text.length <= 256 ? text : digestOf(text);
}

function declareIndexes(db: Database, name: string, fields: readonly string[]): void {
  const known = new Set(
    db.all("SELECT field FROM indexed_fields WHERE collection = ?", name).map((row) => String(row["field"])),
  );
  for (const field of fields) {
    if (!known.has(field)) addIndex(db, name, field);
  }
}

/** Once in a collection's life: walks its documents. */
function addIndex(db: Database, name: string, field: string): void {
  db.transaction(() => {
    const sql = "INSERT INTO indexed_fields (collection, field) VALUES (?, ?) ON CONFLICT DO NOTHING";
    if (db.run(sql, name, field) === 0) return;
    for (let after = ""; ;) {
      const rows = db.all(
        "SELECT id, body FROM documents WHERE collection = ? AND id > ? ORDER BY id LIMIT 500",
        name,
        after,
      );
      for (const row of rows) indexField(db, name, field, String(row["id"]), JSON.parse(String(row["body"])));
      const last = rows.at(-1);
      if (last === undefined) return;
      after = String(last["id"]);
    }
  });
}

interface Selection {
  readonly from: string;
  /** The column to page by. */
  readonly id: string;
  readonly values: readonly string[];
}

/** FROM and WHERE over documents `d`: the first condition drives in id order, the others are looked up per id. */
function select(name: string, declared: ReadonlySet<string>, where: Where = {}): Selection {
  const conditions = Object.entries(where).sort(([a], [b]) => byText(a, b));
  for (const [field] of conditions) {
    if (declared.has(field)) continue;
    throw catalogErrors.make("CATALOG_INDEX_MISSING", `collection ${name} does not index ${field}`);
  }
  if (conditions.length === 0)
    return { from: "FROM documents d WHERE d.collection = ?", id: "d.id", values: [name] };
  const driving = `FROM field_values f CROSS JOIN documents d ON d.collection = f.collection AND d.id = f.id
    WHERE f.collection = ? AND f.field = ? AND f.value = ?`;
  const lookUp = `AND EXISTS (SELECT 1 FROM field_values g
    WHERE g.collection = ? AND g.field = ? AND g.value = ? AND g.id = f.id)`;
  return {
    from: [driving, ...conditions.slice(1).map(() => lookUp)].join(" "),
    id: "f.id",
    values: conditions.flatMap(([field, value]) => [name, field, searchable(value)]),
  };
}
