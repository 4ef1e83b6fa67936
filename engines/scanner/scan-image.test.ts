// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { LayerDigest } from "#lib/digest.ts";
import { codeOf } from "#lib/errors.ts";
import type { TarFile } from "#lib/tar/testing/write-tar.ts";
import type { LayerWorkers, ScanProgress } from "./ports.ts";
import type { Analyzer } from "./analyzer.ts";
import { analyzers } from "./analyzers/catalog.ts";
import { scanImage } from "./scan-image.ts";
import {
  inlineWorkers,
  linuxAmd64,
  memoryFragmentCache,
  memoryImage,
  memoryLayer,
} from "./testing/images.ts";

const npm = (name: string): TarFile => ({
  path: `app/node_modules/${name}/package.json`,
  content: JSON.stringify({ name, version: "1.0.0" }),
});
const layers = ["a", "b", "c"].map((name) => memoryLayer([npm(name)]));

describe("scanImage", () => {
  it("reads each layer once, then none", async () => {
    const source = memoryImage([...layers, layers[0]!]);
    const ports = { fragmentCache: memoryFragmentCache(), layerWorkers: inlineWorkers };
    const cold = await scanImage(source, linuxAmd64, ports);
    const warm = await scanImage(source, linuxAmd64, ports);
    const forced = await scanImage(source, linuxAmd64, ports, { force: true, maxParallel: 1 });
    expect(cold.counters).toMatchObject({ layers: 3, cached: 0, analyzed: 3 });
    expect(cold.counters.bytes).toBeGreaterThan(3000);
    expect(warm.counters).toEqual({ layers: 3, cached: 3, analyzed: 0, bytes: 0 });
    expect(forced.counters).toMatchObject({ cached: 0, analyzed: 3 });
    expect(source.opened).toHaveLength(6);
    expect([warm.sbom, forced.sbom]).toEqual([cold.sbom, cold.sbom]);
  });

  it("reads only the layer that is new", async () => {
    const ports = { fragmentCache: memoryFragmentCache(), layerWorkers: inlineWorkers };
    await scanImage(memoryImage(layers.slice(0, 2)), linuxAmd64, ports);
    const { counters } = await scanImage(memoryImage(layers), linuxAmd64, ports);
    expect(counters).toMatchObject({ layers: 3, cached: 2, analyzed: 1 });
  });

  it("reads a layer again with the analyzers alone whose facts it lacks", async () => {
    const fragmentCache = memoryFragmentCache();
    const asked: (readonly string[])[] = [];
    const layerWorkers: LayerWorkers = {
      ...inlineWorkers,
      analyze: (task, signal) => {
        asked.push(task.analyzers);
        return inlineWorkers.analyze(task, signal);
      },
    };
    const ports = { fragmentCache, layerWorkers };
    const scan = (chosen: readonly Analyzer[]) =>
      scanImage(memoryImage(layers), linuxAmd64, ports, { analyzers: chosen });
    const few = analyzers.filter(({ id }) => id.startsWith("os/"));
    const fewer = await scan(few);
    const whole = await scan(analyzers);
    const again = await scan(few);
    const others = analyzers.filter((analyzer) => !few.includes(analyzer)).map(({ id }) => id);
    expect(asked).toEqual([...layers.map(() => few.map(({ id }) => id)), ...layers.map(() => others)]);
    expect([fewer.sbom.components.length, whole.sbom.components.length]).toEqual([0, 3]);
    expect([again.counters.cached, again.sbom]).toEqual([3, fewer.sbom]);
    // What was put together is what one reading would have made.
    const fresh = { fragmentCache: memoryFragmentCache(), layerWorkers: inlineWorkers };
    expect((await scanImage(memoryImage(layers), linuxAmd64, fresh)).sbom).toEqual(whole.sbom);
    expect((await scan(few.slice(1))).counters).toMatchObject({ cached: 3, analyzed: 0 });
  });

  it("makes a damaged fragment again", async () => {
    const fragmentCache = memoryFragmentCache();
    const ports = { fragmentCache, layerWorkers: inlineWorkers };
    const { sbom } = await scanImage(memoryImage(layers), linuxAmd64, ports);
    for (const [key, bytes] of fragmentCache.entries) fragmentCache.entries.set(key, bytes.subarray(1));
    const again = await scanImage(memoryImage(layers), linuxAmd64, ports);
    expect([again.counters.analyzed, again.sbom]).toEqual([3, sbom]);
  });

  it("gives the same SBOM whatever order layers are finished in", async () => {
    const sboms = await Promise.all(
      [
        [0, 1, 2],
        [2, 1, 0],
        [1, 2, 0],
      ].map(async (order) => {
        const ports = { fragmentCache: memoryFragmentCache(), layerWorkers: finishingIn(order) };
        return (await scanImage(memoryImage(layers), linuxAmd64, ports)).sbom;
      }),
    );
    expect(sboms[1]).toEqual(sboms[0]);
    expect(sboms[2]).toEqual(sboms[0]);
  });

  it("tells its progress", async () => {
    const events: ScanProgress[] = [];
    const ports = {
      fragmentCache: memoryFragmentCache(),
      layerWorkers: inlineWorkers,
      progress: (event: ScanProgress) => events.push(event),
    };
    await scanImage(memoryImage(layers.slice(0, 1)), linuxAmd64, ports);
    const { digest } = layers[0]!.descriptor;
    expect(events).toEqual([
      { step: "resolved", layers: 1 },
      { step: "layer", index: 0, digest, outcome: "analyzing" },
      { step: "layer", index: 0, digest, outcome: "analyzed" },
      { step: "composed", components: 1 },
    ]);
  });

  it("fails with the layer's error, ends the others, and keeps nothing of the bad layer", async () => {
    const bad = {
      ...layers[1]!,
      descriptor: { ...layers[1]!.descriptor, digest: `sha256:${"0".repeat(64)}` as LayerDigest },
    };
    const signals: AbortSignal[] = [];
    const layerWorkers: LayerWorkers = {
      size: 2,
      analyze: (task, signal) => {
        if (signal) signals.push(signal);
        return inlineWorkers.analyze(task, signal);
      },
    };
    const fragmentCache = memoryFragmentCache();
    const scan = scanImage(memoryImage([layers[0]!, bad]), linuxAmd64, { fragmentCache, layerWorkers });
    expect(await scan.catch(codeOf)).toBe("LAYER_DIGEST_MISMATCH");
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(
      [...fragmentCache.entries.keys()].some((key) => key.startsWith(bad.descriptor.diffId.slice(7))),
    ).toBe(false);
  });

  it("does not begin when it is aborted", async () => {
    const ports = { fragmentCache: memoryFragmentCache(), layerWorkers: inlineWorkers };
    const scan = scanImage(memoryImage(layers), linuxAmd64, ports, { signal: AbortSignal.abort() });
    expect(await scan.catch(codeOf)).toBe("SCAN_ABORTED");
  });
});

/** Workers that answer in the order given, whatever order they were asked in. */
function finishingIn(order: readonly number[]): LayerWorkers {
  const gates = layers.map(() => Promise.withResolvers<undefined>());
  gates[order[0] ?? 0]?.resolve(undefined);
  return {
    size: 3,
    async analyze(task, signal) {
      const index = layers.findIndex(({ descriptor }) => descriptor.diffId === task.layer.diffId);
      await gates[index]?.promise;
      const answer = await inlineWorkers.analyze(task, signal);
      gates[order[order.indexOf(index) + 1] ?? index]?.resolve(undefined);
      return answer;
    },
  };
}
