// SPDX-License-Identifier: Apache-2.0
/** Flags, environment and defaults of a process. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeConfig, readConfig } from "./config.ts";

const settings = {
  dataDir: { schema: z.string().default("/data"), help: "where the stores are" },
  workers: { schema: z.coerce.number().int().min(1).default(2), help: "jobs at a time", unit: "jobs" },
};

describe("readConfig", () => {
  it.each([
    { name: "defaults", args: [], env: {}, want: { dataDir: "/data", workers: 2 } },
    { name: "environment", args: [], env: { STELLA_WORKERS: "5" }, want: { dataDir: "/data", workers: 5 } },
    {
      name: "a flag over the environment",
      args: ["--workers=7"],
      env: { STELLA_WORKERS: "5" },
      want: { dataDir: "/data", workers: 7 },
    },
  ])("reads $name", ({ args, env, want }) => {
    expect(readConfig(settings, args, env)).toEqual(want);
  });

  it.each([
    { name: "an unknown flag", args: ["--worker=7"], env: {}, message: /--worker/ },
    { name: "a bad value", args: [], env: { STELLA_WORKERS: "0" }, message: /STELLA_WORKERS: / },
  ])("refuses $name", ({ args, env, message }) => {
    expect(() => readConfig(settings, args, env)).toThrow(message);
  });

  it("describes each setting with its names and default", () => {
    expect(describeConfig(settings)).toContain("--workers (STELLA_WORKERS) [2 jobs]");
  });
});
