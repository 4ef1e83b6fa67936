// SPDX-License-Identifier: Apache-2.0
/** What every object store adapter must do; states `ObjectStore` of `ports.ts` case by case. */
import { randomFillSync } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "#lib/digest.ts";
import type { ObjectStore } from "../ports.ts";
import { expectCode, gate, numbers, type ObjectBench } from "./bench.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function* stream(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function describeObjectStoreContract(
  name: string,
  make: () => Promise<ObjectBench<ObjectStore>>,
): void {
  describe(`object store contract: ${name}`, () => {
    let bench: ObjectBench<ObjectStore>;
    let objects: ObjectStore;
    const keysOf = async (...query: Parameters<ObjectStore["list"]>): Promise<string[]> =>
      (await objects.list(...query)).map((info) => info.key);

    beforeEach(async () => {
      bench = await make();
      objects = bench.store;
    });
    afterEach(() => bench.dispose());

    describe("single objects", () => {
      it("has nothing at first", async () => {
        expect(await objects.head("a")).toBeUndefined();
        expect(await objects.list("")).toEqual([]);
        expect(await objects.delete("a")).toBe(false);
        await expectCode(objects.get("a"), "OBJECT_MISSING");
        await expectCode(objects.read("a", 10), "OBJECT_MISSING");
      });

      it.each([
        { name: "bytes", body: () => text("hello"), want: "hello" },
        { name: "no bytes", body: () => new Uint8Array(), want: "" },
        { name: "a stream", body: () => stream(text("he"), text(""), text("llo")), want: "hello" },
        { name: "an empty stream", body: () => stream(), want: "" },
      ])("takes $name", async ({ body, want }) => {
        const info = { key: "a/b/c.json", size: want.length, digest: digestOf(want) };
        expect(await objects.put("a/b/c.json", body())).toEqual(info);
        expect(await objects.head("a/b/c.json")).toEqual(info);
        expect(await objects.list("")).toEqual([info]);
        expect((await collect(await objects.get("a/b/c.json"))).toString()).toBe(want);
        expect(Buffer.from(await objects.read("a/b/c.json", want.length)).toString()).toBe(want);
      });

      it("streams megabytes unchanged", async () => {
        const parts = numbers(40).map((n) => randomFillSync(Buffer.alloc(n * 4999)));
        const whole = Buffer.concat(parts);
        await objects.put("big", stream(...parts));
        expect(digestOf(await collect(await objects.get("big")))).toBe(digestOf(whole));
        expect(Buffer.compare(await objects.read("big", whole.length), whole)).toBe(0);
      });

      it("gives back any bytes", async () => {
        await fc.assert(
          fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
            await objects.put("any", bytes);
            expect(Buffer.from(await objects.read("any", 300)).equals(bytes)).toBe(true);
          }),
          { numRuns: 20 },
        );
      });

      it("replaces, and leaves an equal one as it is", async () => {
        await objects.put("a", text("one"));
        const reader = await objects.get("a");
        expect((await objects.put("a", stream(text("one")))).digest).toBe(digestOf("one"));
        expect((await collect(reader)).toString()).toBe("one");
        await objects.put("a", text("second"));
        expect(await objects.head("a")).toEqual({ key: "a", size: 6, digest: digestOf("second") });
      });

      it("deletes once, and the neighbours stay", async () => {
        await objects.put("x/y/a", text("a"));
        await objects.put("x/y/b", text("b"));
        expect(await objects.delete("x/y/a")).toBe(true);
        expect(await objects.delete("x/y/a")).toBe(false);
        expect(await objects.delete("x/y")).toBe(false);
        expect(await objects.delete("x/y/b/c")).toBe(false);
        expect(await keysOf("")).toEqual(["x/y/b"]);
        expect(await objects.head("x/y")).toBeUndefined();
        expect(await objects.head("x/y/b/c")).toBeUndefined();
        expect(await objects.delete("x/y/b")).toBe(true);
        await objects.put("x", text("now x is an object"));
        expect(await keysOf("")).toEqual(["x"]);
      });

      it("reads only small ones whole", async () => {
        await objects.put("a", text("12345"));
        await expectCode(objects.read("a", 4), "OBJECT_TOO_LARGE");
        expect(await objects.read("a", 5)).toHaveLength(5);
      });

      it("lets a reader stop early", async () => {
        await objects.put("a", Buffer.alloc(3_000_000));
        for await (const chunk of await objects.get("a")) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
        expect(await objects.delete("a")).toBe(true);
      });
    });

    describe("half done", () => {
      it("shows nothing before the stream's end", async () => {
        const { opened, open } = gate();
        const reached = gate();
        const body = async function* (): AsyncGenerator<Uint8Array> {
          yield text("first half");
          reached.open();
          await opened;
          yield text(", second half");
        };
        const put = objects.put("a/b", body());
        await reached.opened;
        expect(await objects.head("a/b")).toBeUndefined();
        expect(await objects.list("")).toEqual([]);
        open();
        await put;
        expect(Buffer.from(await objects.read("a/b", 100)).toString()).toBe("first half, second half");
      });

      it("throws what the source throws and keeps what was there", async () => {
        const failure = Object.assign(new Error("source broke"), { code: "ENOENT", syscall: "read" });
        const broken = async function* (): AsyncGenerator<Uint8Array> {
          yield await Promise.resolve(text("new"));
          throw failure;
        };
        await objects.put("a", text("old"));
        await expect(objects.put("a", broken())).rejects.toBe(failure);
        await expect(objects.put("b", broken())).rejects.toBe(failure);
        expect(Buffer.from(await objects.read("a", 9)).toString()).toBe("old");
        expect(await keysOf("")).toEqual(["a"]);
      });

      it("keeps what was put and nothing half put, over a crash", async () => {
        const reached = gate();
        const killed = gate();
        const halting = async function* (): AsyncGenerator<Uint8Array> {
          yield text("half");
          reached.open();
          await killed.opened;
          throw new Error("killed");
        };
        await objects.put("whole", text("whole"));
        const half = objects.put("half", halting());
        await reached.opened;
        objects = await bench.reopen({ crash: true });
        expect(await keysOf("")).toEqual(["whole"]);
        expect(Buffer.from(await objects.read("whole", 9)).toString()).toBe("whole");
        killed.open();
        await expect(half).rejects.toThrow("killed");
        expect(await keysOf("")).toEqual(["whole"]);
      });

      it("says so when bytes changed behind its back, and can be repaired", async (context) => {
        const damage = bench.damage?.bind(bench);
        if (damage === undefined) return context.skip("this adapter's bytes cannot be reached");
        await objects.put("a", Buffer.alloc(600_000, "x"));
        await damage("a");
        await expectCode(
          objects.get("a").then(async (bytes) => collect(bytes)),
          "OBJECT_CORRUPT",
        );
        await expectCode(objects.read("a", 1_000_000), "OBJECT_CORRUPT");
        await objects.delete("a");
        await objects.put("a", Buffer.alloc(600_000, "x"));
        expect(await objects.read("a", 1_000_000)).toHaveLength(600_000);
      });
    });

    describe("lists", () => {
      const keys = [
        "b",
        "a/1",
        "a-b",
        "a.b/x",
        "a/1.json",
        "a/2/z",
        "a/10",
        "aa/1",
        "A",
        "layers/0f/f.json",
        "a:1",
      ];
      const ordered = [...keys].sort();

      it.each([
        { prefix: "", want: ordered },
        { prefix: "a", want: ordered.filter((key) => key.startsWith("a")) },
        { prefix: "a/", want: ["a/1.json", "a/10", "a/2/z"] },
        { prefix: "a/1", want: ["a/1.json", "a/10"] },
        { prefix: "a/2/z", want: ["a/2/z"] },
        { prefix: "layers/0", want: ["layers/0f/f.json"] },
        { prefix: "none/", want: [] },
        { prefix: "b/", want: [] },
      ])("by prefix $prefix in order, in pages", async ({ prefix, want }) => {
        for (const key of keys.filter((key) => key !== "a/1")) await objects.put(key, text(key));
        const wanted = want.filter((key) => key !== "a/1");
        expect(await keysOf(prefix)).toEqual(wanted);
        const paged: string[] = [];
        for (;;) {
          const page = await keysOf(prefix, { after: paged.at(-1) ?? "", limit: 2 });
          paged.push(...page);
          if (page.length < 2) break;
        }
        expect(paged).toEqual(wanted);
      });

      it("starts after a key that does not exist", async () => {
        for (const key of ["a/b", "a/d", "c"]) await objects.put(key, text(key));
        expect(await keysOf("", { after: "a/c" })).toEqual(["a/d", "c"]);
        expect(await keysOf("", { after: "a/z" })).toEqual(["c"]);
        expect(await keysOf("a/", { after: "b" })).toEqual([]);
      });
    });

    describe("refusals", () => {
      const bad = [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        "a/../b",
        "./a",
        ".hidden",
        "a b",
        "a\\b",
        "ä",
        "a\u0000",
        "%2e%2e",
      ];
      it.each([...bad, "a/".repeat(16) + "a", "a".repeat(201), "a/".repeat(300)])("key %j", async (key) => {
        await expectCode(objects.put(key, text("x")), "OBJECT_KEY_INVALID");
        await expectCode(objects.get(key), "OBJECT_KEY_INVALID");
        await expectCode(objects.read(key, 1), "OBJECT_KEY_INVALID");
        await expectCode(objects.head(key), "OBJECT_KEY_INVALID");
        await expectCode(objects.delete(key), "OBJECT_KEY_INVALID");
      });

      it("prefixes and limits", async () => {
        for (const prefix of ["../", "/", "a//", "a/../", "*"])
          await expectCode(objects.list(prefix), "OBJECT_KEY_INVALID");
        for (const limit of [0, 1001, 0.5])
          await expectCode(objects.list("", { limit }), "OBJECT_KEY_INVALID");
      });
    });

    describe("many at once", () => {
      it("shows one whole body whoever wins", async () => {
        const bodies = numbers(12).map((n) => Buffer.alloc(50_000 + n, n));
        await Promise.all(
          bodies.map((body) => objects.put("raced", stream(body.subarray(0, 99), body.subarray(99)))),
        );
        const won = await objects.read("raced", 100_000);
        expect(bodies.some((body) => body.equals(won))).toBe(true);
      });

      it("writes and deletes side by side in one folder", async () => {
        const churn = numbers(8).map(async (n) => {
          for (const round of numbers(10)) {
            await objects.put(`deep/er/${n}`, text(`${n} ${round}`));
            if (round < 9) await objects.delete(`deep/er/${n}`);
          }
        });
        await Promise.all(churn);
        expect(await keysOf("deep/")).toHaveLength(8);
      });
    });

    it("answers ping until closed, then refuses", async () => {
      await objects.ping();
      await objects.close();
      await objects.close();
      await expectCode(objects.ping(), "OBJECTS_UNAVAILABLE");
      await expectCode(objects.put("a", text("a")), "OBJECTS_UNAVAILABLE");
    });
  });
}
