// SPDX-License-Identifier: Apache-2.0
/** The kinds of value that matchers and actions are made of, each read into one form. */
import { z } from "zod";
import { byText } from "#lib/compare.ts";
import type { Comparison } from "./types.ts";

const MAX_ENTRIES = 500;
const MAX_PATTERN = 512;
const MAX_AGE_DAYS = 36_500;

const pattern = z
  .string({ error: "expected text" })
  .min(1, "must not be empty")
  .max(MAX_PATTERN, `longer than ${MAX_PATTERN} characters`);

/** Lists come sorted and without doubles; one item stands for a list of one. */
export const patterns = list(pattern).transform(sorted);
export const upperPatterns = list(pattern).transform((items) =>
  sorted(items.map((item) => item.toUpperCase())),
);
export const lowerPatterns = list(pattern).transform((items) =>
  sorted(items.map((item) => item.toLowerCase())),
);
export const paths = list(pattern).transform((items) =>
  sorted(items.map((item) => item.replace(/^\/+/, ""))),
);

export const flag = z.boolean({ error: "expected true or false" });

export const epss = comparison(
  /^(>=|<=|>|<)\s*(\d(?:\.\d{1,6})?)$/,
  (number) => number >= 0 && number <= 1,
  'is not a probability; write e.g. ">=0.5", from 0 to 1',
);

export const ageDays = comparison(
  /^(>=|<=|>|<)\s*(\d{1,5})$/,
  (number) => Number.isInteger(number) && number >= 0 && number <= MAX_AGE_DAYS,
  `is no number of days; write e.g. ">=30", from 0 to ${MAX_AGE_DAYS}`,
);

/** A bare number means at least. */
function comparison(form: RegExp, fits: (number: number) => boolean, refusal: string) {
  return z.unknown().transform((value, context): Comparison => {
    const found = typeof value === "string" ? form.exec(value.trim()) : null;
    const op = (found?.[1] ?? ">=") as Comparison["op"];
    const number = typeof value === "number" ? value : Number(found?.[2] ?? Number.NaN);
    if (fits(number)) return { op, value: number };
    context.addIssue({ code: "custom", message: `${show(value)} ${refusal}` });
    return { op: ">=", value: 0 };
  });
}

export function list<Item extends z.ZodType>(item: Item): z.ZodPreprocess<z.ZodArray<Item>> {
  return z.preprocess(
    (value): readonly unknown[] => (Array.isArray(value) ? value : [value]),
    z.array(item).min(1, "must not be an empty list").max(MAX_ENTRIES, `more than ${MAX_ENTRIES} entries`),
  );
}

export function sorted(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort(byText);
}

/** A value as a message quotes it. */
export function show(value: unknown): string {
  return ((JSON.stringify(value) as string | undefined) ?? "nothing").slice(0, 60);
}
