// SPDX-License-Identifier: Apache-2.0
/** Pieces of the schemas with which connectors read documents, and the way a schema's fault is reported. */
import { z } from "zod";
import { documentInvalid } from "../errors.ts";
import type { ParsedDocument } from "../types.ts";

/** An advisory id or alias: printable, no spaces. */
export const idText = z.string().regex(/^[\x21-\x7e]{1,128}$/, "not an id");
/** A package name: printable, none of the characters that keys are joined with. */
export const nameText = z.string().regex(/^[^\s|\p{Cc}]{1,512}$/u, "not a package name");
export const versionText = z.string().min(1).max(256);
export const timeText = z.string().max(64);

/** A list where sources may write null or leave it out. */
export const list = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .array(item)
    .max(max)
    .nullish()
    .transform((items) => items ?? []);

/** @throws FEED_DOCUMENT_INVALID with the first fault's path */
export function readShape<Shape extends z.ZodType>(shape: Shape, document: ParsedDocument): z.output<Shape> {
  const result = shape.safeParse(document.value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw documentInvalid({
    document: document.name,
    path: jsonPath(issue?.path ?? []),
    reason: issue?.message ?? "it has another form",
  });
}

/** `$.affected[0].package` */
export function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const key = String(part).slice(0, 200);
    return /^[A-Za-z_][\w-]*$/.test(key) ? `${text}.${key}` : `${text}[${JSON.stringify(key)}]`;
  }, "$");
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
