// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run comparison`: builds images of different make, runs our scanner and its peers over them, and writes
 * docs/comparison.md. `npm run comparison -- images peers compare` runs single steps; `--only NAME` takes one image and
 * prints the page instead of writing it.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "#lib/errors.ts";
import { PROJECT } from "#hack/bundle/bundle.ts";
import { logToStderr as log } from "#hack/lib/log.ts";
import { peerNames, peerVersion } from "#hack/peers/programs.ts";
import { comparisonImage, recipes } from "./images.ts";
import { comparisonReport, type Compared } from "./report.ts";
import { readFound, scanOurs, scanWithPeer } from "./runs.ts";

const STEPS = ["images", "peers", "compare"];
const PAGE = join(PROJECT, "docs", "comparison.md");

async function main(steps: readonly string[], only: string | undefined): Promise<void> {
  const images = [];
  for (const recipe of recipes.filter(({ name }) => only === undefined || name === only))
    images.push(await comparisonImage(recipe, log));
  if (steps.includes("peers")) {
    for (const image of images) for (const peer of peerNames) await scanWithPeer(peer, image, log);
  }
  if (!steps.includes("compare")) return;
  const compared: Compared[] = [];
  for (const image of images) {
    await scanOurs(image, log);
    const peers = new Map<string, Awaited<ReturnType<typeof readFound>>>();
    for (const peer of peerNames) peers.set(peer, await readFound(image, peer));
    const { name, title, tools } = image.recipe;
    compared.push({ name, title, tools, truth: image.truth, ours: await readFound(image, "stella"), peers });
  }
  const versions = new Map<string, string>();
  for (const peer of peerNames) versions.set(peer, await peerVersion(peer));
  const page = comparisonReport(compared, versions);
  if (only !== undefined) console.log(page);
  else if ((await readFile(PAGE, "utf8").catch(() => "")) !== page) await writeFile(PAGE, page);
}

const { values, positionals } = parseArgs({ options: { only: { type: "string" } }, allowPositionals: true });
const unknown = positionals.filter((step) => !STEPS.includes(step));
if (unknown.length > 0 || (values.only !== undefined && !recipes.some(({ name }) => name === values.only))) {
  log(
    `usage: npm run comparison -- [${STEPS.join("] [")}] [--only ${recipes.map(({ name }) => name).join("|")}]`,
  );
  process.exitCode = 2;
} else {
  try {
    await main(positionals.length === 0 ? STEPS : positionals, values.only);
  } catch (error) {
    log(messageOf(error));
    process.exitCode = 1;
  }
}
