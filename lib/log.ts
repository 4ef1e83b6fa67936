// SPDX-License-Identifier: Apache-2.0
/**
 * Structured logs, one JSON object a line: a constant message, facts as fields, secrets never.
 * Callers write `log.info({ imageDigest, layers: 7 }, "image scanned")`; errors go in the field `err`.
 */
import { pino, type DestinationStream, type Logger as PinoLogger } from "pino";
import { systemClock, type Clock } from "./clock.ts";
import { codeOf, kindOf, messageOf, StellaError } from "./errors.ts";

export type Logger = PinoLogger;

/** In order: each one writes itself and those after it. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** The component: `operator`, `webhook`. */
  readonly name: string;
  /** Standard error, unbuffered, when absent: standard output belongs to results. */
  readonly destination?: DestinationStream;
  readonly clock?: Clock;
}

const REDACTED = "[redacted]";
const CUT = "[cut]";
const MAX_DEPTH = 8;
const MAX_CAUSES = 5;
/** Values of one line that are looked at; the rest is cut, so that a wide or circular object costs little. */
const MAX_VALUES = 2000;
/** Left for their serializers, which pick what may be written. */
const SERIALIZED: ReadonlySet<string> = new Set(["err", "req", "res"]);
/** Field names, lower case without `-` and `_`, whose values are never written, at any depth. */
const SECRET_NAME =
  /(?:^(?:secret|clientsecret|credentials?|apikey|poe|dpop)|authorization|cookie|token|password|passwd|passphrase|privatekey|secretkey)$/;

/** Time is RFC 3339 in UTC with milliseconds, level a word. Also fit for `fastify({ loggerInstance })`. */
export function createLogger(options: LoggerOptions): Logger {
  const clock = options.clock ?? systemClock;
  const log = pino(
    {
      level: options.level,
      base: { name: options.name },
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: clean },
      serializers: { err: describeError, req: describeRequest, res: describeResponse },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
  return cleanChildren(log);
}

/** The two methods by which pino lets fields past `formatters.log`. Children inherit them from the first logger. */
interface FieldKeepers {
  child: (this: Logger, fields: object, settings?: object) => Logger;
  setBindings: (this: Logger, fields: object) => void;
}

function cleanChildren(log: Logger): Logger {
  const { child, setBindings } = log as unknown as FieldKeepers;
  const keepers: FieldKeepers = {
    child(fields, settings) {
      return child.call(this, clean(fields), settings);
    },
    setBindings(fields) {
      setBindings.call(this, clean(fields));
    },
  };
  return Object.assign(log, keepers);
}

interface Budget {
  left: number;
}

function clean(fields: object): Record<string, unknown> {
  const budget = { left: MAX_VALUES };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      SERIALIZED.has(name) ? (value as unknown) : cleanField(name, value, 1, budget),
    ]),
  );
}

function cleanField(name: string, value: unknown, depth: number, budget: Budget): unknown {
  return isSecret(name) && value !== undefined ? REDACTED : cleanValue(value, depth, budget);
}

/** What has its own JSON form (dates, URLs) keeps it. */
function cleanValue(value: unknown, depth: number, budget: Budget): unknown {
  budget.left -= 1;
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (depth >= MAX_DEPTH || budget.left <= 0) return CUT;
  if ("toJSON" in value) return value;
  if (Array.isArray(value)) {
    const items = value.slice(0, budget.left).map((item: unknown) => cleanValue(item, depth + 1, budget));
    return items.length < value.length ? [...items, CUT] : items;
  }
  const entries = Object.entries(value).slice(0, budget.left);
  return Object.fromEntries(entries.map(([name, item]) => [name, cleanField(name, item, depth + 1, budget)]));
}

const isSecret = (name: string): boolean => SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ""));

/** Code, kind, message, data and causes; the stack only of a bug, where it is what a person needs. */
function describeError(error: unknown, above = 0): unknown {
  if (!(error instanceof Error)) return cleanValue(error, 1, { left: MAX_VALUES });
  const kind = kindOf(error);
  const { cause } = error;
  return {
    type: error.name,
    code: codeOf(error),
    kind,
    message: messageOf(error),
    data: error instanceof StellaError ? clean(error.data) : undefined,
    stack: kind === "bug" && above === 0 ? error.stack : undefined,
    cause: cause !== undefined && above < MAX_CAUSES ? describeError(cause, above + 1) : undefined,
  };
}

/** Method and path of an HTTP request; no headers, and no query, which may hold a token. */
function describeRequest(request: unknown): unknown {
  const { method, url } = fieldsOf(request);
  return { method, path: typeof url === "string" ? url.split("?")[0] : undefined };
}

function describeResponse(response: unknown): unknown {
  return { statusCode: fieldsOf(response)["statusCode"] };
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
