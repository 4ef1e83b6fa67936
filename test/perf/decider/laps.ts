// SPDX-License-Identifier: Apache-2.0
/** Times of steps within one process, which prints them at its end; of several such processes the middle one of each step. */
import { middleOf, measure } from "../measure.ts";
import type { Cost } from "../measure.ts";
import type { Row } from "../table.ts";

interface Lap {
  readonly name: string;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly note: string;
}

export class Laps {
  readonly #laps: Lap[] = [];

  async time<Value>(
    name: string,
    work: () => Value | Promise<Value>,
    note: (value: Value) => string = () => "",
  ): Promise<Value> {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const value = await work();
    const { user, system } = process.cpuUsage(cpu);
    const lap = { name, wallMs: performance.now() - start, cpuMs: (user + system) / 1000 };
    this.#laps.push({ ...lap, note: note(value) });
    return value;
  }

  print(): void {
    process.stdout.write(JSON.stringify(this.#laps));
  }
}

/** One row a step. The peak is that of the process up to its end. */
export async function lapRows(times: number, program: string, args: readonly string[]): Promise<Row[]> {
  const runs: Cost[] = [];
  for (let run = 0; run < times; run++) runs.push(await measure(process.execPath, [program, ...args]));
  const all = runs.map(({ peakMb, output }) => ({ peakMb, laps: JSON.parse(output) as Lap[] }));
  const first = all[0]?.laps ?? [];
  return Promise.all(
    first.map(async ({ name, note }, at) => {
      const costs = all.map(({ peakMb, laps }): Cost => {
        const { wallMs = 0, cpuMs = 0 } = laps[at] ?? {};
        return { wallMs, cpuMs, peakMb, output: "" };
      });
      const rest = costs.values();
      const next = (): Promise<Cost> => Promise.resolve(rest.next().value as Cost);
      return { name, note, cost: await middleOf(times, () => Promise.resolve(), next) };
    }),
  );
}
