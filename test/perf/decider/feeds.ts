// SPDX-License-Identifier: Apache-2.0
/** What a run imports: the feeds of a data folder. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ConnectorId } from "#engines/evaluation/index.ts";

export interface BenchFeed {
  readonly kind: "AdvisorySource" | "VexSource";
  readonly name: string;
  /** A file, packed or not, or a folder. */
  readonly path: string;
  readonly connector?: ConnectorId;
}

/** Older states and other forms of what is there already, and notes about the data. */
const PASSED_OVER =
  /^older-|^LICENSE|_schema\.json$|\.provenance\.csv$|^known_exploited_vulnerabilities\.csv$|^emba-/;

/** All of `advisories/`, `kev/` and `epss/` as advisories, `vex/` as VEX; in order of their names. */
export function feedsIn(folder: string): readonly BenchFeed[] {
  return ["advisories", "kev", "epss", "vex"].flatMap((part) => {
    const names = existsSync(join(folder, part)) ? readdirSync(join(folder, part)).sort() : [];
    return names
      .filter((name) => !PASSED_OVER.test(name))
      .map((name): BenchFeed => {
        const path = join(folder, part, name);
        if (part === "vex") return { kind: "VexSource", name, path };
        // Large documents are let in only where the connector is known to read them piece by piece.
        return { kind: "AdvisorySource", name, path, ...(/oval/.test(name) ? { connector: "oval" } : {}) };
      });
  });
}
