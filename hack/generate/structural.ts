// SPDX-License-Identifier: Apache-2.0
/**
 * A zod schema as a structural OpenAPI v3 schema for a CustomResourceDefinition.
 * Follows kubernetes.io/docs, "Specifying a structural schema".
 */
import { z } from "zod";

/** One node of a structural schema; what it may hold is the API server's business. */
export interface Structural {
  readonly [key: string]: unknown;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Structural>>;
  readonly items?: Structural;
  readonly additionalProperties?: Structural;
  readonly required?: readonly string[];
}

type Raw = Readonly<Record<string, unknown>>;

/** Keys in the order in which people read them; keys not named here are refused. */
const KEYS = [
  "description",
  "type",
  "format",
  "nullable",
  "default",
  "enum",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "required",
  "anyOf",
  "properties",
  "additionalProperties",
  "items",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
] as const;

const DROPPED = new Set(["$schema", "override", "propertyNames"]);

/** @throws Error naming the path when the schema uses what a structural schema cannot say */
export function structural(schema: z.ZodType): Structural {
  return node(z.toJSONSchema(schema, { target: "openapi-3.0", io: "input", reused: "inline" }), "");
}

function node(raw: Raw, path: string): Structural {
  const flat = withOverride(raw, path);
  for (const key of Object.keys(flat)) {
    if (!DROPPED.has(key) && !(KEYS as readonly string[]).includes(key)) {
      throw new Error(`${path}: a structural schema cannot hold ${key}`);
    }
  }
  const result: Record<string, unknown> = {};
  for (const key of KEYS) {
    const value = convert(key, flat, path);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

function convert(key: (typeof KEYS)[number], raw: Raw, path: string): unknown {
  const value = raw[key];
  if (value === undefined) return undefined;
  switch (key) {
    case "properties":
      return Object.fromEntries(
        Object.entries(value as Record<string, Raw>).map(([name, child]) => [
          name,
          node(child, `${path}.${name}`),
        ]),
      );
    case "items":
      return node(value as Raw, `${path}[]`);
    case "additionalProperties":
      // Beside properties a structural schema prunes on its own; `{}` comes from loose objects.
      return raw["properties"] === undefined && typeof value === "object"
        ? node(value as Raw, `${path}{}`)
        : undefined;
    case "pattern":
      // The API server checks the format itself, and zod's pattern for it is not RE2's.
      return raw["format"] === "date-time" ? undefined : value;
    default:
      return value;
  }
}

/** A union cannot be typed: `override` in its meta says what can be checked; fields of its objects stay known. */
function withOverride(raw: Raw, path: string): Raw {
  if (raw["override"] === undefined) {
    if (raw["anyOf"] !== undefined) throw new Error(`${path}: a union needs an override in its meta`);
    return raw;
  }
  const branches = (raw["anyOf"] ?? []) as readonly Raw[];
  const properties = Object.assign({}, ...branches.map((branch) => branch["properties"] ?? {})) as Raw;
  return {
    description: raw["description"],
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(raw["override"] as Raw),
  };
}
