// SPDX-License-Identifier: Apache-2.0
/**
 * Records of the CVE list, version 5 (https://github.com/CVEProject/cve-schema), with what the assigner (CNA) and others
 * (ADP, such as CISA's Vulnrichment) say. They enrich the vulnerability: scores by provider, words, times, references, and
 * whether CISA knows of exploitation. Their products are CPE names and no packages, so nothing is matched by them.
 */
import { z } from "zod";
import type { Advisory } from "../../types.ts";
import { cvssVersion } from "#lib/cvss/index.ts";
import { chooseSeverity } from "../severity-words.ts";
import type { Connector, Reject } from "../types.ts";
import { present, referencesOf, summaryOf, timeOf } from "./fields.ts";
import { isObject, jsonPath, list, readShape, timeText } from "./shape.ts";

const vectorShape = z.object({ vectorString: z.string().max(256).optional() }).optional();

const metricShape = z.object({
  cvssV2_0: vectorShape,
  cvssV3_0: vectorShape,
  cvssV3_1: vectorShape,
  cvssV4_0: vectorShape,
  other: z.object({ type: z.string().max(256), content: z.unknown().optional() }).optional(),
});

const wordsShape = list(z.object({ lang: z.string().max(64), value: z.string().max(100_000) }), 1000);

const containerShape = z.object({
  providerMetadata: z.object({ shortName: z.string().max(64).optional() }),
  title: z.string().max(10_000).optional(),
  descriptions: wordsShape,
  rejectedReasons: wordsShape,
  metrics: list(z.unknown(), 1000),
  references: list(z.object({ url: z.string().max(4096) }), 10_000),
});

const recordShape = z.object({
  cveMetadata: z.object({
    cveId: z.string().regex(/^CVE-\d{4}-\d{4,19}$/, "not a CVE id"),
    state: z.enum(["PUBLISHED", "REJECTED"]),
    datePublished: timeText.optional(),
    dateUpdated: timeText.optional(),
    dateRejected: timeText.optional(),
  }),
  containers: z.object({ cna: containerShape, adp: list(containerShape, 100) }),
});

type Container = z.output<typeof containerShape>;
type Cvss = Advisory["cvss"];

interface Scores {
  readonly cvss: Cvss;
  /** `moderate`, `Important`: where a provider gives its own word. */
  readonly words: readonly string[];
  readonly isExploited: boolean;
}

export const cve5: Connector = {
  id: "cve5",
  recognizes: ({ value }) => isObject(value) && value["dataType"] === "CVE_RECORD",
  normalize(document, reject) {
    const { cveMetadata, containers } = readShape(recordShape, document);
    const { cna, adp } = containers;
    const { cveId: id, state, datePublished, dateUpdated, dateRejected } = cveMetadata;
    const all = [
      scoresOf(cna, ["containers", "cna"], reject),
      ...adp.map((one, index) => scoresOf(one, ["containers", "adp", index], reject)),
    ];
    const cvss = all.flatMap((scores) => scores.cvss);
    const isRejected = state === "REJECTED";
    const advisory: Advisory = {
      id,
      aliases: [],
      source: "cve5",
      ...present("summary", summaryOf(titleOf(cna))),
      severity: chooseSeverity(cvss, all.flatMap(({ words }) => words)[0]),
      cvss,
      ...(isRejected ? { withdrawn: timeOf(dateRejected) ?? timeOf(dateUpdated) ?? "rejected" } : {}),
      ...present("published", timeOf(datePublished)),
      ...present("modified", timeOf(dateUpdated)),
      references: referencesOf([cna, ...adp].flatMap(({ references }) => references.map(({ url }) => url))),
      affected: [],
    };
    const isExploited = !isRejected && all.some((scores) => scores.isExploited);
    return { advisories: [advisory], ...(isExploited ? { exploited: [id] } : {}) };
  },
};

function scoresOf(
  { metrics, providerMetadata }: Container,
  path: readonly PropertyKey[],
  reject: Reject,
): Scores {
  const source = providerMetadata.shortName ?? "unknown";
  const cvss: Cvss[number][] = [];
  const words: string[] = [];
  let isExploited = false;
  for (const [index, value] of metrics.entries()) {
    const read = metricShape.safeParse(value);
    if (!read.success) {
      const issue = read.error.issues[0];
      reject(
        jsonPath([...path, "metrics", index, ...(issue?.path ?? [])]),
        issue?.message ?? "it has another form",
      );
      continue;
    }
    const { cvssV4_0, cvssV3_1, cvssV3_0, cvssV2_0, other } = read.data;
    for (const vector of [cvssV4_0, cvssV3_1, cvssV3_0, cvssV2_0].flatMap((one) => one?.vectorString ?? [])) {
      if (!cvss.some((known) => known.vector === vector))
        cvss.push({ version: cvssVersion(vector), vector, source });
    }
    if (other?.type === "kev") isExploited = true;
    words.push(...wordOf(other?.content));
  }
  return { cvss, words, isExploited };
}

/** Red Hat's rating stands in `value`, words in general in `text`. Longer texts are sentences. */
function wordOf(content: unknown): readonly string[] {
  if (!isObject(content)) return [];
  return [content["value"], content["text"]].filter(
    (word): word is string => typeof word === "string" && /^[A-Za-z]{1,20}$/.test(word),
  );
}

/** Its title, else its first words in English, else its first words. */
function titleOf({ title, descriptions, rejectedReasons }: Container): string | undefined {
  const words = [...descriptions, ...rejectedReasons];
  return title ?? (words.find(({ lang }) => /^en\b/i.test(lang)) ?? words[0])?.value;
}
