// SPDX-License-Identifier: Apache-2.0
/**
 * CVSS 3.0 and 3.1: metrics, weights and equations of https://www.first.org/cvss/v3-1/specification-document,
 * sections 6, 7 and appendix A, and of https://www.first.org/cvss/v3-0/specification-document, sections 6 and 8. They
 * differ in the environmental impact where the scope changes, and in how exactly a score is rounded up.
 */
import { metricsOf } from "./metric.ts";
import type { CvssRules, CvssVersion, Metric, MetricValues } from "./metric.ts";

/** Weights stand in the order of the values. */
const ATTACK_VECTOR = [0.85, 0.62, 0.55, 0.2];
const ATTACK_COMPLEXITY = [0.77, 0.44];
const PRIVILEGES_REQUIRED = [0.85, 0.62, 0.27];
const PRIVILEGES_REQUIRED_CHANGED = [0.85, 0.68, 0.5];
const USER_INTERACTION = [0.85, 0.62];
const CHANGED = 1;
const IMPACT = [0.56, 0.22, 0];
const EXPLOIT_CODE_MATURITY = [1, 1, 0.97, 0.94, 0.91];
const REMEDIATION_LEVEL = [1, 1, 0.97, 0.96, 0.95];
const REPORT_CONFIDENCE = [1, 1, 0.96, 0.92];
const REQUIREMENT = [1, 1.5, 1, 0.5];
const MAX_MODIFIED_LOSS = 0.915;

const METRICS: readonly Metric[] = [
  ...metricsOf(
    "base",
    "AV N A L P",
    "AC L H",
    "PR N L H",
    "UI N R",
    "S U C",
    "C H L N",
    "I H L N",
    "A H L N",
  ),
  ...metricsOf("threat", "E X H F P U", "RL X U W T O", "RC X C R U"),
  ...metricsOf("environmental", "CR X H M L", "IR X H M L", "AR X H M L"),
  // Each stands for the base metric of its name; behind the undefined value theirs are the same, in the same order.
  ...metricsOf("environmental", "MAV X N A L P", "MAC X L H", "MPR X N L H", "MUI X N R", "MS X U C"),
  ...metricsOf("environmental", "MC X H L N", "MI X H L N", "MA X H L N"),
];

export const cvss30: CvssRules = rules("3.0", roundUp30, changedImpact);
export const cvss31: CvssRules = rules("3.1", roundUp31, modifiedChangedImpact31);

function rules(
  version: CvssVersion,
  roundUp: (value: number) => number,
  modifiedChangedImpact: (impact: number) => number,
): CvssRules {
  function base([av = 0, ac = 0, pr = 0, ui = 0, s = 0, c = 0, i = 0, a = 0]: MetricValues): number {
    const lost = 1 - (1 - at(IMPACT, c)) * (1 - at(IMPACT, i)) * (1 - at(IMPACT, a));
    const impact = s === CHANGED ? changedImpact(lost) : 6.42 * lost;
    return roundUp(combined(impact, exploitability(av, ac, pr, ui, s), s));
  }

  return {
    version,
    prefix: `CVSS:${version}/`,
    metrics: METRICS,
    base,

    threat: (values) => roundUp(base(values) * temporal(values)),

    environmental(values) {
      const [av = 0, ac = 0, pr = 0, ui = 0, s = 0, c = 0, i = 0, a = 0, , , , ...others] = values;
      const [cr = 0, ir = 0, ar = 0, mav = 0, mac = 0, mpr = 0, mui = 0, ms = 0, ...modified] = others;
      const [mc = 0, mi = 0, ma = 0] = modified;
      const spared =
        (1 - at(IMPACT, overlaid(c, mc)) * at(REQUIREMENT, cr)) *
        (1 - at(IMPACT, overlaid(i, mi)) * at(REQUIREMENT, ir)) *
        (1 - at(IMPACT, overlaid(a, ma)) * at(REQUIREMENT, ar));
      const lost = Math.min(1 - spared, MAX_MODIFIED_LOSS);
      const scope = overlaid(s, ms);
      const impact = scope === CHANGED ? modifiedChangedImpact(lost) : 6.42 * lost;
      const attack = [overlaid(av, mav), overlaid(ac, mac), overlaid(pr, mpr), overlaid(ui, mui)] as const;
      return roundUp(roundUp(combined(impact, exploitability(...attack, scope), scope)) * temporal(values));
    },
  };
}

function temporal(values: MetricValues): number {
  const [, , , , , , , , e = 0, rl = 0, rc = 0] = values;
  return at(EXPLOIT_CODE_MATURITY, e) * at(REMEDIATION_LEVEL, rl) * at(REPORT_CONFIDENCE, rc);
}

function changedImpact(lost: number): number {
  return 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15;
}

function modifiedChangedImpact31(lost: number): number {
  return 7.52 * (lost - 0.029) - 3.25 * (lost * 0.9731 - 0.02) ** 13;
}

function exploitability(av: number, ac: number, pr: number, ui: number, s: number): number {
  const privileges = at(s === CHANGED ? PRIVILEGES_REQUIRED_CHANGED : PRIVILEGES_REQUIRED, pr);
  return 8.22 * at(ATTACK_VECTOR, av) * at(ATTACK_COMPLEXITY, ac) * privileges * at(USER_INTERACTION, ui);
}

/** Not rounded. */
function combined(impact: number, attack: number, s: number): number {
  if (impact <= 0) return 0;
  return Math.min(s === CHANGED ? 1.08 * (impact + attack) : impact + attack, 10);
}

/** A modified metric counts where it is defined. */
function overlaid(base: number, modified: number): number {
  return modified === 0 ? base : modified - 1;
}

/** Smallest number with one decimal that is not less; what binary fractions add to an exact tenth is no more. */
function roundUp30(value: number): number {
  return Math.max(0, Math.ceil(value * 10 - 1e-9)) / 10;
}

/** As appendix A of 3.1 has it: what is less than half of 0.00001 over a tenth is no more. */
function roundUp31(value: number): number {
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}

function at(weights: readonly number[], position: number): number {
  return weights[position] ?? 0;
}
