// SPDX-License-Identifier: Apache-2.0
/**
 * CVSS 2.0, 3.0, 3.1 and 4.0: vectors, scores and severities as FIRST's documents define them; each version's file names
 * its own. What a score means for a finding is for others to judge. CVSS is owned by FIRST.Org, Inc.
 * (https://www.first.org/cvss) and used by its permission.
 */
import type { CvssVersion, MetricGroup } from "./metric.ts";
import { readCvss, rulesOf } from "./vector.ts";
import type { CvssVector } from "./vector.ts";

export type { CvssVersion } from "./metric.ts";
export { canonicalCvss, cvssErrors, parseCvss } from "./vector.ts";
export type { CvssVector } from "./vector.ts";

/** 0 to 10 with one decimal. The later ones take in what the earlier ones do. */
export interface CvssScores {
  readonly base: number;
  /** Temporal score of 2.0 and 3.x, CVSS-BT of 4.0; where the vector defines a metric of that group. */
  readonly threat?: number;
  /** With the threat metrics in it, so CVSS-BTE of 4.0; where the vector defines an environmental metric. */
  readonly environmental?: number;
}

export type CvssSeverity = "none" | "low" | "medium" | "high" | "critical";

export function cvssScores({ version, values }: CvssVector): CvssScores {
  const rules = rulesOf(version);
  const defines = (group: MetricGroup): boolean =>
    rules.metrics.some((metric, position) => metric.group === group && (values[position] ?? 0) > 0);
  return {
    base: rules.base(values),
    ...(defines("threat") ? { threat: rules.threat(values) } : {}),
    ...(defines("environmental") ? { environmental: rules.environmental(values) } : {}),
  };
}

/** 0 to 10 with one decimal; undefined for what `parseCvss` refuses. */
export function cvssBaseScore(text: string): number | undefined {
  const vector = readCvss(text);
  return typeof vector === "string" ? undefined : rulesOf(vector.version).base(vector.values);
}

/** Version that a text names (`2.0` where it names none), be it a vector or not: `3.1`. */
export function cvssVersion(text: string): string {
  return /^CVSS:(\d\.\d)\//.exec(text)?.[1] ?? "2.0";
}

/**
 * Qualitative rating of a score: 3.x specification section 5, table 14; 4.0 specification section 6, table 22. The 2.0
 * guide has none; https://nvd.nist.gov/vuln-metrics/cvss has these.
 */
export function cvssSeverity(version: CvssVersion, score: number): CvssSeverity {
  if (version === "2.0") return score >= 7 ? "high" : score >= 4 ? "medium" : "low";
  if (score >= 9) return "critical";
  if (score >= 7) return "high";
  if (score >= 4) return "medium";
  return score > 0 ? "low" : "none";
}
