// SPDX-License-Identifier: Apache-2.0
/**
 * Five-field cron in an IANA time zone, by croner. When clocks go forward, a fixed time inside the skipped
 * hour runs at the first moment after it; when they go back, a fixed time inside the doubled hour runs once,
 * the first time. Patterns with a wildcard or step in minute or hour follow real time through both.
 */
import { Cron } from "croner";
import { schedulingErrors } from "./errors.ts";

const FIELDS = ["minute", "hour", "dayOfMonth", "month", "dayOfWeek"] as const;
const RANGES: Readonly<Record<(typeof FIELDS)[number], string>> = {
  minute: "0 to 59",
  hour: "0 to 23",
  dayOfMonth: "1 to 31, or L",
  month: "1 to 12, or JAN to DEC",
  dayOfWeek: "0 to 7, or SUN to SAT",
};
/** Lists and ranges are fixed times too: only a wildcard or a step makes a pattern follow real time. */
const OPTIONS = { paused: true, mode: "5-part", fixedTimeRule: "no-wildcard" } as const;
const ALLOWED = /^[0-9A-Za-z*,/#-]+$/;
const MAX_LENGTH = 200;
/** A pattern whose first run from here on is this far away never runs (February 30). */
const PROBE_FROM = Date.UTC(2024, 0, 1);

/** `when` with the zone behind the five fields (`0 2 * * * Europe/Sofia`), or beside it. */
export interface When {
  readonly when: string;
  /** IANA name; UTC where neither this nor `when` names a zone. */
  readonly timeZone?: string | undefined;
}

export interface ParsedWhen {
  /** Five fields with single spaces. */
  readonly expression: string;
  readonly timeZone: string;
}

/** @throws CRON_INVALID naming the field */
export function parseWhen(input: When | string): ParsedWhen {
  return prepare(input).parsed;
}

/** The first run after `after`, both in milliseconds; undefined where there is none any more. @throws CRON_INVALID */
export function nextRun(input: When | string, after: number): number | undefined {
  return prepare(input).cron.nextRun(new Date(after))?.getTime();
}

/** The last run at or before `at`. @throws CRON_INVALID */
export function lastRun(input: When | string, at: number): number | undefined {
  const { cron } = prepare(input);
  // croner looks strictly before, by whole seconds; runs fall on whole minutes.
  return cron.previousRuns(1, new Date(Math.floor(at / 1000) * 1000 + 1000))[0]?.getTime();
}

function prepare(input: When | string): { parsed: ParsedWhen; cron: Cron } {
  const { when, timeZone: beside } = typeof input === "string" ? { when: input, timeZone: undefined } : input;
  if (when.length > MAX_LENGTH) throw invalid("when", `longer than ${MAX_LENGTH} characters`);
  const parts = when.trim().split(/\s+/);
  const nickname = parts[0]?.startsWith("@") === true;
  const fields = parts.slice(0, nickname ? 1 : FIELDS.length);
  const [behind, ...rest] = parts.slice(fields.length);
  if (rest.length > 0)
    throw invalid("when", "expected five fields and a time zone, e.g. 0 2 * * * Europe/Sofia");
  if (!nickname && fields.length < FIELDS.length) {
    throw invalid("when", `expected five fields, found ${fields.length}`);
  }
  if (behind !== undefined && beside !== undefined && behind !== beside) {
    throw invalid("timeZone", `given twice: "${behind.slice(0, 60)}" and "${beside.slice(0, 60)}"`);
  }
  const timeZone = knownZone(behind ?? beside ?? "UTC");
  const expression = nickname ? nicknamed(fields[0] ?? "") : fields.join(" ");
  if (!nickname) for (const [index, name] of FIELDS.entries()) checkField(name, fields[index] ?? "", index);
  return { parsed: { expression, timeZone }, cron: build(expression, timeZone) };
}

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@hourly": "0 * * * *",
};

function nicknamed(name: string): string {
  const expression = NICKNAMES[name.toLowerCase()];
  if (expression !== undefined) return expression;
  throw invalid("when", `unknown "${name.slice(0, 40)}"; known are ${Object.keys(NICKNAMES).join(", ")}`);
}

/** Each field alone, with `*` in the others, so that the message can name it. */
function checkField(name: (typeof FIELDS)[number], text: string, index: number): void {
  if (!ALLOWED.test(text))
    throw invalid(name, `"${text.slice(0, 40)}" has characters that no cron field has`);
  const alone = FIELDS.map((_, other) => (other === index ? text : "*")).join(" ");
  try {
    new Cron(alone, OPTIONS);
  } catch (cause) {
    throw invalid(name, `"${text.slice(0, 40)}" is not a ${name} of cron (${RANGES[name]})`, cause);
  }
}

function build(expression: string, timezone: string): Cron {
  try {
    const cron = new Cron(expression, { ...OPTIONS, timezone });
    if (cron.nextRun(new Date(PROBE_FROM)) !== null) return cron;
  } catch (cause) {
    throw invalid("when", reasonOf(cause), cause);
  }
  throw invalid("when", `"${expression}" names a day that never comes`);
}

function knownZone(name: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
  } catch (cause) {
    throw invalid("timeZone", `"${name.slice(0, 60)}" is not an IANA time zone`, cause);
  }
  // An offset has no daylight saving rules, which is what a zone is for.
  if (/^[+-]/.test(name))
    throw invalid("timeZone", `"${name.slice(0, 60)}" is an offset; name an IANA time zone`);
  return name;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/^Cron\w*: /, "").slice(0, 120) : "not readable";
}

function invalid(field: string, reason: string, cause?: unknown): Error {
  return schedulingErrors.make("CRON_INVALID", `${field}: ${reason}`, {
    ...(cause === undefined ? {} : { cause }),
    data: { field, reason },
  });
}
