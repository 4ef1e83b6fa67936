// SPDX-License-Identifier: Apache-2.0
/** Metrics as a scrape shows them, and the declarations that are refused. */
import { Registry } from "prom-client";
import { beforeEach, describe, expect, it } from "vitest";
import { codeOf, messageOf } from "./errors.ts";
import { NAMED, defineMetrics, type MetricSpec } from "./metrics.ts";

describe("defineMetrics", () => {
  let registry: Registry;
  beforeEach(() => {
    registry = new Registry();
  });
  const scrape = async (): Promise<string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));

  it("replaces the series of named things, and bounds them", async () => {
    const { ages } = defineMetrics(registry, {
      ages: {
        type: "gauge",
        name: "stella_age_seconds",
        unit: "seconds",
        help: "Age.",
        labels: { kind: ["a", "b"], name: NAMED },
      },
    });
    expect(await scrape()).toEqual([]);
    ages.replace([
      [1, { kind: "a", name: "one" }],
      [2, { kind: "b", name: "two" }],
    ]);
    ages.replace([[3, { kind: "b", name: "two" }]]);
    expect(await scrape()).toEqual(['stella_age_seconds{kind="b",name="two"} 3']);
    ages.replace(Array.from({ length: 600 }, (_, at) => [at, { kind: "a", name: `n${at}` }]));
    expect(await scrape()).toHaveLength(500);
    // @ts-expect-error: the other label is a closed set
    expect(() => ages.set(1, { kind: "c", name: "x" })).toThrow(/no series with kind="c"/);
  });

  it("shows each kind, with zeros from the start", async () => {
    const metrics = defineMetrics(registry, {
      layers: {
        type: "counter",
        name: "stella_scan_layers_total",
        unit: "layers",
        help: "Layers asked for.",
        labels: { cache: ["hit", "miss"] },
      },
      jobs: {
        type: "gauge",
        name: "stella_queue_jobs",
        unit: "jobs",
        help: "Jobs by state.",
        labels: { state: ["waiting", "dead"] },
      },
      memory: { type: "gauge", name: "stella_peak_bytes", unit: "bytes", help: "Most memory." },
      duration: {
        type: "histogram",
        name: "stella_scan_seconds",
        unit: "seconds",
        help: "Time of a scan.",
        buckets: [1, 5],
      },
    });
    metrics.layers.add(2, { cache: "hit" });
    metrics.jobs.set(4, { state: "waiting" });
    metrics.jobs.add(-1, { state: "waiting" });
    metrics.memory.set(10);
    metrics.duration.observe(3);
    expect(await scrape()).toEqual([
      'stella_scan_layers_total{cache="hit"} 2',
      'stella_scan_layers_total{cache="miss"} 0',
      'stella_queue_jobs{state="waiting"} 3',
      "stella_peak_bytes 10",
      'stella_scan_seconds_bucket{le="1"} 0',
      'stella_scan_seconds_bucket{le="5"} 1',
      'stella_scan_seconds_bucket{le="+Inf"} 1',
      "stella_scan_seconds_sum 3",
      "stella_scan_seconds_count 1",
    ]);
    // @ts-expect-error: a label's values are a closed set
    expect(() => metrics.layers.add(1, { cache: "sha256:0" })).toThrow(/no series with cache="sha256:0"/);
    // @ts-expect-error: every label must be given
    expect(() => metrics.layers.add(1)).toThrow(/no series with cache=undefined/);
    // @ts-expect-error: this one has no labels
    expect(() => metrics.memory.set(1, { purl: "x" })).toThrow(/no series with purl/);
  });

  it("reads a gauge at each scrape", async () => {
    const { jobs } = defineMetrics(registry, {
      jobs: { type: "gauge", name: "stella_queue_jobs", unit: "jobs", help: "Jobs." },
    });
    let waiting = 0;
    jobs.onScrape(async () => {
      await Promise.resolve();
      waiting += 1;
      jobs.set(waiting);
    });
    expect([await scrape(), await scrape()]).toEqual([["stella_queue_jobs 1"], ["stella_queue_jobs 2"]]);
  });

  const gauge: MetricSpec = { type: "gauge", name: "stella_a_bytes", unit: "bytes", help: "A." };
  const histogram: MetricSpec = { ...gauge, type: "histogram", buckets: [1, 2] };
  const many = Array.from({ length: 30 }, (_, index) => `v${index}`);
  it.each<{ name: string; spec: MetricSpec; says: string }>([
    { name: "no prefix", spec: { ...gauge, name: "a_bytes" }, says: "stella_" },
    { name: "upper case", spec: { ...gauge, name: "stella_A_bytes" }, says: "stella_" },
    { name: "no unit", spec: { ...gauge, name: "stella_size" }, says: "must end with _bytes" },
    {
      name: "a counter without _total",
      spec: { ...gauge, type: "counter" },
      says: "must end with _bytes_total",
    },
    { name: "milliseconds", spec: { ...gauge, name: "stella_a_ms", unit: "ms" }, says: "base unit" },
    { name: "mebibytes", spec: { ...gauge, name: "stella_a_mib", unit: "mib" }, says: "base unit" },
    { name: "no help", spec: { ...gauge, help: " " }, says: "no help" },
    { name: "an empty label set", spec: { ...gauge, labels: { a: [] } }, says: "0 series" },
    { name: "too many series", spec: { ...gauge, labels: { a: many, b: many } }, says: "900 series" },
    { name: "a bad label", spec: { ...gauge, labels: { "a-b": ["x"] } }, says: "bad label name" },
    { name: "no buckets", spec: { ...histogram, buckets: [] }, says: "buckets" },
    { name: "unsorted buckets", spec: { ...histogram, buckets: [2, 1] }, says: "ascending" },
    { name: "a gauge's buckets", spec: { ...gauge, buckets: [1] }, says: "no buckets" },
  ])("refuses $name", ({ spec, says }) => {
    const define = (): unknown => {
      try {
        return defineMetrics(registry, { spec });
      } catch (error) {
        return error;
      }
    };
    expect(codeOf(define())).toBe("METRIC_INVALID");
    expect(messageOf(define())).toContain(says);
  });
});
