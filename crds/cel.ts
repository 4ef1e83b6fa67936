// SPDX-License-Identifier: Apache-2.0
/**
 * One rule, two checkers: the same statement as CEL for the API server and as a function for zod.
 * Follows kubernetes.io/docs: "CustomResourceDefinition validation rules".
 */
import type { z } from "zod";

/** One entry of `x-kubernetes-validations`. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  /** CEL that builds the message; the API server falls back to `message` when it fails. */
  readonly messageExpression?: string;
  readonly reason?:
    "FieldValueInvalid" | "FieldValueForbidden" | "FieldValueRequired" | "FieldValueDuplicate";
  /** The field to blame, relative to the object that carries the rule, e.g. `.path`. */
  readonly fieldPath?: string;
}

/** A rule with its twin for zod; transition rules (`oldSelf`) have none. */
export interface Rule<Value> extends CelRule {
  readonly test?: (value: Value) => boolean;
}

/** The key under which meta carries the rules, and the CRD as well. */
export const CEL = "x-kubernetes-validations";

/** `schema` that obeys `rules` in zod and carries them for the CRD. Add further meta after, not before. */
export function ruled<Schema extends z.ZodType>(
  schema: Schema,
  rules: readonly Rule<z.output<Schema>>[],
): Schema {
  let checked = schema;
  for (const { test, message } of rules) {
    if (test !== undefined) checked = checked.refine(test, message);
  }
  return checked.meta({ [CEL]: rules.map(celOf) });
}

function celOf<Value>({ rule, message, messageExpression, reason, fieldPath }: Rule<Value>): CelRule {
  return {
    rule,
    message,
    ...(messageExpression === undefined ? {} : { messageExpression }),
    ...(reason === undefined ? {} : { reason }),
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}

/** Refuses any later change, also setting or removing it. For a required field's parent object. */
export function immutable(field: string): CelRule {
  return {
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} cannot be changed; make a new object`,
    reason: "FieldValueForbidden",
    fieldPath: `.${field}`,
  };
}
