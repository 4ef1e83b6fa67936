// SPDX-License-Identifier: Apache-2.0
/**
 * CVSS base scores of versions 2.0, 3.0 and 3.1 from their vectors, and the severity of a score.
 * Follows https://www.first.org/cvss/v2/guide (3.2.1) and https://www.first.org/cvss/v3-1/specification-document (7).
 * A version 4.0 vector has no score here: its source's own word for the severity is used.
 */
import type { Severity } from "../types.ts";

type Weights = Readonly<Record<string, Readonly<Record<string, number>>>>;

const V3: Weights = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  S: { U: 0, C: 1 },
  C: { N: 0, L: 0.22, H: 0.56 },
  I: { N: 0, L: 0.22, H: 0.56 },
  A: { N: 0, L: 0.22, H: 0.56 },
};
/** Privileges weigh more where the scope changes. */
const V3_PR_CHANGED: Readonly<Record<number, number>> = { 0.85: 0.85, 0.62: 0.68, 0.27: 0.5 };

const V2: Weights = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
};

/** 0 to 10 with one decimal; undefined for a 4.0 vector and for anything that is no complete vector. */
export function cvssBaseScore(vector: string): number | undefined {
  if (vector.length > 200) return undefined;
  if (vector.startsWith("CVSS:3.")) return scoreV3(metrics(vector, V3));
  if (vector.startsWith("CVSS:")) return undefined;
  return scoreV2(metrics(vector.replace(/^\(|\)$/g, ""), V2));
}

/** Version named by a vector: `2.0`, `3.0`, `3.1` or `4.0`. */
export function cvssVersion(vector: string): string {
  return /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? "2.0";
}

/** Qualitative rating of a score: 3.x specification, table 14. Version 2 scores are read with the same bounds. */
export function severityOfScore(score: number): Severity {
  if (score >= 9) return "critical";
  if (score >= 7) return "high";
  if (score >= 4) return "medium";
  return score > 0 ? "low" : "none";
}

/** The weights of all base metrics of `table`; undefined when one is missing, unknown or given twice. */
function metrics(vector: string, table: Weights): Readonly<Record<string, number>> | undefined {
  const found: Record<string, number> = {};
  for (const part of vector.split("/")) {
    const colon = part.indexOf(":");
    const name = part.slice(0, colon);
    const weights = Object.hasOwn(table, name) ? table[name] : undefined;
    if (weights === undefined) continue;
    const value = part.slice(colon + 1);
    if (!Object.hasOwn(weights, value) || name in found) return undefined;
    found[name] = weights[value] ?? 0;
  }
  return Object.keys(found).length === Object.keys(table).length ? found : undefined;
}

function scoreV3(m: Readonly<Record<string, number>> | undefined): number | undefined {
  if (m === undefined) return undefined;
  const { AV = 0, AC = 0, PR = 0, UI = 0, S = 0, C = 0, I = 0, A = 0 } = m;
  const base = 1 - (1 - C) * (1 - I) * (1 - A);
  const changed = S === 1;
  const impact = changed ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  if (impact <= 0) return 0;
  const exploitability = 8.22 * AV * AC * (changed ? (V3_PR_CHANGED[PR] ?? PR) : PR) * UI;
  return roundUp(Math.min(changed ? 1.08 * (impact + exploitability) : impact + exploitability, 10));
}

/** Smallest number with one decimal that is not less: 3.1 specification, appendix A. */
function roundUp(value: number): number {
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}

function scoreV2(m: Readonly<Record<string, number>> | undefined): number | undefined {
  if (m === undefined) return undefined;
  const { AV = 0, AC = 0, Au = 0, C = 0, I = 0, A = 0 } = m;
  const impact = 10.41 * (1 - (1 - C) * (1 - I) * (1 - A));
  const exploitability = 20 * AV * AC * Au;
  const score = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact === 0 ? 0 : 1.176);
  return Math.round(score * 10) / 10;
}
