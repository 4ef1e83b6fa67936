// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench`: what a scan costs, beside Node's own gunzip of the same layers and beside peers found on PATH or in
 * the cache. Prints figures; fails only where a scan does. Targets and readings: docs/benchmarks.md.
 */
import { existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { availableParallelism, cpus, homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { benchImages } from "./make-image.ts";
import { measure, middleOf, type Cost } from "./measure.ts";

const cache = process.env["STELLAOPS_DEV_CACHE"] ?? join(homedir(), ".cache/stellaops-dev");
const bench = join(cache, "bench");
const times = Number(process.env["BENCH_TIMES"] ?? 5);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const scanOnce = fileURLToPath(import.meta.resolve("./scan-once.ts"));
const gunzipParallel = fileURLToPath(import.meta.resolve("./gunzip-parallel.ts"));

const images = await benchImages(bench, say);
const compressed = await Promise.all(images.layerFiles.map(async (file) => (await stat(file)).size));
const mb = (bytes: number): string => (bytes / 1_000_000).toFixed(0);
say(
  `image: ${images.sizes.slice(0, 2).map(mb).join(" + ")} MB in ${compressed.map(mb).join(" + ")} MB of gzip;`,
);
say(
  "  os layer: this machine's dpkg database, usr/bin, usr/lib, usr/share; app layer: Go, Python, node_modules",
);
say(
  `machine: ${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}; middle of ${times} runs\n`,
);

const cacheDir = join(bench, `fragments-${process.pid}`);
const output = join(bench, `bom-${process.pid}.json`);
const compileCache = { NODE_COMPILE_CACHE: join(bench, "compile-cache") };
const clear = (): Promise<void> => rm(cacheDir, { recursive: true, force: true });
const nothing = (): Promise<void> => Promise.resolve();
const scan = (target: string): Promise<Cost> =>
  measure(process.execPath, [scanOnce, target, cacheDir, output], compileCache);

const rows: [string, Cost][] = [];
const row = async (name: string, prepare: () => Promise<void>, run: () => Promise<Cost>): Promise<Cost> => {
  const cost = await middleOf(times, prepare, run);
  rows.push([name, cost]);
  say(line(name, cost));
  return cost;
};
const line = (name: string, { wallMs, cpuMs, peakMb, output: text }: Cost): string =>
  `${name.padEnd(34)} ${(wallMs / 1000).toFixed(2).padStart(6)} s ${(cpuMs / 1000).toFixed(2).padStart(6)} s cpu ${peakMb.toFixed(0).padStart(5)} MB  ${text.trim().slice(0, 120)}`;

try {
  await scan(images.target); // fills the compile cache
  const gunzip = await row("node gunzip, layers in parallel", nothing, () =>
    measure(process.execPath, [gunzipParallel, ...images.layerFiles], compileCache),
  );
  const cold = await row("scan, cold", clear, () => scan(images.target));
  const warm = await row("scan, warm", nothing, () => scan(images.target));
  const changed = await row(
    "scan, one changed 20 MB layer",
    async () => {
      await clear();
      await scan(images.target);
    },
    () => scan(images.changedTarget),
  );
  for (const [name, args] of [
    ["syft", ["scan", images.target, "-o", "cyclonedx-json"]],
    [
      "trivy",
      [
        "image",
        "--input",
        images.target.slice("oci-dir:".length),
        "--format",
        "cyclonedx",
        "--offline-scan",
        "--skip-db-update",
        "--cache-dir",
        join(bench, "trivy"),
      ],
    ],
  ] as const) {
    const program = found(name);
    if (program === undefined) say(`${name}: skipped, not on PATH nor in ${join(cache, "bin")}`);
    else
      await row(
        name,
        () => rm(join(bench, "trivy"), { recursive: true, force: true }),
        () => peer(program, args),
      );
  }
  say("");
  const verdict = (name: string, value: number, most: number, unit: string): void =>
    say(`${value <= most ? "met   " : "MISSED"} ${name}: ${value.toFixed(2)}${unit}, target ${most}${unit}`);
  verdict("cold over gunzip", cold.wallMs / gunzip.wallMs, 2.5, "x");
  verdict("warm", warm.wallMs / 1000, 0.3, " s");
  verdict("one changed layer", changed.wallMs / 1000, 0.6, " s");
  verdict("peak memory, cold", cold.peakMb, 250, " MB");
} finally {
  await clear();
  await rm(output, { force: true });
}

/** The peer's document is not kept. */
async function peer(program: string, args: readonly string[]): Promise<Cost> {
  const cost = await measure(program, args);
  const components = (JSON.parse(cost.output) as { components?: unknown[] }).components?.length ?? 0;
  return { ...cost, output: `${components} components` };
}

function found(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), join(cache, "bin"), join(bench, "bin")];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}
