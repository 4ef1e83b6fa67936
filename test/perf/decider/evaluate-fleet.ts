// SPDX-License-Identifier: Apache-2.0
/** From two snapshots to the images that are judged anew, and those judged: `evaluate-fleet.ts FOLDER POLICIES`. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { impactedImages, openSnapshot, openVexSnapshot, snapshotDelta } from "#engines/evaluation/index.ts";
import { MergedBomIndex } from "#engines/scanner/index.ts";
import { judgeImage, presetsIn } from "./judge-image.ts";
import { Laps } from "./laps.ts";

const [folder = "", policyFolder = ""] = process.argv.slice(2);
const laps = new Laps();
const bytes = (name: string): Buffer => readFileSync(join(folder, name));
const snapshot = openSnapshot(bytes("advisories.bin"));
const vex = openVexSnapshot(bytes("vex.bin"));
const system = presetsIn(policyFolder);

const { changedProductKeys } = await laps.time(
  "fleet: delta of two snapshots, 200 advisories",
  () => snapshotDelta(openSnapshot(bytes("before.bin"), { verify: false }), snapshot),
  (delta) => `${delta.changedProductKeys.length} packages`,
);
const index = new MergedBomIndex(bytes("index.bin"), { isVerified: true });
await laps.time(
  "fleet: impacted images, first time",
  () => impactedImages(index, changedProductKeys),
  (images) => `${images.length} of ${index.size} images`,
);
await laps.time("fleet: impacted images, again", () => impactedImages(index, changedProductKeys));
const names = readdirSync(join(folder, "sboms")).sort();
await laps.time(
  "fleet: judged, from stored SBOM to report",
  () =>
    names.reduce((sum, name) => {
      const known = { snapshot, vex, system, repository: "registry.example/app" };
      return sum + judgeImage(bytes(`sboms/${name}`), known).findings;
    }, 0),
  (findings) => `${names.length} images, ${Math.round(findings / names.length)} findings each`,
);
laps.print();
