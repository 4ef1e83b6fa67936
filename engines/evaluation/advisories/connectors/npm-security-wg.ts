// SPDX-License-Identifier: Apache-2.0
/**
 * Records of the Node.js Security Working Group (github.com/nodejs/security-wg, vuln/npm): one JSON per advisory with
 * ranges in npm's own notation, https://github.com/npm/node-semver#ranges. Ids are written `NSWG-ECO-<number>`.
 * Those about Node.js itself (vuln/core) are read by `node-core.ts`; vuln/deps says what of Node's parts doesn't matter there,
 * and is passed over.
 */
import { z } from "zod";
import { cvssVersion } from "#lib/cvss/index.ts";
import type { Advisory } from "../../types.ts";
import { chooseSeverity } from "../severity-words.ts";
import type { Connector } from "../types.ts";
import { referencesOf } from "./fields.ts";
import { isAboutNode, readNodeRecord } from "./node-core.ts";
import { rangesOf, readAll, unmended } from "./requirements.ts";
import { npmNotation } from "./semver-notation.ts";
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
  recognizes: ({ value }) =>
    isObject(value) && ("vulnerable_versions" in value || isAboutNode(value) || isAssessment(value)),
  ignores: new Set(["index.json"]),
  normalize(document, reject) {
    if (isObject(document.value) && isAssessment(document.value)) return { skipped: 1 };
    if (isAboutNode(document.value)) return readNodeRecord(document, reject);
    const record = readShape(recordShape, document);
    const bad = readAll(npmNotation, [record.vulnerable_versions ?? "*"], (_, reason) =>
      reject("$.vulnerable_versions", reason),
    );
    if (bad === undefined) return {};
    const patched = isAbsent(record.patched_versions) ? [] : [record.patched_versions];
    const good = readAll(npmNotation, patched, (_, reason) => reject("$.patched_versions", reason));
    const ranges = rangesOf(npmNotation, unmended(npmNotation.order, bad, good ?? []), good ?? []);
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
      references: referencesOf(Array.isArray(record.references) ? record.references : []),
      affected: [{ ecosystem: "npm", name: record.module_name, ranges }],
    };
    return { advisories: [advisory] };
  },
};

/** A record of vuln/deps: CVEs of what Node.js bundles, and the reason why they don't reach it. */
function isAssessment(value: Readonly<Record<string, unknown>>): boolean {
  return !("module_name" in value) && "cve" in value && "reason" in value;
}

/** A blank field is written as null, as "" or not at all. */
function isAbsent(value: string | null | undefined): value is "" | null | undefined {
  return value === null || value === undefined || value === "";
}
