// SPDX-License-Identifier: Apache-2.0
/** The SQLite catalog against the contract, and what only a file can get wrong. */
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { messageOf } from "#lib/errors.ts";
import { describeCatalogContract } from "../testing/index.ts";
import { expectCode, numbers } from "../testing/bench.ts";
import { openSqliteCatalog } from "./index.ts";

describeCatalogContract("sqlite", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "stella-catalog-"));
  const file = path.join(folder, "deep", "stella.db");
  let store = await openSqliteCatalog(file);
  return {
    store,
    reopen: async ({ crash = false } = {}) => {
      if (!crash) await store.close(); // a crashed handle just stays, as another process would see it
      store = await openSqliteCatalog(file);
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe("sqlite catalog file", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "stella-catalog-"));
    file = path.join(folder, "stella.db");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const other = (sql: string): Promise<void> => {
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
    return Promise.resolve();
  };

  it.each([
    { name: "text", make: () => writeFile(file, "not a database\n".repeat(500)), says: "no SQLite database" },
    {
      name: "another program's database",
      make: () => other("CREATE TABLE t (a)"),
      says: "another program's",
    },
    {
      name: "another program's mark",
      make: () => other("PRAGMA application_id = 7; CREATE TABLE t (a)"),
      says: "another program's",
    },
  ])("refuses $name and leaves it alone", async ({ make, says }) => {
    await make();
    const before = await readFile(file);
    const refusal = await openSqliteCatalog(file).catch((error: unknown) => error);
    expect(messageOf(refusal)).toContain(file);
    expect(messageOf(refusal)).toContain(says);
    await expectCode(openSqliteCatalog(file), "CATALOG_INVALID");
    expect(await readFile(file)).toEqual(before);
  });

  it("refuses a newer version's file", async () => {
    await (await openSqliteCatalog(file)).close();
    await other("PRAGMA user_version = 999");
    await expect(openSqliteCatalog(file)).rejects.toThrow(/newer version \(schema 999/);
    await expectCode(openSqliteCatalog(file), "CATALOG_INVALID");
  });

  it("says that a torn file is damaged", async () => {
    const catalog = await openSqliteCatalog(file);
    const things = catalog.collection("things");
    for (const n of numbers(50)) await things.put(`d${n}`, { text: "x".repeat(1000) });
    await catalog.close();
    await truncate(file, 9000);
    const work = openSqliteCatalog(file).then(async (opened) => {
      await opened
        .collection("things")
        .list()
        .finally(() => opened.close());
    });
    await expectCode(work, "CATALOG_INVALID");
  });

  it.each([
    { name: "under a file", path: () => path.join(file, "x", "stella.db") },
    { name: "that is a folder", path: () => folder },
  ])("is unavailable at a path $name", async ({ path: at }) => {
    await writeFile(file, "");
    await expectCode(openSqliteCatalog(at()), "CATALOG_UNAVAILABLE");
  });

  it("opens many times at once, also when it is new", async () => {
    const catalogs = await Promise.all(numbers(8).map(() => openSqliteCatalog(file)));
    await Promise.all(
      catalogs.map((catalog, n) => catalog.collection("things", ["n"]).put(`d${n}`, { n: n % 2 })),
    );
    expect(await catalogs[0]?.collection("things", ["n"]).count({ n: 1 })).toBe(4);
    await Promise.all(catalogs.map((catalog) => catalog.close()));
  });

  it("waits no longer than told for another process's write", async () => {
    const catalog = await openSqliteCatalog(file, { busyTimeoutMs: 1 });
    const things = catalog.collection("things");
    const holder = new DatabaseSync(file);
    holder.exec("BEGIN IMMEDIATE");
    await expectCode(things.put("a", {}), "CATALOG_UNAVAILABLE");
    expect(await things.get("a")).toBeUndefined(); // readers are not held up
    holder.exec("COMMIT");
    holder.close();
    expect((await things.put("a", {})).version).toBe(1);
    await catalog.close();
  });

  it("searches by index, not by walking the collection", async () => {
    const catalog = await openSqliteCatalog(file);
    catalog.collection("things", ["phase"]);
    await catalog.close();
    const db = new DatabaseSync(file);
    const plan = db
      .prepare(
        `EXPLAIN QUERY PLAN SELECT d.body FROM field_values f CROSS JOIN documents d
         ON d.collection = f.collection AND d.id = f.id
         WHERE f.collection = ? AND f.field = ? AND f.value = ? AND f.id > ? ORDER BY f.id LIMIT ?`,
      )
      .all("things", "phase", '"a"', "", 10)
      .map((row) => String(row["detail"]));
    db.close();
    expect(plan.join("\n")).not.toMatch(/SCAN|TEMP B-TREE/);
  });
});
