// SPDX-License-Identifier: Apache-2.0
/** The object folder against the contract, and what only a file system can get wrong. */
import { execFile } from "node:child_process";
import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, type TestContext } from "vitest";
import { digestOf } from "#lib/digest.ts";
import { describeObjectStoreContract } from "../testing/index.ts";
import { expectCode, numbers } from "../testing/bench.ts";
import { openFolderObjectStore } from "./index.ts";
import { walk } from "./list.ts";

const run = promisify(execFile);

describeObjectStoreContract("folder", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "stella-objects-"));
  const root = path.join(folder, "deep", "objects");
  let store = await openFolderObjectStore(root);
  return {
    store,
    reopen: async ({ crash = false } = {}) => {
      if (!crash) await store.close();
      store = await openFolderObjectStore(root, { sweepAfterMs: 0 });
      return store;
    },
    damage: async (key) => {
      const handle = await open(path.join(root, "objects", key), "r+");
      await handle.write("!", 300_000);
      await handle.close();
    },
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe("object folder", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), "stella-objects-"));
  });
  afterEach(() => rm(root, { recursive: true }));

  it("is a file per key with its digest in the last line", async () => {
    const store = await openFolderObjectStore(root);
    await store.put("layers/0f/fragment.json", Buffer.from("{}"));
    const file = path.join(root, "objects", "layers", "0f", "fragment.json");
    expect(await readFile(file, "utf8")).toBe(`{}\nstella-object-1 ${digestOf("{}")}\n`);
    expect(await readdir(path.join(root, "tmp"))).toEqual([]);
    await store.delete("layers/0f/fragment.json");
    expect(await readdir(path.join(root, "objects"))).toEqual([]);
  });

  it.each([
    { name: "the default age", options: {}, left: ["fresh"] },
    { name: "at once", options: { sweepAfterMs: 0, clock: { now: () => Date.now() + 5000 } }, left: [] },
    { name: "two hours on", options: { clock: { now: () => Date.now() + 7_200_000 } }, left: [] },
  ])("sweeps temporary files, $name", async ({ options, left }) => {
    await openFolderObjectStore(root);
    await writeFile(path.join(root, "tmp", "fresh"), "half");
    await openFolderObjectStore(root, options);
    expect(await readdir(path.join(root, "tmp"))).toEqual(left);
  });

  it.each([
    { name: "cut short", spoil: (file: string) => truncate(file, 50) },
    { name: "empty", spoil: (file: string) => truncate(file, 0) },
    { name: "longer", spoil: (file: string) => appendFile(file, "more") },
  ])("knows a file that is $name, lists the others, and replaces it", async ({ spoil }) => {
    const store = await openFolderObjectStore(root);
    await store.put("a", Buffer.from("first"));
    await store.put("b", Buffer.from("second"));
    await spoil(path.join(root, "objects", "a"));
    await expectCode(store.head("a"), "OBJECT_CORRUPT");
    await expectCode(store.get("a"), "OBJECT_CORRUPT");
    expect((await store.list("")).map(({ key }) => key)).toEqual(["b"]);
    await store.put("a", Buffer.from("first"));
    expect(Buffer.from(await store.read("a", 10)).toString()).toBe("first");
  });

  it("refuses a key that is the folder of another, both ways", async () => {
    const store = await openFolderObjectStore(root);
    await store.put("a/b", Buffer.from("x"));
    await expectCode(store.put("a", Buffer.from("x")), "OBJECT_KEY_INVALID");
    await expectCode(store.put("a/b/c", Buffer.from("x")), "OBJECT_KEY_INVALID");
    await expectCode(store.get("a"), "OBJECT_MISSING");
    expect(await readdir(path.join(root, "tmp"))).toEqual([]);
  });

  it("refuses another layout", async () => {
    await writeFile(path.join(root, "format"), "stella-objects 2\n");
    await expectCode(openFolderObjectStore(root), "OBJECTS_INVALID");
    expect(await readdir(root)).toEqual(["format"]);
  });

  it("is unavailable under a file, and once its folder is gone", async () => {
    await writeFile(path.join(root, "file"), "");
    await expectCode(openFolderObjectStore(path.join(root, "file", "x")), "OBJECTS_UNAVAILABLE");
    const store = await openFolderObjectStore(path.join(root, "gone"));
    await rm(path.join(root, "gone"), { recursive: true });
    await expectCode(store.ping(), "OBJECTS_UNAVAILABLE");
    await expectCode(store.put("a", Buffer.from("x")), "OBJECTS_UNAVAILABLE");
  });

  it("lists the same whatever the size of its pages", async () => {
    for (const n of numbers(40)) {
      await mkdir(path.join(root, `d${n % 7}`), { recursive: true });
      await writeFile(path.join(root, `d${n % 7}`, `f${n}`), "");
    }
    await mkdir(path.join(root, "a-empty"));
    const walked = async (page?: number): Promise<string[]> => {
      const keys: string[] = [];
      for await (const key of walk(root, "", "", page)) keys.push(key);
      return keys;
    };
    const all = await walked();
    expect(all).toEqual([...all].sort());
    expect(all).toHaveLength(40);
    for (const page of [1, 2, 3, 7]) expect(await walked(page)).toEqual(all);
  });
});

describe("object folder on a small disk", () => {
  /** A file system of our own, in this test only; needs root. */
  const mounted = async (context: TestContext, work: (root: string) => Promise<void>): Promise<void> => {
    const root = await mkdtemp(path.join(tmpdir(), "stella-small-disk-"));
    try {
      await run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", root]);
    } catch {
      await rm(root, { recursive: true });
      context.skip("mounting a tmpfs is not permitted here");
    }
    try {
      await work(root);
    } finally {
      await run("umount", ["-l", root]);
      await rm(root, { recursive: true });
    }
  };

  it("says that it is full, keeps what it has, and goes on when there is room", (context) =>
    mounted(context, async (root) => {
      const store = await openFolderObjectStore(root);
      await store.put("kept", Buffer.alloc(300_000, "k"));
      await expectCode(store.put("kept", Buffer.alloc(2_000_000)), "OBJECTS_EXHAUSTED");
      await expectCode(store.put("new", Buffer.alloc(2_000_000)), "OBJECTS_EXHAUSTED");
      expect(await readdir(path.join(root, "tmp"))).toEqual([]);
      expect((await store.list("")).map(({ key, size }) => ({ key, size }))).toEqual([
        { key: "kept", size: 300_000 },
      ]);
      await store.put("small", Buffer.alloc(100_000));
    }));

  it("says that it cannot write to a read-only one, and still reads", (context) =>
    mounted(context, async (root) => {
      const store = await openFolderObjectStore(root);
      await store.put("a", Buffer.from("a"));
      await run("mount", ["-o", "remount,ro", root]);
      await expectCode(store.put("b", Buffer.from("b")), "OBJECTS_UNAVAILABLE");
      await expectCode(store.delete("a"), "OBJECTS_UNAVAILABLE");
      await expectCode(store.ping(), "OBJECTS_UNAVAILABLE");
      expect(Buffer.from(await store.read("a", 1)).toString()).toBe("a");
    }));
});
