// SPDX-License-Identifier: Apache-2.0
/** CVSS 2.0: metrics, weights and equations of https://www.first.org/cvss/v2/guide, sections 2.4 and 3.2. */
import { metricsOf } from "./metric.ts";
import type { CvssRules, MetricValues } from "./metric.ts";

/** Weights stand in the order of the values. */
const ACCESS_VECTOR = [0.395, 0.646, 1];
const ACCESS_COMPLEXITY = [0.35, 0.61, 0.71];
const AUTHENTICATION = [0.45, 0.56, 0.704];
const IMPACT = [0, 0.275, 0.66];
const EXPLOITABILITY = [1, 0.85, 0.9, 0.95, 1];
const REMEDIATION_LEVEL = [1, 0.87, 0.9, 0.95, 1];
const REPORT_CONFIDENCE = [1, 0.9, 0.95, 1];
const COLLATERAL_DAMAGE = [0, 0, 0.1, 0.3, 0.4, 0.5];
const TARGET_DISTRIBUTION = [1, 0, 0.25, 0.75, 1];
const REQUIREMENT = [1, 0.5, 1, 1.51];
const UNDEFINED = 0;

export const cvss2: CvssRules = {
  version: "2.0",
  prefix: "",
  metrics: [
    ...metricsOf("base", "AV L A N", "AC H M L", "Au M S N", "C N P C", "I N P C", "A N P C"),
    ...metricsOf("threat", "E ND U POC F H", "RL ND OF TF W U", "RC ND UC UR C"),
    ...metricsOf(
      "environmental",
      "CDP ND N L LM MH H",
      "TD ND N L M H",
      "CR ND L M H",
      "IR ND L M H",
      "AR ND L M H",
    ),
  ],

  base: (values) => scoreOf(values, impactOf(values, UNDEFINED, UNDEFINED, UNDEFINED)),
  threat: (values) => toTenth(cvss2.base(values) * temporal(values)),

  environmental(values) {
    const [, , , , , , , , , cdp = 0, td = 0, cr = 0, ir = 0, ar = 0] = values;
    const adjustedImpact = Math.min(10, impactOf(values, cr, ir, ar));
    const adjusted = toTenth(scoreOf(values, adjustedImpact) * temporal(values));
    const damaged = adjusted + (10 - adjusted) * at(COLLATERAL_DAMAGE, cdp);
    return Math.max(0, toTenth(damaged * at(TARGET_DISTRIBUTION, td)));
  },
};

function impactOf(values: MetricValues, cr: number, ir: number, ar: number): number {
  const [, , , c = 0, i = 0, a = 0] = values;
  const spared =
    (1 - at(IMPACT, c) * at(REQUIREMENT, cr)) *
    (1 - at(IMPACT, i) * at(REQUIREMENT, ir)) *
    (1 - at(IMPACT, a) * at(REQUIREMENT, ar));
  return 10.41 * (1 - spared);
}

/** Below 0 where requirements lower a small impact; the guide bounds the environmental score only. */
function scoreOf(values: MetricValues, impact: number): number {
  if (impact === 0) return 0;
  const [av = 0, ac = 0, au = 0] = values;
  const exploitability = 20 * at(ACCESS_VECTOR, av) * at(ACCESS_COMPLEXITY, ac) * at(AUTHENTICATION, au);
  return toTenth((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176);
}

function temporal(values: MetricValues): number {
  const [, , , , , , e = 0, rl = 0, rc = 0] = values;
  return at(EXPLOITABILITY, e) * at(REMEDIATION_LEVEL, rl) * at(REPORT_CONFIDENCE, rc);
}

/** To the nearest tenth, halves away from 0; the small addend undoes what binary fractions lose of a half. */
function toTenth(value: number): number {
  const tenths = Math.floor(Math.abs(value) * 10 + 0.5 + 1e-9);
  return tenths === 0 ? 0 : (Math.sign(value) * tenths) / 10;
}

function at(weights: readonly number[], position: number): number {
  return weights[position] ?? 0;
}
