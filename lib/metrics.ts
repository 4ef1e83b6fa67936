// SPDX-License-Identifier: Apache-2.0
/**
 * Declares a component's metrics in one table, over prom-client. Names follow
 * https://prometheus.io/docs/practices/naming: prefix, base unit, `_total` for counters; labels come from closed sets.
 */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { defineErrors } from "./errors.ts";

export const metricErrors = defineErrors("metrics", { METRIC_INVALID: "bug" });

/** Label names with all the values they can have; `NAMED` for names of objects, in gauges that are replaced as a whole. */
export type LabelSets = Readonly<Record<string, readonly string[] | typeof NAMED>>;
export const NAMED = "named";

export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  /** `stella_..._<unit>`, for a counter `stella_..._<unit>_total`. */
  readonly name: string;
  /** `seconds`, `bytes`, `ratio`, or what is counted: `jobs`, `layers`. */
  readonly unit: string;
  readonly help: string;
  readonly labels?: LabelSets;
  /** Upper bounds, ascending; histograms only, required there. */
  readonly buckets?: readonly number[];
}

type LabelsOf<Spec> = Spec extends { readonly labels: infer Sets extends LabelSets }
  ? [labels: { readonly [Name in keyof Sets]: Sets[Name] extends readonly (infer Value)[] ? Value : string }]
  : [];

export interface CounterMetric<Labels extends readonly unknown[]> {
  add(value: number, ...labels: Labels): void;
}
export interface GaugeMetric<Labels extends readonly unknown[]> {
  set(value: number, ...labels: Labels): void;
  add(value: number, ...labels: Labels): void;
  /** All series from now on; those beyond the first 500 are left out. */
  replace(series: readonly (readonly [value: number, ...labels: Labels])[]): void;
  /** Runs before each scrape, to set values that are read rather than kept. Replaces an earlier one. */
  onScrape(read: () => void | Promise<void>): void;
}
export interface HistogramMetric<Labels extends readonly unknown[]> {
  observe(value: number, ...labels: Labels): void;
}

type MetricOf<Spec extends MetricSpec> = Spec["type"] extends "counter"
  ? CounterMetric<LabelsOf<Spec>>
  : Spec["type"] extends "gauge"
    ? GaugeMetric<LabelsOf<Spec>>
    : HistogramMetric<LabelsOf<Spec>>;

const NAME = /^stella(?:_[a-z][a-z0-9]*)+$/;
const LABEL = /^[a-z][a-z0-9_]*$/;
const NOT_BASE_UNITS =
  /^(?:ms|milliseconds|micros|microseconds|nanoseconds|minutes|hours|days|k?i?b|mi?b|gi?b|percent)$/;
/** Series of one metric; a histogram has as many for each bucket. */
const MAX_SERIES = 500;

/**
 * Registers every metric of the table; counters and histograms show zeros for each label value from the start.
 * @throws METRIC_INVALID when a name lacks its unit, a unit is no base unit, or a label set is empty or too large
 */
export function defineMetrics<const Specs extends Readonly<Record<string, MetricSpec>>>(
  registry: Registry,
  specs: Specs,
): { readonly [Key in keyof Specs]: MetricOf<Specs[Key]> } {
  const made = Object.entries(specs).map(([key, spec]) => [key, define(registry, spec)] as const);
  return Object.fromEntries(made) as { readonly [Key in keyof Specs]: MetricOf<Specs[Key]> };
}

type Labels = Readonly<Record<string, string>>;

function define(registry: Registry, spec: MetricSpec): unknown {
  check(spec);
  const { name, help, labels: sets = {} } = spec;
  const config = { name, help, labelNames: Object.keys(sets), registers: [registry] };
  const known = (labels: Labels = {}): Labels => checkLabels(spec.name, sets, labels);
  switch (spec.type) {
    case "counter": {
      const counter = new Counter(config);
      for (const labels of combinations(sets)) counter.inc(labels, 0);
      return { add: (value: number, labels?: Labels) => counter.inc(known(labels), value) };
    }
    case "gauge":
      return defineGauge(config, known);
    case "histogram": {
      const histogram = new Histogram({ ...config, buckets: [...(spec.buckets ?? [])] });
      for (const labels of combinations(sets)) histogram.zero(labels);
      return { observe: (value: number, labels?: Labels) => histogram.observe(known(labels), value) };
    }
  }
}

function defineGauge(
  config: { name: string; help: string; labelNames: string[]; registers: Registry[] },
  known: (labels?: Labels) => Labels,
): GaugeMetric<[labels?: Labels]> {
  let read: () => void | Promise<void> = () => undefined;
  const gauge = new Gauge({ ...config, collect: () => read() });
  return {
    set: (value, labels) => gauge.set(known(labels), value),
    add: (value, labels) => gauge.inc(known(labels), value),
    replace: (series) => {
      gauge.reset();
      for (const [value, labels] of series.slice(0, MAX_SERIES)) gauge.set(known(labels), value);
    },
    onScrape: (hook) => {
      read = hook;
    },
  };
}

function check(spec: MetricSpec): void {
  const { name, unit, type } = spec;
  const ending = type === "counter" ? `_${unit}_total` : `_${unit}`;
  const series = combinations(spec.labels ?? {}).length;
  const hasNames = Object.values(spec.labels ?? {}).includes(NAMED);
  const badLabel = Object.keys(spec.labels ?? {}).find((label) => !LABEL.test(label));
  if (!NAME.test(name)) throw invalid(name, 'must be words of a-z and 0-9 after "stella_", joined by "_"');
  if (NOT_BASE_UNITS.test(unit)) throw invalid(name, `${unit} is no base unit (seconds, bytes, ratio)`);
  if (!name.endsWith(ending)) throw invalid(name, `must end with ${ending}`);
  if (spec.help.trim() === "") throw invalid(name, "has no help");
  if (badLabel !== undefined) throw invalid(name, `has a bad label name: ${badLabel}`);
  if (hasNames && type !== "gauge")
    throw invalid(name, `is a ${type}; only a gauge can have names as labels`);
  if (series === 0 || series > MAX_SERIES)
    throw invalid(name, `would have ${series} series (1 to ${MAX_SERIES})`);
  checkBuckets(spec);
}

function checkBuckets({ name, type, buckets }: MetricSpec): void {
  if (type !== "histogram") {
    if (buckets !== undefined) throw invalid(name, `is a ${type} and has no buckets`);
    return;
  }
  const ascending = buckets?.every((bound, index) => index === 0 || bound > (buckets[index - 1] ?? bound));
  if (buckets === undefined || buckets.length === 0 || ascending !== true)
    throw invalid(name, "needs buckets in ascending order");
}

/** A value outside the declared set would be a series without end. @throws METRIC_INVALID */
function checkLabels(name: string, sets: LabelSets, labels: Labels): Labels {
  for (const label of new Set([...Object.keys(sets), ...Object.keys(labels)])) {
    const value = labels[label];
    const set = Object.hasOwn(sets, label) ? sets[label] : undefined;
    if (value === undefined || set === undefined || (set !== NAMED && !set.includes(value)))
      throw invalid(name, `has no series with ${label}=${JSON.stringify(value)}`);
  }
  return labels;
}

function combinations(sets: LabelSets): Record<string, string>[] {
  return Object.entries(sets).reduce<Record<string, string>[]>(
    (made, [label, values]) =>
      made.flatMap((labels) =>
        (values === NAMED ? [""] : values).map((value) => ({ ...labels, [label]: value })),
      ),
    [{}],
  );
}

const invalid = (name: string, what: string): Error =>
  metricErrors.make("METRIC_INVALID", `metric ${name} ${what}`, { data: { name } });
