// SPDX-License-Identifier: Apache-2.0
/**
 * The kinds of field that our custom resources are built from. Each takes its documentation and is bounded,
 * so that the API server can estimate what a validation rule costs (KEP-2876) and etcd stays small.
 */
import { z } from "zod";
import { DURATION } from "../duration.ts";

/** Items in a list of names or patterns. */
export const MAX_LIST = 100;
const MAX_INT32 = 2_147_483_647;

/** The list or map has one owner: server-side apply replaces it whole. */
const ATOMIC = { "x-kubernetes-list-type": "atomic" } as const;

/** Words for people or opaque text, at most `max` characters. */
export function text(description: string, max = 256): z.ZodString {
  return z.string().max(max).meta({ description });
}

/** Text of at least one character that matches `pattern`. */
export function shaped(description: string, pattern: RegExp, max = 253): z.ZodString {
  return z.string().min(1).max(max).regex(pattern).meta({ description });
}

/** Name of another object: RFC 1123 subdomain. */
export function objectName(description: string): z.ZodString {
  return shaped(description, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
}

/** Name of a namespace: RFC 1123 label. */
export function namespaceName(description: string): z.ZodString {
  return shaped(description, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 63);
}

/** A pattern in which `*` stands for any run of characters. */
export function glob(description: string, max = 512): z.ZodString {
  return shaped(description, /^\S+$/, max);
}

/** What a container's `image` says: `ghcr.io/acme/api:1.2`. */
export function imageReference(description: string): z.ZodString {
  return shaped(description, /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/, 512);
}

/** Registry host with optional port, as in an image reference. */
export function registryHost(description: string): z.ZodString {
  return shaped(description, /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$/);
}

/** `sha256:` and 64 hex digits, typed as such. */
export function digest(description: string): z.ZodTemplateLiteral<`sha256:${string}`> {
  const hex = z.string().regex(/^[0-9a-f]{64}$/);
  return z
    .templateLiteral(["sha256:", hex])
    .meta({ description, pattern: "^sha256:[0-9a-f]{64}$", maxLength: 71 });
}

/** A time as the API server takes it: RFC 3339 with zone. */
export function time(description: string): z.ZodISODateTime {
  return z.iso.datetime({ offset: true }).meta({ description });
}

/** Milliseconds of it: `durationMs` of `crds/duration.ts`. */
export function duration(description: string): z.ZodString {
  return shaped(description, DURATION, 32);
}

/** Whole number from 0 (or `min`) to 2^31-1 (or `max`). */
export function count(description: string, { min = 0, max = MAX_INT32 } = {}): z.ZodInt {
  return z.int().min(min).max(max).meta({ description, format: "int32" });
}

/** Whole number from 0 to 2^53-1. */
export function largeCount(description: string): z.ZodInt {
  return z.int().min(0).meta({ description, format: "int64" });
}

export function flag(description: string): z.ZodBoolean {
  return z.boolean().meta({ description });
}

/** A list without order or doubles: server-side apply merges it item by item. */
export function setOf<Item extends z.ZodType>(
  description: string,
  item: Item,
  max = MAX_LIST,
): z.ZodArray<Item> {
  return z.array(item).max(max).meta({ description, "x-kubernetes-list-type": "set" });
}

/** A list whose order or doubles matter. */
export function listOf<Item extends z.ZodType>(
  description: string,
  item: Item,
  max = MAX_LIST,
): z.ZodArray<Item> {
  return z
    .array(item)
    .max(max)
    .meta({ description, ...ATOMIC });
}

/** A list of objects with distinct `keys`: server-side apply merges it entry by entry. */
export function keyedListOf<Item extends z.ZodType>(
  description: string,
  item: Item,
  keys: readonly string[],
  max = MAX_LIST,
): z.ZodArray<Item> {
  return z
    .array(item)
    .max(max)
    .refine((items) => new Set(items.map((one) => keyText(one, keys))).size === items.length, {
      error: `two entries with the same ${keys.join(" and ")}`,
    })
    .meta({ description, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys });
}

/** Text to text, both bounded. */
export function textMap(
  description: string,
  { keyMax = 317, valueMax = 63, max = 50 } = {},
): z.ZodRecord<z.ZodString, z.ZodString> {
  return z
    .record(z.string().max(keyMax), z.string().max(valueMax))
    .refine((map) => Object.keys(map).length <= max, { error: `more than ${max} entries` })
    .meta({ description, maxProperties: max });
}

/** A Secret of the same namespace; there is deliberately no `namespace` in it. */
export function secretRef(description: string): z.ZodObject<{ name: z.ZodString }> {
  return z
    .object({ name: objectName("Name of the Secret.") })
    .meta({ description, "x-kubernetes-map-type": "atomic" });
}

/** What one could write instead of `value` in `schema`, as documentation of a bounded choice. */
export function choice<const Values extends readonly [string, ...string[]]>(
  description: string,
  values: Values,
): z.ZodEnum<{ [Value in Values[number]]: Value }> {
  return z.enum(values).meta({ description });
}

function keyText(entry: unknown, keys: readonly string[]): string {
  const fields = entry as Readonly<Record<string, unknown>>;
  return JSON.stringify(keys.map((key) => fields[key] ?? null));
}

/** How much somebody's word counts against others'. */
export const trustWeight = (description: string, unlessGiven: number) =>
  z.number().min(0).max(1).meta({ description }).default(unlessGiven);
