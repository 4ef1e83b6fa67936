// SPDX-License-Identifier: Apache-2.0
/** What one version of CVSS consists of, as its file states it: metrics in the order of a vector, and equations. */

export type CvssVersion = "2.0" | "3.0" | "3.1" | "4.0";

export type MetricGroup = "base" | "threat" | "environmental" | "supplemental";

export interface Metric {
  readonly name: string;
  /** `threat` is the temporal group of 2.0 and 3.x. Every vector has all metrics of `base`. */
  readonly group: MetricGroup;
  /** Abbreviated. Outside of `base` the first says that it is not defined, which is the same as leaving it out. */
  readonly values: readonly string[];
}

/** For each metric of a version, in its order, the position of its value among `Metric.values`. */
export type MetricValues = readonly number[];

/** Scores from 0 to 10 with one decimal. Each takes the metrics of the one before it and those of its own group. */
export interface CvssRules {
  readonly version: CvssVersion;
  /** What a vector begins with; empty for 2.0. */
  readonly prefix: string;
  readonly metrics: readonly Metric[];
  base(values: MetricValues): number;
  threat(values: MetricValues): number;
  environmental(values: MetricValues): number;
}

/** @param rows name and values of each metric, parted by spaces */
export function metricsOf(group: MetricGroup, ...rows: readonly string[]): readonly Metric[] {
  return rows.map((row) => {
    const [name = "", ...values] = row.split(" ");
    return { name, group, values };
  });
}
