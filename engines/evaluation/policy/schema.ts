// SPDX-License-Identifier: Apache-2.0
/** The policy file's rules as zod reads them into canonical form. Shape and meaning: docs/policy.md. */
import { z } from "zod";
import { byText } from "#lib/compare.ts";
import { severities } from "../severity.ts";
import type { Severity } from "../types.ts";
import { actionSchema } from "./action-schema.ts";
import type { EpssMatch, PolicyRule, RuleMatch } from "./types.ts";

const MAX_RULES = 1000;
const MAX_ENTRIES = 500;
const MAX_PATTERN = 512;

/** Matchers of the language whose facts are not gathered yet: refused by name rather than never matching. */
const LATER = ["vendor", "ageDays"] as const;

const pattern = z
  .string({ error: "expected text" })
  .min(1, "must not be empty")
  .max(MAX_PATTERN, `longer than ${MAX_PATTERN} characters`);

const patterns = list(pattern).transform(sorted);
const upperPatterns = list(pattern).transform((items) => sorted(items.map((item) => item.toUpperCase())));
const paths = list(pattern).transform((items) => sorted(items.map((item) => item.replace(/^\/+/, ""))));

const severityNames: readonly string[] = severities;
const severity = z.unknown().transform((value, context): readonly Severity[] => {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const chosen = new Set<Severity>();
  for (const item of items) {
    const atLeast = typeof item === "string" && /^>=\s*/.test(item);
    const name = typeof item === "string" ? item.replace(/^>=\s*/, "").toLowerCase() : "";
    const rank = severityNames.indexOf(name);
    if (rank < 0) {
      const message = `${show(item)} is not a severity (${severities.join(", ")}, or ">=high")`;
      context.addIssue({ code: "custom", message, path: Array.isArray(value) ? [items.indexOf(item)] : [] });
    }
    for (const one of severities.slice(atLeast ? 0 : rank, rank + 1)) chosen.add(one);
  }
  if (items.length === 0) context.addIssue({ code: "custom", message: "must not be an empty list" });
  return severities.filter((one) => chosen.has(one));
});

const epss = z.unknown().transform((value, context): EpssMatch => {
  const found = typeof value === "string" ? /^(>=|<=|>|<)\s*(\d(?:\.\d{1,6})?)$/.exec(value.trim()) : null;
  const op = (found?.[1] ?? ">=") as EpssMatch["op"];
  const number = typeof value === "number" ? value : Number(found?.[2] ?? Number.NaN);
  if (!(number >= 0 && number <= 1)) {
    const message = `${show(value)} is not a probability; write e.g. ">=0.5", from 0 to 1`;
    context.addIssue({ code: "custom", message });
    return { op: ">=", value: 0 };
  }
  return { op, value: number };
});

const flag = z.boolean({ error: "expected true or false" });

const matchSchema = z
  .strictObject({
    image: patterns.optional(),
    repo: patterns.optional(),
    env: patterns.optional(),
    namespace: patterns.optional(),
    purl: patterns.optional(),
    cve: upperPatterns.optional(),
    source: patterns.optional(),
    path: paths.optional(),
    layerDigest: patterns.optional(),
    severity: severity.optional(),
    kev: flag.optional(),
    epss: epss.optional(),
    fixAvailable: flag.optional(),
    usedByEntrypoint: flag.optional(),
    license: patterns.optional(),
    ...Object.fromEntries(LATER.map((name) => [name, notYet(name)])),
  })
  .superRefine((match, context) => {
    if (match.license === undefined || VULNERABILITY_MATCHERS.some((name) => match[name] !== undefined))
      return;
    const message =
      "a licence rule needs a vulnerability matcher too (severity, cve, kev, epss, fixAvailable or source): " +
      "licence constraints without a finding are not supported yet";
    context.addIssue({ code: "custom", message, path: ["license"] });
  });

const VULNERABILITY_MATCHERS = ["severity", "cve", "kev", "epss", "fixAvailable", "source"] as const;

const ruleSchema = z.strictObject(
  {
    name: z
      .string({ error: "expected text" })
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/,
        "letters, digits, space, dot, dash and underscore, at most 63",
      )
      .optional(),
    match: matchSchema.optional(),
    action: actionSchema,
  },
  { error: objectExpected("a rule with name, match and action") },
);

/** The list under `rules`. Gives each rule its name and checks that no two share one. */
export const rulesSchema = z
  .array(ruleSchema, { error: "expected a list of rules" })
  .min(1, "a policy needs at least one rule")
  .max(MAX_RULES, `more than ${MAX_RULES} rules`)
  .transform((rules, context): readonly PolicyRule[] => {
    const seen = new Set<string>();
    return rules.map((rule, index) => {
      const name = rule.name ?? `rule-${index + 1}`;
      if (seen.has(name)) {
        context.addIssue({ code: "custom", message: `a second rule named "${name}"`, path: [index, "name"] });
      }
      seen.add(name);
      return { name, match: (rule.match ?? {}) as RuleMatch, action: rule.action };
    });
  });

/** Known keys by place, for "did you mean". */
export const knownKeys = {
  rule: ["name", "match", "action"],
  match: Object.keys(matchSchema.shape),
} as const;

/** One item stands for a list of one. */
function list<Item extends z.ZodType>(item: Item): z.ZodPreprocess<z.ZodArray<Item>> {
  return z.preprocess(
    (value): readonly unknown[] => (Array.isArray(value) ? value : [value]),
    z.array(item).min(1, "must not be an empty list").max(MAX_ENTRIES, `more than ${MAX_ENTRIES} entries`),
  );
}

function notYet(name: string): z.ZodOptional<z.ZodCustom<never>> {
  return z.custom<never>(() => false, `matcher "${name}" is not supported yet`).optional();
}

function objectExpected(what: string): (issue: { code: string }) => string | undefined {
  return (issue) => (issue.code === "invalid_type" ? `expected ${what}` : undefined);
}

function sorted(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort(byText);
}

function show(value: unknown): string {
  return ((JSON.stringify(value) as string | undefined) ?? "nothing").slice(0, 60);
}
