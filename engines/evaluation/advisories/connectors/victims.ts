// SPDX-License-Identifier: Apache-2.0
/**
 * Records of the Victims database, one YAML per CVE of Java archives and Python packages; https://github.com/victims/victims-cve-db,
 * README, "Version Strings": a condition and a version, and behind a comma the series in which it holds (`<=2.0.11.2,2.0`).
 * The database has not changed since 2020.
 */
import { z } from "zod";
import { versionOrder } from "#lib/versions/index.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import type { Advisory, AffectedPackage } from "../../types.ts";
import { severityOfScore } from "../severity-words.ts";
import type { Connector, Reject } from "../types.ts";
import { packageName } from "../ecosystems.ts";
import { present, referencesOf, summaryOf } from "./fields.ts";
import { intersection } from "./intervals.ts";
import type { Interval } from "./intervals.ts";
import { comparator, rangesOf, readAll, splitList, unmended, unreadable } from "./requirements.ts";
import type { Notation } from "./requirements.ts";
import { isObject, jsonPath, list, nameText, readShape } from "./shape.ts";

const name = z.string().trim().pipe(nameText).optional();
const versions = list(z.string().max(600), 200);

const recordShape = z.object({
  cve: z.string().regex(/^\d{4}-\d{4,10}$/, "not the number of a CVE"),
  title: z.string().max(10_000).nullish(),
  cvss_v2: z.string().max(256).nullish(),
  cvss_v3: z.string().max(256).nullish(),
  references: list(z.string().max(4096), 1000),
  affected: list(
    z.object({
      groupId: name,
      artifactId: name,
      name,
      version: versions,
      fixedin: versions,
    }),
    1000,
  ),
});

type Affected = z.output<typeof recordShape>["affected"][number];

export const victims: Connector = {
  id: "victims",
  recognizes: ({ value }) =>
    isObject(value) && typeof value["cve"] === "string" && Array.isArray(value["affected"]),
  normalize(document, reject) {
    const record = readShape(recordShape, document);
    const affected = record.affected.flatMap((one, index) => readAffected(one, ["affected", index], reject));
    if (affected.length === 0) return { skipped: 1 };
    const score = Number(record.cvss_v3 ?? record.cvss_v2 ?? NaN);
    const advisory: Advisory = {
      id: `CVE-${record.cve}`,
      aliases: [],
      source: "victims",
      ...present("summary", summaryOf(record.title)),
      severity: score >= 0 && score <= 10 ? severityOfScore(score) : "unknown",
      cvss: [],
      references: referencesOf(record.references),
      affected,
    };
    return { advisories: [advisory] };
  },
};

function readAffected(
  one: Affected,
  path: readonly PropertyKey[],
  reject: Reject,
): readonly AffectedPackage[] {
  const isJava = one.groupId !== undefined && one.artifactId !== undefined;
  const name = isJava ? `${one.groupId ?? ""}:${one.artifactId ?? ""}` : one.name;
  if (name === undefined) {
    reject(jsonPath(path), "it names no package");
    return [];
  }
  const notation = isJava ? MAVEN : PYPI;
  const bad = readAll(notation, one.version, (index, reason) =>
    reject(jsonPath([...path, "version", index]), reason),
  );
  if (bad === undefined) return [];
  const good = one.fixedin.flatMap((text, index) =>
    readFix(notation, text, [...path, "fixedin", index], reject),
  );
  const ranges = rangesOf(notation, unmended(notation.order, bad, good), good);
  const { ecosystem } = notation;
  return ranges.length === 0 ? [] : [{ ecosystem, name: packageName(ecosystem, name), ranges }];
}

/** What is bad stands without its fix, so one that can't be used takes nothing else with it. */
function readFix(
  notation: Notation,
  text: string,
  path: readonly PropertyKey[],
  reject: Reject,
): readonly Interval[] {
  if (/^\s*</.test(text)) {
    reject(jsonPath(path), "a fix that says where it ends and not where it begins");
    return [];
  }
  return readAll(notation, [text], (_, reason) => reject(jsonPath(path), reason)) ?? [];
}

const LAST_BUILD = "999999999";

/** A series begins with its first pre-release and ends where the next one begins. */
const MAVEN = seriesNotation("maven", "-alpha");
const PYPI = seriesNotation("pypi", ".dev0");

function seriesNotation(ecosystem: string, firstOf: string): Notation {
  const order = versionOrder(ecosystem);
  if (order === undefined) throw new Error(`the order of ${ecosystem} is missing`);
  return { ecosystem, order, read: (text) => read(order, text, firstOf) };
}

/** @throws VERSION_INVALID */
function read(order: VersionOrder, text: string, firstOf: string): readonly Interval[] {
  const [condition = "", series, ...more] = splitList(text);
  if (more.length > 0) throw unreadable(text);
  const interval = comparator(order, condition);
  if (series === undefined) return interval;
  const limits = seriesLimits(series, firstOf);
  if (limits === undefined) throw unreadable(text);
  return interval.flatMap((each) => intersection(order, [each, limits]) ?? []);
}

/** `2.0` is a series of numbers; `2.9.1-jbossas-` one of builds of a version. Undefined for other texts. */
function seriesLimits(series: string, firstOf: string): Interval | undefined {
  const numbers = /^((?:\d{1,9}\.)*)(\d{1,9})$/.exec(series);
  if (numbers !== null) {
    const [, head = "", last = ""] = numbers;
    return {
      from: { version: `${series}${firstOf}`, side: "before", isMark: true },
      to: { version: `${head}${Number(last) + 1}${firstOf}`, side: "before", isMark: true },
    };
  }
  const stem = /^([\w.-]{0,200}\w)-?$/.exec(series)?.[1];
  if (stem === undefined) return undefined;
  return {
    from: { version: stem, side: "before" },
    to: { version: `${stem}-${LAST_BUILD}`, side: "before", isMark: true },
  };
}
