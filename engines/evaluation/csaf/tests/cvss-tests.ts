// SPDX-License-Identifier: Apache-2.0
/**
 * Mandatory tests of scores: CSAF 2.0, 6.1.8 to 6.1.10. Fields and enumerations as in the JSON schemas of
 * https://www.first.org/cvss/.
 */
import { z } from "zod";
import { cvssErrors, cvssScores, cvssSeverity, parseCvss } from "#lib/cvss/index.ts";
import type { CvssVector } from "#lib/cvss/index.ts";
import type { CsafTest, Examined } from "../types.ts";

type Found = ReturnType<CsafTest["find"]>;

const score = z.number().min(0).max(10);
const severity = z.enum(["NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL"]);
const vectorString = z.string().max(256);

const v2Shape = z.looseObject({
  version: z.literal("2.0"),
  vectorString,
  baseScore: score,
  temporalScore: score.optional(),
  environmentalScore: score.optional(),
});
const v3Shape = z.looseObject({
  version: z.enum(["3.0", "3.1"]),
  vectorString,
  baseScore: score,
  baseSeverity: severity,
  temporalScore: score.optional(),
  temporalSeverity: severity.optional(),
  environmentalScore: score.optional(),
  environmentalSeverity: severity.optional(),
});
type Cvss = z.output<typeof v2Shape> | z.output<typeof v3Shape>;

/** Property to metric. The first letter of a value is its letter in the vector. */
const V2_METRICS: Readonly<Record<string, string>> = {
  accessVector: "AV",
  accessComplexity: "AC",
  authentication: "Au",
  confidentialityImpact: "C",
  integrityImpact: "I",
  availabilityImpact: "A",
};
const V3_METRICS: Readonly<Record<string, string>> = {
  attackVector: "AV",
  attackComplexity: "AC",
  privilegesRequired: "PR",
  userInteraction: "UI",
  scope: "S",
  confidentialityImpact: "C",
  integrityImpact: "I",
  availabilityImpact: "A",
  exploitCodeMaturity: "E",
  remediationLevel: "RL",
  reportConfidence: "RC",
  confidentialityRequirement: "CR",
  integrityRequirement: "IR",
  availabilityRequirement: "AR",
  modifiedAttackVector: "MAV",
  modifiedAttackComplexity: "MAC",
  modifiedPrivilegesRequired: "MPR",
  modifiedUserInteraction: "MUI",
  modifiedScope: "MS",
  modifiedConfidentialityImpact: "MC",
  modifiedIntegrityImpact: "MI",
  modifiedAvailabilityImpact: "MA",
};

interface Place {
  readonly value: unknown;
  readonly shape: typeof v2Shape | typeof v3Shape;
  readonly path: string;
}

function* places({ whole }: Examined): Generator<Place> {
  for (const [v, { scores = [] }] of (whole.vulnerabilities ?? []).entries()) {
    for (const [s, { cvss_v2: v2, cvss_v3: v3 }] of scores.entries()) {
      const path = `$.vulnerabilities[${v}].scores[${s}]`;
      if (v2 !== undefined) yield { value: v2, shape: v2Shape, path: `${path}.cvss_v2` };
      if (v3 !== undefined) yield { value: v3, shape: v3Shape, path: `${path}.cvss_v3` };
    }
  }
}

/** Undefined where the vector is none, or one of another version. */
function vectorOf({ version, vectorString: text }: Cvss): CvssVector | undefined {
  try {
    const vector = parseCvss(text);
    return vector.version === version ? vector : undefined;
  } catch (error) {
    if (cvssErrors.is(error)) return undefined;
    throw error;
  }
}

/** A test of the scores that are well-formed. */
function ofEach(
  id: string,
  title: string,
  check: (cvss: Cvss, vector: CvssVector) => readonly [string, string] | undefined,
): CsafTest {
  return {
    id,
    title,
    find(examined): Found {
      for (const { value, shape, path } of places(examined)) {
        const { data: cvss } = shape.safeParse(value);
        const vector = cvss && vectorOf(cvss);
        const found = vector && check(cvss, vector);
        if (found !== undefined) return { path: `${path}.${found[0]}`, reason: found[1] };
      }
      return undefined;
    },
  };
}

const malformed: CsafTest = {
  id: "6.1.8",
  title: "Invalid CVSS",
  find(examined) {
    for (const { value, shape, path } of places(examined)) {
      const { data: cvss, error } = shape.safeParse(value);
      const issue = error?.issues[0];
      if (issue !== undefined)
        return { path: [path, ...issue.path.map(String)].join("."), reason: issue.message };
      if (cvss !== undefined && vectorOf(cvss) === undefined)
        return { path: `${path}.vectorString`, reason: `it is no vector of CVSS ${cvss.version}` };
    }
    return undefined;
  },
};

const miscalculated = ofEach("6.1.9", "Invalid CVSS computation", (cvss, vector) => {
  const { base, threat = base, environmental = threat } = cvssScores(vector);
  for (const [name, right] of Object.entries({ base, temporal: threat, environmental })) {
    const given = cvss[`${name}Score`];
    if (given !== undefined && given !== right)
      return [`${name}Score`, `it is ${JSON.stringify(given)}, and the vector's is ${right}`];
    const word = cvss[`${name}Severity`];
    const rightWord = cvssSeverity(vector.version, right).toUpperCase();
    if (vector.version !== "2.0" && word !== undefined && word !== rightWord)
      return [`${name}Severity`, `it is ${JSON.stringify(word)}, and the score's is ${rightWord}`];
  }
  return undefined;
});

const inconsistent = ofEach("6.1.10", "Inconsistent CVSS", (cvss) => {
  const vector = new Map(cvss.vectorString.split("/").map((part) => part.split(":", 2) as [string, string]));
  const table = cvss.version === "2.0" ? V2_METRICS : V3_METRICS;
  for (const [property, metric] of Object.entries(table)) {
    const value = cvss[property];
    if (typeof value !== "string") continue;
    const letter = value === "NOT_DEFINED" ? "X" : value.slice(0, 1);
    if (letter !== (vector.get(metric) ?? "X"))
      return [property, `it is ${JSON.stringify(value.slice(0, 40))}, and the vector says otherwise`];
  }
  return undefined;
});

export const cvssTests: readonly CsafTest[] = [malformed, miscalculated, inconsistent];
