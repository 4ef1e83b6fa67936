// SPDX-License-Identifier: Apache-2.0
/** What is wrong with one of several files, kept so that the others are looked at too. */
import { evaluationErrors } from "#engines/evaluation/index.ts";
import { codeOf, errorKinds, kindOf, messageOf, StellaError } from "#lib/errors.ts";
import { fileErrors } from "../files.ts";
import { printable } from "../printable.ts";

export interface Fault {
  readonly file: string;
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  /** Of a file that was read: each with line, column, path and message. */
  readonly problems?: unknown;
  /** Exit code that this fault alone would have. */
  readonly exit: number;
}

/** @throws whatever is not about this file */
export async function attempt<Done>(file: string, work: () => Promise<Done>): Promise<Done | Fault> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StellaError) || !(evaluationErrors.is(error) || fileErrors.is(error))) throw error;
    const { problems } = error.data as { readonly problems?: unknown };
    return {
      file,
      ok: false,
      code: codeOf(error),
      message: messageOf(error),
      ...(problems === undefined ? {} : { problems }),
      exit: errorKinds[kindOf(error)].exit,
    };
  }
}

/** A policy's problems are a line each. */
export function faultLines({ code, message, problems }: Fault): readonly string[] {
  return problems === undefined ? [printable(`${code}: ${message}`)] : message.split("\n").map(printable);
}

/** 0, or what the first fault asks for. */
export function exitOf(results: readonly ({ readonly ok: true } | Fault)[]): number {
  return results.find((result) => !result.ok)?.exit ?? 0;
}
