// SPDX-License-Identifier: Apache-2.0
/** A route as a value: the same zod schemas check requests, and make the OpenAPI document. */
import type { z } from "zod";
import type { Access, Caller } from "./auth.ts";

export type Shape = z.ZodType;

export interface RouteInput<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  /** @throws FORBIDDEN naming verb, resource and namespace */
  readonly require: (access: Access) => Promise<void>;
  readonly may: (access: Access) => Promise<boolean>;
}

/** A stored document, sent as it is. */
export interface StreamedBody {
  readonly stream: AsyncIterable<Uint8Array>;
  readonly contentType: string;
  readonly size: number;
  /** The document's digest; the ETag. */
  readonly digest: string;
}

export interface Route {
  readonly method: "GET" | "POST";
  /** Parameters in braces: `/api/scans/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: Shape;
  readonly query?: Shape;
  readonly body?: Shape;
  /** Absent: the answer is a stored document. */
  readonly response?: Shape;
  readonly status?: number;
  readonly handle: (input: RouteInput<never, never, never>) => Promise<unknown>;
}

type Parsed<S extends Shape | undefined> = S extends Shape ? z.output<S> : undefined;

/** Ties the handler's types to the schemas. */
export function route<
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
  R extends Shape | undefined = undefined,
>(definition: {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response?: R;
  readonly status?: number;
  readonly handle: (
    input: RouteInput<Parsed<P>, Parsed<Q>, Parsed<B>>,
  ) => Promise<R extends Shape ? z.input<R> : StreamedBody>;
}): Route {
  return definition as unknown as Route;
}
