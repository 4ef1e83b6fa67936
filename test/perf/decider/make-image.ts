// SPDX-License-Identifier: Apache-2.0
/** The image of 5,000 components that is judged: `make-image.ts FOLDER`, where the snapshots are. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSnapshot, openVexSnapshot } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { drawSbom, poolOf } from "./draw-sbom.ts";

const [folder = ""] = process.argv.slice(2);
const open = (name: string): Buffer => readFileSync(join(folder, name));
const pool = poolOf(openSnapshot(open("advisories.bin")), openVexSnapshot(open("vex.bin")));
const sbom = drawSbom(pool, { seed: 1, system: 1000, application: 4000 });
writeFileSync(join(folder, "sbom.json"), canonicalJson(sbom));
writeFileSync(join(folder, "repository.txt"), pool.repository ?? "registry.example/app");
process.stdout.write(`${sbom.components.length} components`);
