// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run comparison`: builds images of different make, runs our scanner and its peers over them, and writes
 * docs/comparison.md. `npm run comparison -- images peers compare` runs single steps; `--only NAME` takes one image and
 * prints the page instead of writing it; `--data FOLDER`, repeatable, adds that folder's feeds to the advisories of the kit.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "#lib/errors.ts";
import { PROJECT } from "#hack/bundle/bundle.ts";
import { logToStderr as log } from "#hack/lib/log.ts";
import { peerNames, peerVersion } from "#hack/peers/programs.ts";
import { compareAdvisories } from "./findings/advisories.ts";
import type { ImageFindings } from "./findings/compare.ts";
import { findingsSection } from "./findings/section.ts";
import { comparisonImage, recipes } from "./images.ts";
import { comparisonReport, type Compared } from "./report.ts";
import { matchWithTrivy, readFindings, readFound, scanOurs, scanWithPeer, TRIVY_CACHE } from "./runs.ts";

const STEPS = ["images", "peers", "compare"];
const PAGE = join(PROJECT, "docs", "comparison.md");

async function main(
  steps: readonly string[],
  only: string | undefined,
  data: readonly string[],
): Promise<void> {
  const images = [];
  for (const recipe of recipes.filter(({ name }) => only === undefined || name === only))
    images.push(await comparisonImage(recipe, log));
  if (steps.includes("peers")) {
    for (const image of images) for (const peer of peerNames) await scanWithPeer(peer, image, log);
  }
  if (!steps.includes("compare")) return;
  const advisories = await compareAdvisories(data, TRIVY_CACHE, log);
  const compared: Compared[] = [];
  const findings: ImageFindings[] = [];
  for (const image of images) {
    await scanOurs(image, advisories.snapshot, log);
    await matchWithTrivy(image, log);
    const peers = new Map<string, Awaited<ReturnType<typeof readFound>>>();
    for (const peer of peerNames) peers.set(peer, await readFound(image, peer));
    const { name, title, tools } = image.recipe;
    const ours = await readFound(image, "stella");
    compared.push({ name, title, tools, truth: image.truth, ours, peers });
    const packages = { ourPackages: ours, theirPackages: peers.get("trivy") ?? [] };
    findings.push({ name, ...packages, ...(await readFindings(image)) });
  }
  const versions = new Map<string, string>();
  for (const peer of peerNames) versions.set(peer, await peerVersion(peer));
  const page = `${comparisonReport(compared, versions)}\n${findingsSection(findings, advisories)}`;
  if (only !== undefined) console.log(page);
  else if ((await readFile(PAGE, "utf8").catch(() => "")) !== page) await writeFile(PAGE, page);
}

const { values, positionals } = parseArgs({
  options: { only: { type: "string" }, data: { type: "string", multiple: true, default: [] } },
  allowPositionals: true,
});
const unknown = positionals.filter((step) => !STEPS.includes(step));
if (unknown.length > 0 || (values.only !== undefined && !recipes.some(({ name }) => name === values.only))) {
  const names = recipes.map(({ name }) => name).join("|");
  log(`usage: npm run comparison -- [${STEPS.join("] [")}] [--only ${names}] [--data FOLDER]...`);
  process.exitCode = 2;
} else {
  try {
    await main(positionals.length === 0 ? STEPS : positionals, values.only, values.data);
  } catch (error) {
    log(messageOf(error));
    process.exitCode = 1;
  }
}
