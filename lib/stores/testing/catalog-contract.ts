// SPDX-License-Identifier: Apache-2.0
/** What every catalog adapter must do; states `Catalog` of `ports.ts` case by case. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Catalog, CatalogCollection, CatalogListOptions } from "../ports.ts";
import { expectCode, numbers, type Bench } from "./bench.ts";

interface Thing {
  readonly phase?: unknown;
  readonly size?: unknown;
  readonly n?: number;
}

export function describeCatalogContract(name: string, make: () => Promise<Bench<Catalog>>): void {
  describe(`catalog contract: ${name}`, () => {
    let bench: Bench<Catalog>;
    let things: CatalogCollection<Thing>;
    const idsOf = async (options?: CatalogListOptions): Promise<string[]> =>
      (await things.list(options)).map((document) => document.id);

    beforeEach(async () => {
      bench = await make();
      things = bench.store.collection<Thing>("things", ["phase", "size"]);
    });
    afterEach(() => bench.dispose());

    describe("single documents", () => {
      it("has nothing at first", async () => {
        expect(await things.get("a")).toBeUndefined();
        expect(await things.list()).toEqual([]);
        expect(await things.count()).toBe(0);
        expect(await things.delete("a")).toBe(false);
      });

      it("raises the version at each write and starts again after a delete", async () => {
        expect(await things.put("a", { n: 1 })).toEqual({ id: "a", version: 1, body: { n: 1 } });
        expect(await things.put("a", { n: 2 })).toEqual({ id: "a", version: 2, body: { n: 2 } });
        expect(await things.putIf("a", 2, { n: 3 })).toEqual({ id: "a", version: 3, body: { n: 3 } });
        expect(await things.get("a")).toEqual({ id: "a", version: 3, body: { n: 3 } });
        expect(await things.delete("a")).toBe(true);
        expect(await things.get("a")).toBeUndefined();
        expect((await things.put("a", {})).version).toBe(1);
      });

      it.each([
        { name: "absent, expected absent", stored: 0, expected: 0, version: 1 },
        { name: "absent, expected present", stored: 0, expected: 1, version: undefined },
        { name: "present, expected absent", stored: 1, expected: 0, version: undefined },
        { name: "behind", stored: 3, expected: 2, version: undefined },
        { name: "ahead", stored: 3, expected: 4, version: undefined },
        { name: "equal", stored: 3, expected: 3, version: 4 },
      ])("compare-and-set, $name", async ({ stored, expected, version }) => {
        for (const n of numbers(stored)) await things.put("a", { n });
        const before = await things.get("a");
        const written = await things.putIf("a", expected, { n: 99 });
        expect(written?.version).toBe(version);
        if (version === undefined) expect(await things.get("a")).toEqual(before);
      });

      it("keeps collections apart", async () => {
        const others = bench.store.collection<Thing>("others", ["phase"]);
        await things.put("a", { phase: "x", n: 1 });
        await others.put("a", { phase: "x", n: 2 });
        await things.delete("a");
        expect((await others.list({ where: { phase: "x" } })).map(({ body }) => body.n)).toEqual([2]);
      });

      it("gives back any JSON value, and not the caller's object", async () => {
        const values = bench.store.collection<unknown>("values");
        await fc.assert(
          fc.asyncProperty(fc.jsonValue({ maxDepth: 3 }), async (value) => {
            await values.put("v", value);
            expect((await values.get("v"))?.body).toEqual(JSON.parse(JSON.stringify(value)));
          }),
          { numRuns: 30 },
        );
        const body = { list: [1] };
        await values.put("v", body);
        body.list.push(2);
        expect((await values.get("v"))?.body).toEqual({ list: [1] });
      });

      it.each(["a/b:c@sha256:0", "ns/näme", "x' OR 1=1 --", "$ref.{}%_*", "\u{1f600}", "i".repeat(512)])(
        "takes the id %j",
        async (id) => {
          await things.put(id, { n: 1 });
          expect((await things.get(id))?.id).toBe(id);
          expect(await idsOf()).toEqual([id]);
          expect(await things.delete(id)).toBe(true);
        },
      );
    });

    describe("lists", () => {
      it("orders by the bytes of the id and pages by `after`", async () => {
        const ids = ["\u{1f600}", "b", "a", "B", "\uff5e", "a/1", "é", "a-1", "10", "9"];
        for (const id of ids) await things.put(id, {});
        const ordered = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(await idsOf()).toEqual(ordered);
        const paged: string[] = [];
        for (let after = ""; ; after = paged.at(-1) ?? "") {
          const page = await idsOf({ after, limit: 3 });
          paged.push(...page);
          if (page.length < 3) break;
        }
        expect(paged).toEqual(ordered);
        expect(await idsOf({ after: "a.", limit: 1 })).toEqual(["a/1"]); // "a." need not exist
      });

      it("gives 100 when no limit is named and at most 1000", async () => {
        await Promise.all(numbers(1010).map((n) => things.put(`d${n}`, { n })));
        expect(await things.list()).toHaveLength(100);
        expect(await things.list({ limit: 1000 })).toHaveLength(1000);
        expect(await things.count()).toBe(1010);
      });

      it.each([
        { where: { phase: "done" }, want: ["a", "c", "e"] },
        { where: { phase: "done", size: 1 }, want: ["a", "e"] },
        { where: { size: 1, phase: "done" }, want: ["a", "e"] },
        { where: { size: "1" }, want: ["d"] },
        { where: { size: true }, want: ["f"] },
        { where: { phase: "missing" }, want: [] },
        { where: {}, want: ["a", "b", "c", "d", "e", "f", "g", "h"] },
      ])("finds by $where", async ({ where, want }) => {
        const bodies: Record<string, Thing> = {
          a: { phase: "done", size: 1 },
          b: { phase: "new", size: 1 },
          c: { phase: "done", size: 2 },
          d: { phase: "new", size: "1" },
          e: { phase: "done", size: 1 },
          f: { size: true },
          g: { phase: null, size: ["done"] },
          h: {},
        };
        for (const [id, body] of Object.entries(bodies)) await things.put(id, body);
        expect(await idsOf({ where })).toEqual(want);
        expect(await idsOf({ where, after: "a", limit: 1 })).toEqual(
          want.filter((id) => id > "a").slice(0, 1),
        );
        expect(await things.count(where)).toBe(want.length);
      });

      it("follows a document's change and its end", async () => {
        const long = "x".repeat(5000);
        await things.put("a", { phase: "old" });
        await things.put("a", { phase: long });
        expect(await idsOf({ where: { phase: "old" } })).toEqual([]);
        expect(await idsOf({ where: { phase: long } })).toEqual(["a"]);
        expect(await things.putIf("a", 1, { phase: "lost" })).toBeUndefined();
        expect(await idsOf({ where: { phase: "lost" } })).toEqual([]);
        await things.delete("a");
        expect(await idsOf({ where: { phase: long } })).toEqual([]);
      });

      it("finds documents older than the index", async () => {
        await bench.store.collection<Thing>("grown").put("a", { n: 7 });
        bench.store.collection<Thing>("grown", ["n"]);
        const grown = bench.store.collection<Thing>("grown", ["n"]);
        await grown.put("b", { n: 7 });
        expect((await grown.list({ where: { n: 7 } })).map(({ id }) => id)).toEqual(["a", "b"]);
      });
    });

    describe("refusals", () => {
      const circular: Record<string, unknown> = {};
      circular["self"] = circular;
      const cases: { name: string; work: () => Promise<unknown> }[] = [
        { name: "an empty id", work: () => things.get("") },
        { name: "a long id", work: () => things.get("é".repeat(257)) },
        { name: "a control character", work: () => things.put("a\u0000b", {}) },
        { name: "half a surrogate pair", work: () => things.delete("a\ud800") },
        { name: "limit 0", work: () => things.list({ limit: 0 }) },
        { name: "limit 1001", work: () => things.list({ limit: 1001 }) },
        { name: "limit 1.5", work: () => things.list({ limit: 1.5 }) },
        { name: "a negative version", work: () => things.putIf("a", -1, {}) },
        { name: "a cycle", work: () => things.put("a", circular) },
        { name: "a large body", work: () => things.put("a", { phase: "x".repeat(8 * 1024 * 1024) }) },
      ];
      it.each(cases)("$name", ({ work }) => expectCode(work(), "CATALOG_REQUEST_INVALID"));

      it("names of collections", () => {
        for (const bad of ["", "1a", "a b", "a/b", "x".repeat(64)])
          expect(() => bench.store.collection(bad)).toThrow(/not a collection name/);
      });

      it("a field that is not indexed", async () => {
        await expectCode(things.list({ where: { n: 1 } }), "CATALOG_INDEX_MISSING");
        await expectCode(things.count({ n: 1 }), "CATALOG_INDEX_MISSING");
      });
    });

    describe("many at once", () => {
      it("lets exactly one racer win each version", async () => {
        await things.put("a", { n: 0 });
        for (const version of numbers(10).map((n) => n + 1)) {
          const racers = numbers(20).map((n) => things.putIf("a", version, { n }));
          const winners = (await Promise.all(racers)).filter((won) => won !== undefined);
          expect(winners.map((won) => won.version)).toEqual([version + 1]);
          expect((await things.get("a"))?.body).toEqual(winners[0]?.body);
        }
      });

      it("lets exactly one racer create", async () => {
        const racers = numbers(50).map((n) => things.putIf("a", 0, { n }));
        expect((await Promise.all(racers)).filter((won) => won !== undefined)).toHaveLength(1);
      });

      it("loses no increment to a read, change, write loop", async () => {
        await things.put("a", { n: 0 });
        const increment = async (): Promise<void> => {
          for (;;) {
            const seen = await things.get("a");
            if (await things.putIf("a", seen?.version ?? 0, { n: (seen?.body.n ?? 0) + 1 })) return;
          }
        };
        await Promise.all(numbers(25).map(increment));
        expect(await things.get("a")).toEqual({ id: "a", version: 26, body: { n: 25 } });
      });
    });

    describe("life", () => {
      it.each([{ crash: false }, { crash: true }])(
        "keeps what was written, crash: $crash",
        async ({ crash }) => {
          for (const n of numbers(20)) await things.put(`d${n}`, { phase: n % 2 === 0 ? "even" : "odd", n });
          await things.delete("d4");
          const again = (await bench.reopen({ crash })).collection<Thing>("things", ["phase", "size"]);
          expect(await again.count()).toBe(19);
          expect(await again.count({ phase: "even" })).toBe(9);
          expect((await again.put("d0", {})).version).toBe(2);
        },
      );

      it("answers ping until closed, then refuses", async () => {
        await bench.store.ping();
        await bench.store.close();
        await bench.store.close();
        await expectCode(bench.store.ping(), "CATALOG_UNAVAILABLE");
        await expectCode(things.get("a"), "CATALOG_UNAVAILABLE");
        await expectCode(things.put("a", {}), "CATALOG_UNAVAILABLE");
      });
    });
  });
}
