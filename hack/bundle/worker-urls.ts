// SPDX-License-Identifier: Apache-2.0
/**
 * An esbuild plugin for worker threads. Sources start one with `new URL("./x.ts", import.meta.url)`; in a bundle
 * every file lies in one folder, so the address becomes `./x.js`, which must be an entry point of the same bundle.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

const WORKER_URL = /new URL\(\s*"(\.[^"]+)\.ts",\s*import\.meta\.url\s*\)/g;

/** `entries` are the absolute paths of the bundle's entry points. A worker that is none of them fails the build. */
export function workerUrls(entries: readonly string[]): Plugin {
  return {
    name: "worker-urls",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path.includes("/node_modules/")) return undefined;
        const source = await readFile(path, "utf8");
        return { contents: rewriteWorkerUrls(source, path, entries), loader: "ts" };
      });
    },
  };
}

/** The source with its worker addresses as they are in the bundle. @throws Error naming a worker that is not bundled */
export function rewriteWorkerUrls(source: string, path: string, entries: readonly string[]): string {
  return source.replace(WORKER_URL, (_whole, relative: string) => {
    const worker = join(dirname(path), `${relative}.ts`);
    if (!entries.includes(worker))
      throw new Error(`${path} starts ${worker}, which is no entry of the bundle`);
    return `new URL("./${relative.slice(relative.lastIndexOf("/") + 1)}.js", import.meta.url)`;
  });
}
