// SPDX-License-Identifier: Apache-2.0
/**
 * Configuration of a process: one table of settings gives flags, environment names, defaults and help.
 * Flags win over the environment, the environment over defaults; unknown flags and bad values stop the start.
 */
import { parseArgs } from "node:util";
import type { z } from "zod";
import { defineErrors } from "./errors.ts";

export const configErrors = defineErrors("config", { CONFIG_INVALID: "invalid" });

export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** Reads a string; its default is the setting's default. */
  readonly schema: Schema;
  readonly help: string;
  /** Shown behind the default: `ms`, `bytes`. */
  readonly unit?: string;
}

export type Settings = Readonly<Record<string, Setting>>;
export type ConfigOf<S extends Settings> = { readonly [Key in keyof S]: z.output<S[Key]["schema"]> };

/** `dataDir` is `--data-dir` on the command line and `STELLA_DATA_DIR` in the environment. */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function environmentNameOf(key: string): string {
  return `STELLA_${flagOf(key).replaceAll("-", "_").toUpperCase()}`;
}

/** @throws CONFIG_INVALID naming every bad setting and where it came from. */
export function readConfig<const S extends Settings>(
  settings: S,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ConfigOf<S> {
  const flags = readFlags(settings, args);
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const flag = flags[flagOf(key)];
    const given = flag ?? environment[environmentNameOf(key)];
    const read = setting.schema.safeParse(given);
    if (read.success) values[key] = read.data;
    else {
      const from = flag === undefined ? environmentNameOf(key) : `--${flagOf(key)}`;
      problems.push(`${from}: ${read.error.issues.map((issue) => issue.message).join(", ")}`);
    }
  }
  if (problems.length > 0) throw configErrors.make("CONFIG_INVALID", problems.join("; "));
  return values as ConfigOf<S>;
}

function readFlags(
  settings: Settings,
  args: readonly string[],
): Readonly<Record<string, string | undefined>> {
  const options = Object.fromEntries(
    Object.keys(settings).map((key) => [flagOf(key), { type: "string" as const }]),
  );
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    throw configErrors.make("CONFIG_INVALID", cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
}

/** One line a setting: flag, environment name, default, help. */
export function describeConfig(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, { schema, help, unit }]) => {
      const fallback = schema.safeParse(undefined);
      const standard =
        fallback.success && fallback.data !== undefined ? JSON.stringify(fallback.data) : "none";
      const shown = unit === undefined ? standard : `${standard} ${unit}`;
      return `  --${flagOf(key)} (${environmentNameOf(key)}) [${shown}]\n      ${help}`;
    })
    .join("\n");
}
