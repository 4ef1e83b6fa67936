// SPDX-License-Identifier: Apache-2.0
/**
 * CVSS vectors as text: 2.0 guide section 2.4, 3.x specification section 6, 4.0 specification section 7.
 *
 * Metrics may come in any order, though the specification of 4.0 has one only; a slash may stand at the end, and a vector
 * of 2.0 in brackets. Feeds have all of these, and they leave no doubt about what is meant. Everything else is refused: what
 * is not a metric of the version, a value that it has not, a metric given twice (even with one value), a base metric left
 * out.
 */
import { defineErrors } from "#lib/errors.ts";
import type { CvssRules, CvssVersion, MetricValues } from "./metric.ts";
import { cvss2 } from "./v2.ts";
import { cvss30, cvss31 } from "./v3.ts";
import { cvss4 } from "./v4.ts";

export const cvssErrors = defineErrors("cvss", {
  /** A text that is no vector of a version that we know; `data` has `reason`. */
  CVSS_INVALID: "invalid",
});

export interface CvssVector {
  readonly version: CvssVersion;
  readonly values: MetricValues;
}

/** The longest, of 4.0 with all of its metrics, has 178 characters. */
const MAX_VECTOR_LENGTH = 256;
const UNSET = -1;

/** The rules of a version with what reading its vectors needs at hand. */
interface Reader {
  readonly rules: CvssRules;
  readonly positions: ReadonlyMap<string, number>;
}

const READERS: readonly Reader[] = [cvss2, cvss30, cvss31, cvss4].map((rules) => ({
  rules,
  positions: new Map(rules.metrics.map(({ name }, position) => [name, position])),
}));
const [CVSS2, ...PREFIXED] = READERS;

/** @throws CVSS_INVALID */
export function parseCvss(text: string): CvssVector {
  const found = readCvss(text);
  if (typeof found !== "string") return found;
  throw cvssErrors.make("CVSS_INVALID", `${shown(text)} is no CVSS vector: ${found}`, {
    data: { reason: found },
  });
}

/** The vector, or the reason why the text is none. */
export function readCvss(text: string): CvssVector | string {
  if (text.length > MAX_VECTOR_LENGTH) return `it is longer than ${MAX_VECTOR_LENGTH} characters`;
  const reader = text.startsWith("CVSS:")
    ? PREFIXED.find(({ rules }) => text.startsWith(rules.prefix))
    : CVSS2;
  if (reader === undefined) return "its version is unknown";
  const { rules, positions } = reader;
  const values = rules.metrics.map(() => UNSET);
  const inBrackets = rules.prefix === "" && text.startsWith("(") && text.endsWith(")");
  const end = text.length - (inBrackets || text.endsWith("/") ? 1 : 0);
  for (let start = inBrackets ? 1 : rules.prefix.length; start <= end;) {
    const slash = text.indexOf("/", start);
    const stop = slash < 0 || slash > end ? end : slash;
    const part = text.slice(start, stop);
    const colon = part.indexOf(":");
    const position = positions.get(part.slice(0, Math.max(0, colon)));
    if (position === undefined) return `${shown(part)} is no metric of CVSS ${rules.version}`;
    if (values[position] !== UNSET) return `${shown(part)} is a metric that it has already`;
    const value = rules.metrics[position]?.values.indexOf(part.slice(colon + 1)) ?? UNSET;
    if (value === UNSET) return `${shown(part)} has no value of that metric`;
    values[position] = value;
    start = stop + 1;
  }
  return complete(rules, values);
}

function complete({ version, metrics }: CvssRules, values: number[]): CvssVector | string {
  const missing: string[] = [];
  for (const [position, { name, group }] of metrics.entries()) {
    if (values[position] !== UNSET) continue;
    if (group === "base") missing.push(name);
    values[position] = 0;
  }
  return missing.length === 0 ? { version, values } : `it lacks ${missing.join(", ")}`;
}

/** One text for all vectors that say the same: metrics in the specification's order, undefined ones left out. */
export function canonicalCvss({ version, values }: CvssVector): string {
  const { prefix, metrics } = rulesOf(version);
  const parts = metrics.flatMap(({ name, group, values: names }, position) => {
    const value = values[position] ?? 0;
    return group === "base" || value > 0 ? [`${name}:${names[value] ?? ""}`] : [];
  });
  return prefix + parts.join("/");
}

export function rulesOf(version: CvssVersion): CvssRules {
  switch (version) {
    case "2.0":
      return cvss2;
    case "3.0":
      return cvss30;
    case "3.1":
      return cvss31;
    case "4.0":
      return cvss4;
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
}
