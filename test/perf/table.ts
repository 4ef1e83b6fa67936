// SPDX-License-Identifier: Apache-2.0
/** What was measured as one table, to be pasted into docs/benchmarks.md. */
import type { Cost } from "./measure.ts";

export interface Row {
  readonly name: string;
  readonly cost: Cost;
  /** What came of it, in a few words. */
  readonly note: string;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

export const rowText = ({ name, cost, note }: Row): string =>
  `${name.padEnd(44)} ${seconds(cost.wallMs).padStart(9)} ${seconds(cost.cpuMs).padStart(9)} cpu ${cost.peakMb.toFixed(0).padStart(5)} MB  ${note}`;

export function markdownTable(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, cost: { wallMs, cpuMs, peakMb }, note }) =>
      `| ${name} | ${seconds(wallMs)} | ${seconds(cpuMs)} | ${peakMb.toFixed(0)} MB | ${note} |`,
  );
  return ["| | wall | CPU | peak memory | |", "| --- | ---: | ---: | ---: | --- |", ...lines].join("\n");
}

/** One line for a target: what it is, what was read and what was asked for. */
export const verdict = (name: string, value: number, most: number, unit: string): string =>
  `${value <= most ? "met   " : "MISSED"} ${name}: ${value.toFixed(2)}${unit}, target ${most}${unit}`;
