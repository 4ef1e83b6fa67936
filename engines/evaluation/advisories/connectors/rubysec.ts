// SPDX-License-Identifier: Apache-2.0
/**
 * Advisories of ruby-advisory-db, one YAML per flaw and gem (`gems/`) or Ruby engine (`rubies/`);
 * https://github.com/rubysec/ruby-advisory-db, "Directory Structure" and "Schema". As bundler-audit reads them, versions
 * that are neither patched nor unaffected have the flaw. Scores stand there without vectors.
 */
import { z } from "zod";
import type { Advisory, Severity } from "../../types.ts";
import { severityOfScore } from "../severity-words.ts";
import { documentInvalid } from "../errors.ts";
import type { Connector, Reject } from "../types.ts";
import { aliasesOf, present, referencesOf, summaryOf, timeOf } from "./fields.ts";
import { gemNotation } from "./gem-notation.ts";
import { complement } from "./intervals.ts";
import { rangesOf, readAll } from "./requirements.ts";
import { isObject, jsonPath, list, nameText, readShape, timeText } from "./shape.ts";

const requirements = list(z.string().max(2000), 200);
const scoreText = z.string().max(64).nullish();

const recordShape = z.object({
  gem: nameText.optional(),
  engine: nameText.optional(),
  cve: z
    .string()
    .regex(/^(?:\d{4}-\d{4,10})?$/, "not the number of a CVE")
    .nullish(),
  ghsa: z
    .string()
    .regex(/^(?:[0-9a-z]{4}(?:-[0-9a-z]{4}){2})?$/, "not the end of a GHSA id")
    .nullish(),
  osvdb: z
    .string()
    .regex(/^\d{0,10}$/, "not a number of OSVDB")
    .nullish(),
  url: z.string().max(4096).nullish(),
  title: z.string().max(10_000).nullish(),
  date: timeText.nullish(),
  cvss_v2: scoreText,
  cvss_v3: scoreText,
  cvss_v4: scoreText,
  patched_versions: requirements,
  unaffected_versions: requirements,
  related: z.object({ url: list(z.string().max(4096), 1000) }).nullish(),
});

type Entry = z.output<typeof recordShape>;

const GEM = gemNotation("gem");
const ENGINE = gemNotation("generic");

export const rubysec: Connector = {
  id: "rubysec",
  recognizes: ({ value }) =>
    isObject(value) &&
    ("gem" in value || "engine" in value) &&
    ("patched_versions" in value || ("title" in value && "url" in value)),
  normalize(document, reject) {
    const record = readShape(recordShape, document);
    const names = idsOf(record);
    const [id] = names;
    const name = record.gem ?? record.engine;
    if (id === undefined || name === undefined)
      throw documentInvalid({
        document: document.name,
        path: "$",
        reason: `it has no ${id === undefined ? "id" : "gem or engine"}`,
      });
    const notation = record.gem === undefined ? ENGINE : GEM;
    const read = (key: "patched_versions" | "unaffected_versions") =>
      readAll(notation, record[key], (index, reason) => reject(jsonPath([key, index]), reason));
    const [patched, unaffected] = [read("patched_versions"), read("unaffected_versions")];
    if (patched === undefined || unaffected === undefined) return {};
    const good = [...patched, ...unaffected];
    const ranges = rangesOf(notation, complement(notation.order, good), good);
    if (ranges.length === 0) return { skipped: 1 };
    const advisory: Advisory = {
      id,
      aliases: aliasesOf(id, names),
      source: "rubysec",
      ...present("summary", summaryOf(record.title)),
      severity: severityOf(record, reject),
      cvss: [],
      ...present("published", timeOf(record.date)),
      references: referencesOf([record.url, ...(record.related?.url ?? [])]),
      affected: [{ ecosystem: notation.ecosystem, name, ranges }],
    };
    return { advisories: [advisory] };
  },
};

/** The database has no ids of its own: a record is known by the best that it has. */
function idsOf({ cve, ghsa, osvdb }: Entry): readonly string[] {
  return [
    ...(cve ? [`CVE-${cve}`] : []),
    ...(ghsa ? [`GHSA-${ghsa}`] : []),
    ...(osvdb ? [`OSVDB-${osvdb}`] : []),
  ];
}

/** By the newest kind of score. */
function severityOf(record: Entry, reject: Reject): Severity {
  for (const key of ["cvss_v4", "cvss_v3", "cvss_v2"] as const) {
    const text = record[key];
    const score = text && /^(?:\d{1,2})?(?:\.\d{1,2})?$/.test(text) ? Number(text) : NaN;
    if (score >= 0 && score <= 10) return severityOfScore(score);
    if (text) reject(`$.${key}`, "not a score from 0 to 10");
  }
  return "unknown";
}
