// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench -- --decider [--data DIR]`: what advisories, VEX and policies cost, from feeds to judged images. DIR holds
 * feeds in `advisories`, `kev`, `epss` and `vex`; without it the small kit is multiplied to the volume of public feeds. Each
 * measurement is a process of its own. Prints figures and never fails because of them.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measure } from "../measure.ts";
import { markdownTable, rowText, verdict } from "../table.ts";
import type { Row } from "../table.ts";
import { feedsIn } from "./feeds.ts";
import { lapRows } from "./laps.ts";
import { makeUpFeeds } from "./made-up-feeds.ts";

export interface DeciderBench {
  /** A folder of this run; removed at its end. */
  readonly folder: string;
  /** Real feeds; absent: made-up ones. */
  readonly data?: string | undefined;
  readonly times: number;
  readonly images: number;
  readonly say: (line: string) => void;
}

const here = (name: string): string => fileURLToPath(import.meta.resolve(`./${name}`));
const policies = fileURLToPath(import.meta.resolve("../../../config/policies"));

export async function benchDecider({ folder, data, times, images, say }: DeciderBench): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    const source = data ?? join(folder, "feeds");
    if (data === undefined) await makeUpFeeds(source);
    const feeds = feedsIn(source);
    const feedsFile = join(folder, "feeds.json");
    await writeFile(feedsFile, JSON.stringify(feeds));
    const load = loadavg()[0] ?? 0;
    say(`${data === undefined ? "made-up feeds, multiplied from config/kit" : data}: ${feeds.length} feeds`);
    say(
      `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, Node ${process.version}, load ${load}`,
    );
    say(`middle of ${times} runs\n`);

    const rows: Row[] = [];
    const run = async (program: string, ...args: readonly string[]): Promise<void> => {
      const made = await lapRows(times, here(program), args);
      for (const row of made) say(rowText(row));
      rows.push(...made);
    };
    await run("import-all.ts", feedsFile, folder);
    const again = ["AdvisorySource", "VexSource"].map((kind) => feeds.findLast((feed) => feed.kind === kind));
    await run("import-again.ts", feedsFile, folder, ...again.flatMap((feed) => feed?.name ?? []));
    say((await measure(process.execPath, [here("make-image.ts"), folder])).output);
    await run("evaluate-image.ts", folder, policies);
    await measure(process.execPath, [here("make-fleet.ts"), folder, String(images)]);
    await run("evaluate-fleet.ts", folder, policies);
    say(`\n${verdicts(rows).join("\n")}\n\n${markdownTable(rows)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function verdicts(rows: readonly Row[]): readonly string[] {
  const of = (prefix: string): readonly Row[] => rows.filter(({ name }) => name.startsWith(prefix));
  const wall = (prefix: string): number => of(prefix).reduce((sum, { cost }) => sum + cost.wallMs, 0);
  const packed = of("snapshot").reduce(
    (sum, { note }) => sum + Number(/packed ([\d.]+) MB/.exec(note)?.[1]),
    0,
  );
  const judged = of("fleet: judged")[0];
  const rate = Number(judged?.note.split(" ", 1)[0]) / ((judged?.cost.cpuMs ?? 0) / 1000);
  return [
    verdict("judged warm", wall("evaluate: all three, warm"), 150, " ms"),
    verdict("judged with snapshots opened", wall("evaluate: cold, with both"), 400, " ms"),
    verdict("import from scratch", wall("import: ") / 1000, 180, " s"),
    verdict("import, memory", Math.max(...of("import: ").map(({ cost }) => cost.peakMb)), 1500, " MB"),
    verdict(
      "one feed again",
      Math.max(...of("import again").map(({ cost }) => cost.wallMs)) / 1000,
      10,
      " s",
    ),
    verdict("both snapshots, packed", packed, 60, " MB"),
    verdict("impacted images selected", wall("fleet: impacted images, first"), 50, " ms"),
    `${rate >= 200 ? "met   " : "MISSED"} images judged: ${rate.toFixed(0)} a second of CPU, target 200`,
  ];
}
