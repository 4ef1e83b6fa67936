// SPDX-License-Identifier: Apache-2.0
/**
 * One image judged with all presets as a process does that has just started, and then again in the same process:
 * `evaluate-image.ts FOLDER POLICIES`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { matchSbom, openSnapshot, openVexSnapshot } from "#engines/evaluation/index.ts";
import type { Sbom } from "#engines/scanner/index.ts";
import { digestOf } from "#lib/digest.ts";
import { judge, presetsIn, written } from "./judge-image.ts";
import type { Knowledge } from "./judge-image.ts";
import { Laps } from "./laps.ts";

const [folder = "", policyFolder = ""] = process.argv.slice(2);
const WARM_RUNS = 10;
const laps = new Laps();
const bytes = (name: string): Buffer => readFileSync(join(folder, name));
const system = presetsIn(policyFolder);
const sbomBytes = bytes("sbom.json");
const sbom = JSON.parse(sbomBytes.toString("utf8")) as Sbom;
const sbomDigest = digestOf(sbomBytes);
const repository = bytes("repository.txt").toString("utf8");

const opened = async (note: string): Promise<Knowledge> => {
  const snapshot = await laps.time(`evaluate: open advisories, ${note}`, () =>
    openSnapshot(bytes("advisories.bin")),
  );
  const vex = await laps.time(`evaluate: open VEX, ${note}`, () => openVexSnapshot(bytes("vex.bin")));
  return { snapshot, vex, system, repository };
};
const all = (known: Knowledge): string =>
  written(judge(sbom, sbomDigest, matchSbom(sbom, known.snapshot), known));

const known = await laps.time("evaluate: cold, with both snapshots opened", async () => {
  const made = await opened("cold");
  await laps.time("evaluate: match, judge and write, cold", () => all(made));
  return made;
});
for (let run = 0; run < WARM_RUNS; run++) all(known);
const matched = await laps.time(
  "evaluate: matching, warm",
  () => matchSbom(sbom, known.snapshot),
  ({ findings }) => `${findings.length} findings`,
);
const report = await laps.time(
  "evaluate: VEX and policies, warm",
  () => judge(sbom, sbomDigest, matched, known),
  ({ findings, suppressed, licenseFindings }) =>
    `${findings.filter((one) => one.vex !== undefined).length} with VEX, ${suppressed} suppressed, ${licenseFindings.length} licences`,
);
await laps.time(
  "evaluate: report written and digested, warm",
  () => written(report),
  (digest) => digest.slice(0, 15),
);
await laps.time("evaluate: all three, warm", () => all(known));
laps.print();
