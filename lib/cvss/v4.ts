// SPDX-License-Identifier: Apache-2.0
/**
 * CVSS 4.0: metrics and scoring of https://www.first.org/cvss/v4-0/specification-document, sections 7 and 8.2. A vector
 * has the score of its macro vector less the mean, over the equivalence sets that have a lower level, of the part of the
 * way to that level's score that the vector has gone.
 *
 * All highest vectors of a level are equally many steps from the worst values of the metrics. So the way gone in a set is
 * the sum of the metrics' steps less that of a highest vector, and no highest vector needs to be searched for.
 */
import { macroVectorScore } from "./macro-vectors.ts";
import { metricsOf } from "./metric.ts";
import type { CvssRules, Metric, MetricValues } from "./metric.ts";

/** Values by falling severity, so that positions count steps. Of SI and SA the worst, Safety, is a modified value only. */
const METRICS: readonly Metric[] = [
  ...metricsOf("base", "AV N A L P", "AC L H", "AT N P", "PR N L H", "UI N P A"),
  ...metricsOf("base", "VC H L N", "VI H L N", "VA H L N", "SC H L N", "SI H L N", "SA H L N"),
  ...metricsOf("threat", "E X A P U"),
  ...metricsOf("environmental", "CR X H M L", "IR X H M L", "AR X H M L"),
  ...metricsOf("environmental", "MAV X N A L P", "MAC X L H", "MAT X N P", "MPR X N L H", "MUI X N P A"),
  ...metricsOf("environmental", "MVC X H L N", "MVI X H L N", "MVA X H L N"),
  ...metricsOf("environmental", "MSC X H L N", "MSI X S H L N", "MSA X S H L N"),
  ...metricsOf("supplemental", "S X N P", "AU X N Y", "R X A U I", "V X D C", "RE X L M H"),
  ...metricsOf("supplemental", "U X Clear Green Amber Red"),
];
const BASE_METRICS = 11;
const FIRST_REQUIREMENT = 12;
const FIRST_MODIFIED = 15;

/** The environmental score is CVSS-BTE; CVSS-BE is that of the vector without E. */
export const cvss4: CvssRules = {
  version: "4.0",
  prefix: "CVSS:4.0/",
  metrics: METRICS,
  base: (values) => scoreOf(values.slice(0, BASE_METRICS)),
  threat: (values) => scoreOf(values.slice(0, FIRST_REQUIREMENT)),
  environmental: scoreOf,
};

/** One equivalence set, by those levels that have a lower one: the steps of a highest vector, and those to the next level. */
interface EquivalenceSet {
  readonly highest: readonly number[];
  /** The depth of the level, and the step that leaves it. */
  readonly length: readonly number[];
}

const EQ1: EquivalenceSet = { highest: [0, 1], length: [1, 4] };
const EQ2: EquivalenceSet = { highest: [0], length: [1] };
const EQ36: EquivalenceSet = { highest: [0, 3, 1, 3], length: [7, 6, 8, 8] };
const EQ4: EquivalenceSet = { highest: [1, 3], length: [6, 5] };

function scoreOf(values: MetricValues): number {
  const [av = 0, ac = 0, at = 0, pr = 0, ui = 0, vc = 0, vi = 0, va = 0, ...others] = stepsOf(values);
  const [sc = 0, si = 0, sa = 0, e = 0, cr = 0, ir = 0, ar = 0] = others;
  const vulnerable = vc + vi + va;
  const subsequent = sc + si + sa;
  if (vulnerable === 6 && subsequent === 9) return 0; // no impact anywhere

  const eq1 = av + pr + ui === 0 ? 0 : av < 3 && (av === 0 || pr === 0 || ui === 0) ? 1 : 2;
  const eq2 = ac + at === 0 ? 0 : 1;
  const eq3 = vc + vi === 0 ? 0 : vc === 0 || vi === 0 || va === 0 ? 1 : 2;
  const eq6 = vc + cr === 0 || vi + ir === 0 || va + ar === 0 ? 0 : 1;
  const eq36 = eq3 === 2 ? 4 : eq3 * 2 + eq6;
  const eq4 = si === 0 || sa === 0 ? 0 : sc === 1 || si === 1 || sa === 1 ? 1 : 2;
  const eq5 = e;

  const score = macroVectorScore(eq1, eq2, eq36, eq4, eq5);
  let gone = 0;
  let sets = 0;
  const go = (lower: number, set: EquivalenceSet, level: number, steps: number): void => {
    gone += (score - lower) * ((steps - (set.highest[level] ?? 0)) / (set.length[level] ?? 1));
    sets += 1;
  };
  if (eq1 < 2) go(macroVectorScore(eq1 + 1, eq2, eq36, eq4, eq5), EQ1, eq1, av + pr + ui);
  if (eq2 < 1) go(macroVectorScore(eq1, eq2 + 1, eq36, eq4, eq5), EQ2, eq2, ac + at);
  const impact = vulnerable + cr + ir + ar;
  if (eq36 === 0) {
    const [left, right] = [macroVectorScore(eq1, eq2, 1, eq4, eq5), macroVectorScore(eq1, eq2, 2, eq4, eq5)];
    go(Math.max(left, right), EQ36, eq36, impact);
  } else if (eq36 < 4) go(macroVectorScore(eq1, eq2, eq36 === 3 ? 4 : 3, eq4, eq5), EQ36, eq36, impact);
  if (eq4 < 2) go(macroVectorScore(eq1, eq2, eq36, eq4 + 1, eq5), EQ4, eq4, subsequent);
  // A level of EQ5 is one value of E, so that no way is gone in it; its lower level counts in the mean all the same.
  if (eq5 < 2) sets += 1;
  return toTenths(sets === 0 ? score : score - gone / sets) / 10;
}

/** What is added to a position to have steps: Safety is above High, and only MSI and MSA can say it. */
const BASE_STEPS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1];
const MODIFIED_STEPS = [-1, -1, -1, -1, -1, -1, -1, -1, 0, -1, -1];

/** Steps below the worst value of the base metrics, E, CR, IR and AR; modified values count, undefined ones are the worst. */
function stepsOf(values: MetricValues): number[] {
  const steps: number[] = [];
  for (let at = 0; at < BASE_METRICS; at += 1) {
    const modified = values[FIRST_MODIFIED + at] ?? 0;
    steps.push(
      modified === 0 ? (values[at] ?? 0) + (BASE_STEPS[at] ?? 0) : modified + (MODIFIED_STEPS[at] ?? 0),
    );
  }
  for (let at = BASE_METRICS; at < FIRST_MODIFIED; at += 1) steps.push(Math.max(0, (values[at] ?? 0) - 1));
  return steps;
}

/**
 * To the nearest, halves up. Scores are fractions with denominators up to 700, so that what is this close below a half is
 * a half that binary fractions missed.
 */
function toTenths(score: number): number {
  return Math.floor(score + 0.5 + 1e-6);
}
