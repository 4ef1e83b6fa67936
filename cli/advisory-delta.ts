// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella advisories delta`. */
import { snapshotDelta } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { loadSnapshot } from "./advisories.ts";
import { writeResult } from "./output.ts";
import { plainTable } from "./table.ts";

/** @throws ADVISORIES_MISSING, ADVISORIES_EMPTY */
export async function showDelta(older: string, newer: string, isJson: boolean): Promise<void> {
  // A path is given each time: the cache is not asked.
  const delta = snapshotDelta(await loadSnapshot([older], ""), await loadSnapshot([newer], ""));
  if (isJson) return writeResult(`${canonicalJson(delta)}\n`, undefined);
  const { from, to, changedProductKeys, epssProductKeys, changedCoverage } = delta;
  const rows = [
    ...changedProductKeys.map((key) => ["advisories", key]),
    ...epssProductKeys.map((key) => ["epss", key]),
    ...changedCoverage.map((what) => ["coverage", what]),
  ];
  const table = rows.length === 0 ? "" : plainTable(["WHAT", "OF"], rows);
  const counts = [
    `${changedProductKeys.length} packages, ${epssProductKeys.length} by their EPSS alone`,
    `${changedCoverage.length} distro releases and ecosystems`,
  ].join("; ");
  await writeResult(`${table}${from} -> ${to}: ${counts}\n`, undefined);
}
