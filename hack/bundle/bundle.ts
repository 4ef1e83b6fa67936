// SPDX-License-Identifier: Apache-2.0
/**
 * Bundles the product for its image: the `stella` command with its verbs as chunks that load when they are called,
 * and the worker threads as files of their own, all in one folder. The same sources give the same bytes.
 */
import { rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { workerUrls } from "./worker-urls.ts";

export const PROJECT = join(import.meta.dirname, "..", "..");
const entries = [
  "cli/stella.ts",
  "engines/scanner/adapters/layer-worker.ts",
  "operator/jobs/import-worker.ts",
].map((path) => join(PROJECT, path));

/** CommonJS dependencies call `require` for modules of Node. */
const banner =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

/**
 * Writes `stella.js`, `layer-worker.js`, `import-worker.js`, their chunks and a package.json into `folder`, which is emptied first.
 * @returns the files' names, sorted
 */
export async function bundle(folder: string): Promise<readonly string[]> {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: entries,
    outdir: folder,
    absWorkingDir: PROJECT,
    bundle: true,
    splitting: true,
    platform: "node",
    target: "node24",
    format: "esm",
    entryNames: "[name]",
    chunkNames: "[name]-[hash]",
    banner: { js: banner },
    legalComments: "none",
    logLevel: "error",
    metafile: true,
    plugins: [workerUrls(entries)],
  });
  await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
  return [...Object.keys(metafile.outputs).map((path) => basename(path)), "package.json"].sort();
}
