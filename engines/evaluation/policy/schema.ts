// SPDX-License-Identifier: Apache-2.0
/** The policy file's rules as zod reads them into canonical form. Shape and meaning: docs/policy.md. */
import { z } from "zod";
import { actionSchema } from "./action-schema.ts";
import { isLicenseRule, matchSchema } from "./match-schema.ts";
import type { PolicyRule, RuleMatch } from "./types.ts";

const MAX_RULES = 1000;

const ruleSchema = z
  .strictObject(
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
  )
  .superRefine(({ match, action }, context) => {
    const isOfFindings = action.kind === "escalate" || action.kind === "requireVEX";
    if (match === undefined || !isOfFindings || !isLicenseRule(match)) return;
    const message = `${action.kind} is about vulnerabilities: a licence rule may fail, warn, ignore or defer`;
    context.addIssue({ code: "custom", message, path: ["action"] });
  });

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

function objectExpected(what: string): (issue: { code: string }) => string | undefined {
  return (issue) => (issue.code === "invalid_type" ? `expected ${what}` : undefined);
}
