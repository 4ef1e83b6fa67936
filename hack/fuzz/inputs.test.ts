// SPDX-License-Identifier: Apache-2.0
/** That the fuzzer has something to give to every parser, and gives the same again. */
import { describe, expect, it } from "vitest";
import { Inputs } from "./input.ts";
import { targets } from "./targets.ts";

describe("fuzz inputs", () => {
  it.each(targets.map((target) => [target.name, target] as const))(
    "%s takes its good ones",
    async (_, target) => {
      const seeds = target.seeds();
      expect(seeds.length).toBeGreaterThan(0);
      const answers = await Promise.all(
        seeds.map(async (seed) => {
          try {
            return JSON.stringify(await target.run(seed, Buffer.from(seed.bytes), () => 4096));
          } catch {
            return undefined;
          }
        }),
      );
      expect(answers.filter((answer) => answer !== undefined && answer.length > 2)).not.toEqual([]);
    },
  );

  it("are the same for the same seed, others for another", () => {
    const target = targets.find(({ name }) => name === "lib/tar");
    if (!target) throw new Error("no such target");
    const bytes = (seed: string): string[] => {
      const inputs = new Inputs(target, seed);
      return Array.from({ length: 100 }, (_, number) => inputs.at(number).bytes.toString("base64"));
    };
    expect(bytes("1")).toEqual(bytes("1"));
    expect(bytes("1")).not.toEqual(bytes("2"));
  });
});
