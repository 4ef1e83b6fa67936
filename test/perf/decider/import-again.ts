// SPDX-License-Identifier: Apache-2.0
/** One feed read anew, and its snapshot from the exports that are kept of the others: `import-again.ts FEEDS OUT NAME...`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileKept, readFeed } from "./exports.ts";
import type { KeptExport } from "./exports.ts";
import type { BenchFeed } from "./feeds.ts";
import { Laps } from "./laps.ts";

const [feedsFile = "", out = "", ...names] = process.argv.slice(2);
const feeds = JSON.parse(readFileSync(feedsFile, "utf8")) as readonly BenchFeed[];
const kept = JSON.parse(readFileSync(join(out, "exports.json"), "utf8")) as readonly KeptExport[];
const laps = new Laps();
for (const name of names) {
  const feed = feeds.find((one) => one.name === name);
  if (feed === undefined) throw new Error(`no feed ${name}`);
  await laps.time(`import again: ${name}, and compile`, async () => {
    await readFeed(feed, out);
    await compileKept(feed.kind, kept, out);
  });
}
laps.print();
