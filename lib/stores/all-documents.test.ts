// SPDX-License-Identifier: Apache-2.0
/** Collections of more documents than one list gives. */
import { expect, it } from "vitest";
import { allDocuments } from "./all-documents.ts";
import type { CatalogCollection } from "./ports.ts";

interface Listed {
  readonly ids: Set<string>;
  readonly collection: Pick<CatalogCollection<number>, "list">;
  readonly asked: string[];
}

function listed(count: number): Listed {
  const ids = new Set(Array.from({ length: count }, (_, at) => String(at).padStart(5, "0")));
  const asked: string[] = [];
  const collection: Listed["collection"] = {
    list: ({ after = "", limit = 100 } = {}) => {
      asked.push(after);
      const page = [...ids].filter((id) => id > after).slice(0, limit);
      return Promise.resolve(page.map((id) => ({ id, version: 1, body: Number(id) })));
    },
  };
  return { ids, collection, asked };
}

it.each([
  [0, [""]],
  [3, [""]],
  [500, ["", "00499"]],
  [1200, ["", "00499", "00999"]],
])("gives each of %d once, in order", async (count, want) => {
  const { collection, asked } = listed(count);
  const found: number[] = [];
  for await (const { body } of allDocuments(collection)) found.push(body);
  expect(found).toEqual(Array.from({ length: count }, (_, at) => at));
  expect(asked).toEqual(want);
});

it("misses none where each is removed as it comes", async () => {
  const { ids, collection } = listed(1200);
  for await (const { id } of allDocuments(collection)) ids.delete(id);
  expect(ids.size).toBe(0);
});

it("ends between two pages where it is told to", async () => {
  const { collection } = listed(1200);
  const abort = new AbortController();
  let seen = 0;
  const walk = async (): Promise<void> => {
    for await (const { id } of allDocuments(collection, abort.signal)) {
      seen++;
      if (id === "00300") abort.abort(new Error("enough"));
    }
  };
  await expect(walk()).rejects.toThrow("enough");
  expect(seen).toBe(500);
});
