// SPDX-License-Identifier: Apache-2.0
/** What a kit holds, for people. */
import { plainTable } from "../table.ts";
import type { KitManifest } from "./manifest.ts";

export function kitText({ entries, snapshot, sources, vexSnapshot, vexSources }: KitManifest): string {
  const roots = entries.filter(({ kind }) => kind === "trust-root");
  const rows = [
    ...sources.map(({ name, records, digest }) => ["advisories", name, String(records), digest]),
    ...(snapshot === undefined ? [] : [["snapshot", "advisories", "-", snapshot]]),
    ...vexSources.map(({ name, statements, digest }) => ["vex", name, String(statements), digest]),
    ...(vexSnapshot === undefined ? [] : [["snapshot", "vex", "-", vexSnapshot]]),
    ...roots.map(({ path, sha256 }) => ["trust root, not used yet", path, "-", `sha256:${sha256}`]),
  ];
  return plainTable(["KIND", "NAME", "RECORDS", "DIGEST"], rows);
}
