// SPDX-License-Identifier: Apache-2.0
/**
 * What an import's thread and the thread that started it say to each other. The feed stays with the starting thread:
 * the other asks for documents and for one chunk at a time, so that nothing piles up on the way.
 */
import type { ThrownError } from "#engines/scanner/adapters/worker-messages.ts";
import { StellaError, codeOf, kindOf, messageOf } from "#lib/errors.ts";
import type { FeedDocument, FeedInventory } from "#engines/evaluation/index.ts";
import type { Impact, ImpactTask } from "./impact-work.ts";
import type { CompileTask, Imported, ReadTask } from "./import-work.ts";

/** Of the document that was asked for last; a stream is one reading of it from its beginning. */
export type Ask =
  | { readonly what: "document" }
  | { readonly what: "chunk"; readonly stream: number }
  | { readonly what: "slice"; readonly offset: number; readonly length: number }
  | { readonly what: "inventory" }
  | { readonly what: "close"; readonly stream: number };

/** Undefined: there is no further document or chunk. */
export type Answer = Uint8Array | DocumentFacts | FeedInventory | undefined;

export interface DocumentFacts extends Pick<FeedDocument, "name" | "root" | "fault"> {
  /** Where slices can be asked for. */
  readonly size?: number;
}

export type Outcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: ThrownError };

export type ToImportWorker =
  | { readonly type: "read"; readonly task: ReadTask; readonly hasInventory: boolean }
  | { readonly type: "compile"; readonly task: CompileTask }
  | { readonly type: "impact"; readonly task: ImpactTask }
  | { readonly type: "answer"; readonly id: number; readonly outcome: Outcome<Answer> }
  /** To a thread with no task: there will be none. */
  | { readonly type: "end" };

export type FromImportWorker =
  | { readonly type: "ask"; readonly id: number; readonly ask: Ask }
  | { readonly type: "done"; readonly outcome: Outcome<WorkResult> };

/** Of `read`, `compile` and `impact`. */
export type WorkResult = Imported | Uint8Array | Impact;

/** Without the error's data: it need not be able to cross, and a record has no place for it. */
export function thrownError(error: unknown): ThrownError {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return { code: codeOf(error), kind: kindOf(error), message: messageOf(error), data: {}, stack };
}

/** What was no StellaError is none afterwards, since a feed's reader tells them apart. */
export function revivedError(thrown: ThrownError): Error {
  const { code, kind, message, stack } = thrown;
  const cause = new Error(message);
  cause.stack = stack;
  return code === codeOf(cause) ? cause : new StellaError(code, kind, message, { cause });
}
