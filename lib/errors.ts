// SPDX-License-Identifier: Apache-2.0
/**
 * Errors for work not done. A code says what happened, for ever; its kind says what to do, decided here
 * once for HTTP, the command line and controllers. Values (a failed policy, a bad signature) are not errors.
 */

export type ErrorKind = "invalid" | "denied" | "missing" | "conflict" | "exhausted" | "unavailable" | "bug";

/** What each kind means outside: HTTP status, exit code of `stella`, and what a controller does next. */
export const errorKinds: Readonly<
  Record<ErrorKind, { http: number; exit: number; controller: "stalled" | "recheck" | "retry" }>
> = {
  invalid: { http: 400, exit: 2, controller: "stalled" },
  denied: { http: 403, exit: 3, controller: "recheck" },
  missing: { http: 404, exit: 4, controller: "recheck" },
  conflict: { http: 409, exit: 5, controller: "retry" },
  exhausted: { http: 429, exit: 5, controller: "retry" },
  unavailable: { http: 503, exit: 5, controller: "retry" },
  bug: { http: 500, exit: 70, controller: "retry" },
};

export interface ErrorDetails {
  /** The error that led here. Logged, never printed to a client. */
  readonly cause?: unknown;
  /** Facts a client may see: paths, digests, limits. Never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export class StellaError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "StellaError";
    this.code = code;
    this.kind = kind;
    this.data = details.data ?? {};
  }
}

export interface ErrorFamily<Code extends string> {
  readonly make: (code: Code, message: string, details?: ErrorDetails) => StellaError;
  readonly is: (error: unknown, code?: Code) => error is StellaError;
  readonly codes: Readonly<Record<Code, ErrorKind>>;
}

/** One component's codes with their kinds. `family` is the component's name and only groups the codes in docs. */
export function defineErrors<const Codes extends Readonly<Record<string, ErrorKind>>>(
  family: string,
  codes: Codes,
): ErrorFamily<keyof Codes & string> & { readonly family: string } {
  return {
    family,
    codes,
    make: (code, message, details) => new StellaError(code, codes[code] ?? "bug", message, details),
    is: (error, code): error is StellaError =>
      error instanceof StellaError && error.code in codes && (code === undefined || error.code === code),
  };
}

/** The kind of anything thrown; what is not a StellaError is a bug. */
export function kindOf(error: unknown): ErrorKind {
  return error instanceof StellaError ? error.kind : "bug";
}

/** The stable code of anything thrown: condition reasons and REST bodies carry it. */
export function codeOf(error: unknown): string {
  return error instanceof StellaError ? error.code : "INTERNAL_ERROR";
}

/** One line for people: the message, never a stack or a cause. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
