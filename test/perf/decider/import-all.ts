// SPDX-License-Identifier: Apache-2.0
/**
 * All feeds from scratch as import jobs read them, and both snapshots, compiled once: `import-all.ts FEEDS OUT`, FEEDS a JSON
 * list. Leaves exports and snapshots in OUT.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { openSnapshot, openVexSnapshot } from "#engines/evaluation/index.ts";
import { compileKept, readFeed } from "./exports.ts";
import type { KeptExport } from "./exports.ts";
import type { BenchFeed } from "./feeds.ts";
import { Laps } from "./laps.ts";

const [feedsFile = "", out = ""] = process.argv.slice(2);
const feeds = JSON.parse(readFileSync(feedsFile, "utf8")) as readonly BenchFeed[];
const laps = new Laps();
const mb = (size: number): string => `${(size / 1_000_000).toFixed(1)} MB`;
mkdirSync(out, { recursive: true });

const kept: KeptExport[] = [];
for (const kind of ["AdvisorySource", "VexSource"] as const) {
  const ofKind = feeds.filter((feed) => feed.kind === kind);
  const what = kind === "AdvisorySource" ? "advisories" : "VEX";
  await laps.time(
    `import: read ${ofKind.length} ${what} feeds`,
    async () => {
      const read: KeptExport[] = [];
      for (const feed of ofKind) read.push(...[(await readFeed(feed, out)) ?? []].flat());
      kept.push(...read);
      return read;
    },
    (read) => {
      const sum = (key: "records" | "rejected"): number => read.reduce((total, one) => total + one[key], 0);
      const unread = ofKind.length - read.length;
      return `${sum("records")} records, ${sum("rejected")} rejected${unread === 0 ? "" : `; ${unread} unreadable`}`;
    },
  );
}
writeFileSync(join(out, "exports.json"), JSON.stringify(kept));
const advisories = await laps.time("import: compile advisories", () =>
  compileKept("AdvisorySource", kept, out),
);
const vex = await laps.time("import: compile VEX", () => compileKept("VexSource", kept, out));
writeFileSync(join(out, "advisories.bin"), advisories);
writeFileSync(join(out, "vex.bin"), vex);
await laps.time(
  "snapshot: advisories under zstd, level 3",
  () => zstdCompressSync(advisories).length,
  (size) => `${mb(advisories.length)}, packed ${mb(size)}; ${openSnapshot(advisories).advisories} advisories`,
);
await laps.time(
  "snapshot: VEX under zstd, level 3",
  () => zstdCompressSync(vex).length,
  (size) => `${mb(vex.length)}, packed ${mb(size)}; ${openVexSnapshot(vex).statements} statements`,
);
laps.print();
