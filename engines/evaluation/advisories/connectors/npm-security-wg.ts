// SPDX-License-Identifier: Apache-2.0
/**
 * Records of the Node.js Security Working Group (github.com/nodejs/security-wg, vuln/npm): one JSON per advisory with
 * ranges in npm's own notation, https://github.com/npm/node-semver#ranges. Ids are written `NSWG-ECO-<number>`.
 * Its records about Node.js itself (vuln/core, vuln/deps) name no package and are passed over.
 */
import { z } from "zod";
import { cvssVersion } from "#lib/cvss/index.ts";
import type { Advisory } from "../../types.ts";
import { chooseSeverity } from "../severity-words.ts";
import type { Connector } from "../types.ts";
import { npmRanges } from "./npm-ranges.ts";
import { idText, isObject, list, nameText, readShape, timeText } from "./shape.ts";

const recordShape = z.object({
  id: z.union([z.number().int().positive(), z.string().regex(/^\d{1,9}$/)]),
  module_name: nameText,
  publish_date: timeText.nullish(),
  updated_at: timeText.nullish(),
  cves: list(idText, 100),
  vulnerable_versions: z.string().max(2000).nullable(),
  patched_versions: z.string().max(2000).nullish(),
  references: z.unknown().optional(),
  cvss_vector: z.string().max(256).nullish(),
});

export const npmSecurityWg: Connector = {
  id: "npm/security-wg",
  recognizes: ({ value }) => isObject(value) && ("vulnerable_versions" in value || isAboutNode(value)),
  ignores: new Set(["index.json"]),
  normalize(document, reject) {
    if (isObject(document.value) && isAboutNode(document.value)) return { skipped: 1 };
    const record = readShape(recordShape, document);
    const ranges = npmRanges(record.vulnerable_versions ?? "*", record.patched_versions ?? undefined);
    if (ranges === undefined) {
      reject("$.vulnerable_versions", "it is no range of npm versions");
      return {};
    }
    if (ranges.length === 0) return { skipped: 1 };
    const cvss = record.cvss_vector
      ? [{ version: cvssVersion(record.cvss_vector), vector: record.cvss_vector, source: "NSWG" }]
      : [];
    const advisory: Advisory = {
      id: `NSWG-ECO-${record.id}`,
      aliases: [...new Set(record.cves)].sort(),
      source: "npm/security-wg",
      severity: chooseSeverity(cvss, undefined),
      cvss,
      ...(isAbsent(record.publish_date) ? {} : { published: record.publish_date }),
      ...(isAbsent(record.updated_at) ? {} : { modified: record.updated_at }),
      references: urls(record.references),
      affected: [{ ecosystem: "npm", name: record.module_name, ranges }],
    };
    return { advisories: [advisory] };
  },
};

/** Records about Node.js itself and what it bundles: `cve` beside `vulnerable` or `reason`, and no package. */
function isAboutNode(value: Readonly<Record<string, unknown>>): boolean {
  return !("module_name" in value) && "cve" in value && ("vulnerable" in value || "reason" in value);
}

/** A blank field is written as null, as "" or not at all. */
function isAbsent(value: string | null | undefined): value is "" | null | undefined {
  return value === null || value === undefined || value === "";
}

function urls(references: unknown): readonly string[] {
  if (!Array.isArray(references)) return [];
  return references
    .filter((one): one is string => typeof one === "string" && /^https?:\S+$/.test(one))
    .slice(0, 10);
}
