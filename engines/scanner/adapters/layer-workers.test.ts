// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { DiffId } from "#lib/digest.ts";
import { codeOf } from "#lib/errors.ts";
import { decodeFragment } from "../fragment.ts";
import { linuxAmd64, memoryFragmentCache, memoryImage, memoryLayer } from "../testing/images.ts";
import { scanImage } from "../scan-image.ts";
import { layerWorkerPool, type LayerWorkerPool } from "./layer-workers.ts";

const folder = mkdtempSync(join(tmpdir(), "workers-"));
afterAll(() => rmSync(folder, { recursive: true }));

let pool: LayerWorkerPool | undefined;
afterEach(async () => pool?.close());

const content = JSON.stringify({ name: "a", version: "1.0.0" });
const layer = memoryLayer([{ path: "node_modules/a/package.json", content }]);
const source = memoryImage([layer]);
const analyzers = ["language/node"];
const task = { layer: layer.descriptor, analyzers, open: () => source.openLayer(layer.descriptor) };
const wrong = { ...layer.descriptor, diffId: `sha256:${"0".repeat(64)}` as DiffId };
const never = {
  layer: layer.descriptor,
  analyzers,
  open: () =>
    Promise.resolve({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }),
};

describe("layerWorkerPool", () => {
  it("reads chunks that it is sent, and a run of bytes in a file", async () => {
    pool = layerWorkerPool({ size: 2 });
    const path = join(folder, "archive");
    writeFileSync(path, Buffer.concat([Buffer.from("in front"), layer.blob, Buffer.from("behind")]));
    const file = { path, offset: 8, size: layer.blob.length };
    const answers = await Promise.all([
      pool.analyze(task),
      pool.analyze({ ...task, file }),
      pool.analyze(task),
    ]);
    const found = answers.map(
      ({ fragment }) => decodeFragment(fragment, layer.descriptor.diffId)?.files.length,
    );
    expect(found).toEqual([1, 1, 1]);
    expect(answers[1].fragment).toEqual(answers[0].fragment);
  });

  it("gives up a layer with which a thread is stuck, and takes a new thread for the next", async () => {
    const code = "import{parentPort}from'node:worker_threads';parentPort.on('message',()=>{for(;;);})";
    pool = layerWorkerPool({ size: 1, stalledAfterMs: 200, entry: new URL(`data:text/javascript,${code}`) });
    const both = await Promise.all([pool.analyze(task).catch(codeOf), pool.analyze(task).catch(codeOf)]);
    expect(both).toEqual(["LAYER_STALLED", "LAYER_STALLED"]);
  });

  it("does not take a slow source for a thread that is stuck", async () => {
    pool = layerWorkerPool({ size: 1, stalledAfterMs: 2000 });
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      await new Promise((resolve) => setTimeout(resolve, 2500));
      yield layer.blob;
    };
    const { bytes } = await pool.analyze({ ...task, open: () => Promise.resolve(slow()) });
    expect(bytes).toBeGreaterThan(0);
  });

  it("passes errors on with their codes, and goes on working", async () => {
    pool = layerWorkerPool({ size: 1 });
    expect(await pool.analyze({ ...task, layer: wrong }).catch(codeOf)).toBe("LAYER_DIFF_ID_MISMATCH");
    const missing = { ...task, file: { path: join(folder, "none"), offset: 0, size: 5 } };
    await expect(pool.analyze(missing)).rejects.toThrow("ENOENT");
    await expect(pool.analyze({ ...task, open: () => Promise.reject(new Error("no way")) })).rejects.toThrow(
      "no way",
    );
    expect((await pool.analyze(task)).bytes).toBeGreaterThan(0);
  });

  it("stops reading when it is told to", async () => {
    pool = layerWorkerPool({ size: 1 });
    const stop = new AbortController();
    const reading = pool.analyze(never, stop.signal);
    const waiting = pool.analyze(task);
    stop.abort();
    expect(await reading.catch(codeOf)).toBe("SCAN_ABORTED");
    expect((await waiting).bytes).toBeGreaterThan(0);
  });

  it("says when a worker is lost", async () => {
    const entry = join(folder, "broken.mjs");
    writeFileSync(entry, "throw new Error('broken')");
    pool = layerWorkerPool({ size: 1, entry });
    expect(await pool.analyze(task).catch(codeOf)).toBe("LAYER_WORKER_LOST");
  });

  it("does the work of a scan", async () => {
    pool = layerWorkerPool({ size: 2 });
    const image = memoryImage([layer, memoryLayer([{ path: "x/node_modules/b/package.json", content }])]);
    const { sbom } = await scanImage(image, linuxAmd64, {
      fragmentCache: memoryFragmentCache(),
      layerWorkers: pool,
    });
    expect(sbom.components.map(({ purl, layer: { index } }) => `${purl} ${index}`)).toEqual([
      "pkg:npm/a@1.0.0 0",
      "pkg:npm/a@1.0.0 1",
    ]);
  });
});
