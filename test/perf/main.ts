// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench`: what a scan costs, from the start of the command that the product's image ships to its written document,
 * beside Node's own gunzip of the same layers and beside peers found on PATH. `--peers` builds the peers of hack/peers
 * instead, once, which takes a quarter of an hour; `--quick` runs each thing once and leaves the large image out.
 * `--decider [--data DIR]` measures advisories, VEX and policies in place of scans (`decider/bench.ts`). Prints figures; fails
 * only where a scan does. Targets and readings: docs/benchmarks.md.
 */
import { readFile, rm, stat } from "node:fs/promises";
import { availableParallelism, cpus, homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundle } from "#hack/bundle/bundle.ts";
import { benchDecider } from "./decider/bench.ts";
import { largeImage, twoLayerImages, type BenchImage } from "./make-image.ts";
import { manyImages } from "./many-images.ts";
import { measure, middleOf, type Cost } from "./measure.ts";
import { peers } from "./peers.ts";
import { markdownTable, rowText, verdict, type Row } from "./table.ts";

const cache = process.env["STELLAOPS_DEV_CACHE"] ?? join(homedir(), ".cache/stellaops-dev");
const bench = join(cache, "bench");
const isQuick = process.argv.includes("--quick");
const times = Number(process.env["BENCH_TIMES"] ?? (isQuick ? 1 : 5));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const gunzipParallel = fileURLToPath(import.meta.resolve("./gunzip-parallel.ts"));
const scanMany = fileURLToPath(import.meta.resolve("./scan-many.ts"));
const mine = (name: string): string => join(bench, `${name}-${process.pid}`);
const [cacheDir, output, product] = [mine("cache"), mine("bom.json"), mine("dist")];
const compileCache = { NODE_COMPILE_CACHE: join(bench, "compile-cache") };
const clear = (): Promise<void> => rm(cacheDir, { recursive: true, force: true });
const nothing = (): Promise<void> => Promise.resolve();

const rows: Row[] = [];
const verdicts: string[] = [];
const row = async (
  name: string,
  prepare: () => Promise<void>,
  run: () => Promise<Cost>,
  note: (cost: Cost) => string | Promise<string> = () => "",
): Promise<Cost> => {
  const cost = await middleOf(times, prepare, run);
  const made = { name, cost, note: await note(cost) };
  rows.push(made);
  say(rowText(made));
  return cost;
};

const scan = (target: string): Promise<Cost> =>
  measure(
    process.execPath,
    [
      join(product, "stella.js"),
      ...["scan", target, "--platform", "linux/amd64", "--cache-dir", cacheDir],
      ...["-o", `cyclonedx-json=${output}`],
    ],
    compileCache,
  );
const count = (text: string): string =>
  `${(JSON.parse(text) as { components?: unknown[] }).components?.length ?? 0} components`;
const written = async (): Promise<string> => count(await readFile(output, "utf8"));

async function describe(name: string, { layerFiles, sizes }: BenchImage): Promise<void> {
  const packed = await Promise.all(layerFiles.map(async (file) => (await stat(file)).size));
  const mb = (all: readonly number[]): string => (all.reduce((a, b) => a + b, 0) / 1_000_000).toFixed(0);
  say(`${name}: ${sizes.length} layers, ${mb(sizes)} MB, ${mb(packed)} MB as gzip`);
}

async function benchScans(): Promise<void> {
  const { base, changed } = await twoLayerImages(bench, say);
  const large = isQuick ? undefined : await largeImage(bench, say);
  const many = await manyImages(bench, isQuick ? 100 : 1000, say);
  const others = await peers(process.argv.includes("--peers"), bench, say);
  await bundle(product);
  await describe("400 MB image", base);
  if (large) await describe("2 GB image", large);
  say(`${many.images} images: ${many.distinctLayers} distinct layers`);
  const model = cpus()[0]?.model ?? "unknown";
  say(`${model}, ${availableParallelism()} cores, Node ${process.version}; middle of ${times} runs\n`);
  await scan(base.target); // fills the compile cache

  for (const [name, image] of [["400 MB", base] as const, ...(large ? [["2 GB", large] as const] : [])]) {
    const gunzip = await row(`${name}: gunzip, layers in parallel`, nothing, () =>
      measure(process.execPath, [gunzipParallel, ...image.layerFiles], compileCache),
    );
    const cold = await row(`${name}: scan, cold`, clear, () => scan(image.target), written);
    const warm = await row(`${name}: scan, warm`, nothing, () => scan(image.target), written);
    verdicts.push(verdict(`${name}, cold over gunzip`, cold.wallMs / gunzip.wallMs, 1.6, "x"));
    if (image === base) verdicts.push(verdict("warm", warm.wallMs / 1000, 0.2, " s"));
    for (const { name: peer, prepare, scan: scanOf } of others) {
      const layout = image.target.slice("oci-dir:".length);
      const cost = await row(
        `${name}: ${peer}`,
        prepare,
        () => scanOf(layout),
        (made) => count(made.output),
      );
      const most = peer === "syft" ? 0.25 : 0.8;
      verdicts.push(verdict(`${name}, cold over ${peer}`, cold.wallMs / cost.wallMs, most, "x"));
      verdicts.push(verdict(`${name}, memory over ${peer}`, cold.peakMb / cost.peakMb, 1, "x"));
    }
  }
  const withBase = async (): Promise<void> => {
    await clear();
    await scan(base.target);
  };
  const small = await row("400 MB: one changed 20 MB layer", withBase, () => scan(changed.target), written);
  verdicts.push(verdict("one changed layer", small.wallMs / 1000, 0.6, " s"));

  const all = (): Promise<Cost> =>
    measure(process.execPath, [scanMany, many.layout, String(many.images), cacheDir], compileCache);
  const each = ({ wallMs, output: text }: Cost): string => {
    const { analyzed, cached } = JSON.parse(text) as { analyzed: number; cached: number };
    return `${(wallMs / many.images).toFixed(1)} ms each; ${analyzed} layers read, ${cached} from the cache`;
  };
  const first = await row(`${many.images} images that share bases, cold`, clear, all, each);
  await row(`${many.images} images that share bases, warm`, nothing, all, each);
  const { analyzed } = JSON.parse(first.output) as { analyzed: number };
  verdicts.push(verdict("layers read over distinct layers", analyzed / many.distinctLayers, 1, "x"));

  say(`\n${verdicts.join("\n")}\n\n${markdownTable(rows)}`);
}

const { values } = parseArgs({
  options: {
    decider: { type: "boolean", default: false },
    data: { type: "string" },
    peers: { type: "boolean" },
    quick: { type: "boolean" },
  },
});
try {
  if (values.decider)
    await benchDecider({
      folder: mine("decider"),
      data: values.data,
      times,
      images: isQuick ? 1000 : 10_000,
      say,
    });
  else await benchScans();
} finally {
  await clear();
  await rm(output, { force: true });
  await rm(product, { recursive: true, force: true });
}
