// SPDX-License-Identifier: Apache-2.0
/**
 * Many images with the index of what is in them, and the snapshot without 200 of its advisories: `make-fleet.ts FOLDER IMAGES`.
 * Images share bases and modules as drawn packages do; the SBOMs of the first ones are kept to be judged.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileSnapshot, decodeExport, openSnapshot, openVexSnapshot } from "#engines/evaluation/index.ts";
import type { SourceExport } from "#engines/evaluation/index.ts";
import { imageBomIndex, mergeBomIndexes } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf } from "#lib/digest.ts";
import { drawSbom, poolOf } from "./draw-sbom.ts";
import { exportFile } from "./exports.ts";
import type { KeptExport } from "./exports.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const COMPONENTS = { system: 150, application: 250 };
const KEPT = 400;
const BATCH = 500;
const DELTA = 200;

const open = (name: string): Buffer => readFileSync(join(folder, name));
const snapshot = openSnapshot(open("advisories.bin"));
const pool = poolOf(snapshot, openVexSnapshot(open("vex.bin")));
mkdirSync(join(folder, "sboms"), { recursive: true });
let base: Uint8Array | undefined;
for (let first = 0; first < Number(count); first += BATCH) {
  const add: Uint8Array[] = [];
  for (let seed = first; seed < Math.min(first + BATCH, Number(count)); seed++) {
    const sbom = drawSbom(pool, { seed: seed + 2, ...COMPONENTS });
    add.push(imageBomIndex(sbom));
    if (seed < KEPT) writeFileSync(join(folder, "sboms", `${seed}.json`), canonicalJson(sbom));
  }
  base = mergeBomIndexes({ ...(base === undefined ? {} : { base }), add });
}
writeFileSync(join(folder, "index.bin"), base ?? "");

const exports = (JSON.parse(open("exports.json").toString("utf8")) as readonly KeptExport[])
  .filter(({ kind, records }) => kind === "AdvisorySource" && records > 0)
  .map((kept) => decodeExport(readFileSync(exportFile(folder, kept)), kept.digest));
writeFileSync(join(folder, "before.bin"), compileSnapshot(withoutSome(exports)));

/** Those that name packages of what images are drawn from, in an order that mixes them. */
function withoutSome(all: readonly SourceExport[]): readonly SourceExport[] {
  const ofPool = all.flatMap(({ name, advisories }) =>
    advisories
      .filter(({ affected }) => affected.some(({ distro }) => distro === undefined || distro === "debian:12"))
      .map(({ id }) => `${name} ${id}`),
  );
  const order = new Map(ofPool.map((key) => [key, digestOf(key)]));
  const left = new Set(
    ofPool.sort((a, b) => ((order.get(a) ?? "") < (order.get(b) ?? "") ? -1 : 1)).slice(0, DELTA),
  );
  return all.map((source) => ({
    ...source,
    advisories: source.advisories.filter(({ id }) => !left.has(`${source.name} ${id}`)),
  }));
}
