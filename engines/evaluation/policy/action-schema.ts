// SPDX-License-Identifier: Apache-2.0
/** What a rule may do: `fail`, `warn`, or one of the forms with fields. Shape and meaning: docs/policy.md. */
import { z } from "zod";
import { severities } from "../severity.ts";
import type { Severity } from "../types.ts";
import { epss, flag, list, lowerPatterns, show, sorted } from "./fields.ts";
import { didYouMean } from "./suggest.ts";
import type { RuleAction } from "./types.ts";
import { canonicalUntil } from "./until.ts";

const FORMS = ["fail", "warn", "ignore", "defer", "escalate", "requireVEX"] as const;
type Form = (typeof FORMS)[number];

const HINTS: Readonly<Record<Exclude<Form, "fail" | "warn">, string>> = {
  ignore: 'ignore: { until: "2027-01-31", justification: "why" }',
  defer: 'defer: { until: "2027-01-31" }',
  escalate: "escalate: { severity: critical }",
  requireVEX: "requireVEX: { vendors: [...], justifications: [...] }",
};

/** OpenVEX 0.2.0, "Status Justifications". */
export const justifications = [
  "component_not_present",
  "vulnerable_code_not_present",
  "vulnerable_code_not_in_execute_path",
  "vulnerable_code_cannot_be_controlled_by_adversary",
  "inline_mitigations_already_exist",
] as const;

const until = z
  .string({ error: "until is required: a date or an RFC 3339 time" })
  .transform((text, context) => {
    const canonical = canonicalUntil(text);
    if (canonical !== undefined) return canonical;
    const message = `${JSON.stringify(text.slice(0, 40))} is not a date (2027-01-31) or RFC 3339 time with zone`;
    context.addIssue({ code: "custom", message });
    return "";
  });
const justification = z
  .string({ error: "justification is required" })
  .transform((text) => text.trim())
  .pipe(z.string().min(1, "justification must say why").max(1000, "longer than 1000 characters"));

const fields = {
  ignore: z.strictObject({ until, justification }),
  defer: z.strictObject({ until }),
  escalate: z.strictObject({
    severity: z.enum(severities as readonly [Severity, ...Severity[]], {
      error: `expected one of ${severities.join(", ")}`,
    }),
    kev: flag.optional(),
    epss: epss.optional(),
  }),
  requireVEX: z
    .strictObject({
      vendors: lowerPatterns.optional(),
      justifications: list(
        z.enum(justifications, {
          error: ({ input }) => {
            const meant = typeof input === "string" ? didYouMean(input, justifications) : "";
            return `${show(input)} is no justification of OpenVEX${meant || `: ${justifications.join(", ")}`}`;
          },
        }),
      )
        .transform(sorted)
        .optional(),
    })
    .refine(({ vendors, justifications: given }) => vendors !== undefined || given !== undefined, {
      error: "requireVEX needs vendors, justifications or both",
    }),
};

/** A word (`fail`) or an object with one key (`ignore: {...}`). */
export const actionSchema = z.unknown().transform((value, context): RuleAction => {
  const refuse = (message: string, path: readonly PropertyKey[] = []): RuleAction => {
    context.addIssue({ code: "custom", message, path: [...path] });
    return { kind: "warn" };
  };
  if (value === undefined) return refuse(`a rule needs an action: ${FORMS.join(", ")}`);
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const form = typeof value === "string" ? value : keys[0];
  if (form === undefined || keys.length > 1) {
    return refuse(`expected one action: ${FORMS.join(", ")}`);
  }
  if (!isForm(form)) return refuse(`unknown action "${form.slice(0, 40)}"${didYouMean(form, FORMS)}`);
  if (form === "fail" || form === "warn") {
    return typeof value === "string"
      ? { kind: form }
      : refuse(`${form} takes no fields: write "action: ${form}"`);
  }
  if (typeof value === "string") return refuse(`${form} needs its fields: ${HINTS[form]}`);
  const given = (value as Record<string, unknown>)[form];
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return refuse(`${form} needs its fields: ${HINTS[form]}`, [form]);
  }
  const parsed = fields[form].safeParse(given);
  if (parsed.success) return { kind: form, ...parsed.data } as RuleAction;
  for (const issue of parsed.error.issues) {
    const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
    for (const key of unknown) {
      refuse(`unknown key "${key}"${didYouMean(key, Object.keys(fields[form].shape))}`, [form, key]);
    }
    if (unknown.length === 0) refuse(issue.message, [form, ...issue.path]);
  }
  return { kind: "warn" };
});

function isForm(text: string): text is Form {
  return (FORMS as readonly string[]).includes(text);
}
