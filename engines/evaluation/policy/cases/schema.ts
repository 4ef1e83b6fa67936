// SPDX-License-Identifier: Apache-2.0
/** The file of test cases as zod reads it. Facts are named as the matchers that ask for them: docs/policy.md. */
import { z } from "zod";
import { isDigest } from "#lib/digest.ts";
import { parsePurl } from "#lib/purl/index.ts";
import { severities } from "../../severity.ts";
import type { Severity } from "../../types.ts";
import { flag, list, show } from "../fields.ts";
import { canonicalUntil } from "../until.ts";

const MAX_CASES = 1000;
const MAX_FACTS = 200;
/** Of the world in which nothing is said of the time. */
export const EXAMPLE = "pkg:npm/example@1.0.0";

const text = z
  .string({ error: "expected text" })
  .min(1, "must not be empty")
  .max(512, "longer than 512 characters");
const texts = list(text);

const purl = text.transform((value, context) => {
  try {
    parsePurl(value);
  } catch {
    context.addIssue({ code: "custom", message: `${show(value)} is no purl; write e.g. ${EXAMPLE}` });
  }
  return value;
});

const digest = text.transform((value, context) => {
  if (!isDigest(value)) context.addIssue({ code: "custom", message: `${show(value)} is no sha256 digest` });
  return value;
});

/** Milliseconds since 1970; of a date its beginning in UTC. */
const now = z.string({ error: "expected a date or an RFC 3339 time" }).transform((value, context): number => {
  const canonical = canonicalUntil(value);
  if (canonical === undefined) {
    const message = `${show(value)} is not a date (2027-01-31) or RFC 3339 time with zone`;
    context.addIssue({ code: "custom", message });
    return 0;
  }
  return Date.parse(canonical);
});

const actions = ["fail", "warn", "ignore", "defer", "none"] as const;
const outcomes = [...actions, "suppressed"] as const;
export type ExpectedOutcome = (typeof outcomes)[number];

function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: ({ input }) => `${show(input)} is none of ${words.join(", ")}` });
}

/** A word, or what is decided and by which rule. */
const expectation = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.preprocess(
    (value) => (typeof value === "string" ? { action: value } : value),
    z
      .strictObject(
        { action: oneOf(words).optional(), rule: text.optional(), severity: severity.optional() },
        {
          error: ({ code }) =>
            code === "invalid_type" ? "expected an action, or action and rule" : undefined,
        },
      )
      .refine((fields) => Object.keys(fields).length > 0, "expects nothing"),
  );

const severity = z.enum(severities as readonly [Severity, ...Severity[]], {
  error: ({ input }) => `${show(input)} is not a severity (${severities.join(", ")})`,
});

/** What a package may be asked for, with or without a vulnerability. */
const place = {
  purl: purl.optional(),
  license: texts.optional(),
  path: texts.optional(),
  layerDigest: digest.optional(),
  usedByEntrypoint: flag.optional(),
};

const vexSchema = z.strictObject({
  by: text,
  status: oneOf(["not_affected", "fixed", "affected", "under_investigation"]),
  /** A label of OpenVEX, or whatever the statement says instead. */
  justification: text.optional(),
});

const findingSchema = z.strictObject({
  ...place,
  cve: text,
  aliases: texts.optional(),
  source: texts.optional(),
  vendor: texts.optional(),
  severity: severity.optional(),
  kev: flag.optional(),
  malware: flag.optional(),
  epss: z.number({ error: "expected a number from 0 to 1" }).min(0).max(1).optional(),
  fixAvailable: flag.optional(),
  ageDays: z.int({ error: "expected a whole number of days" }).min(0).max(36_500).optional(),
  vex: vexSchema.optional(),
  expect: expectation(outcomes).optional(),
});

const componentSchema = z.strictObject({ ...place, expect: expectation(actions).optional() });

const contextSchema = z.strictObject({
  image: text.optional(),
  repo: text.optional(),
  namespace: text.optional(),
  env: text.optional(),
});

const caseSchema = z
  .strictObject(
    {
      name: text,
      now: now.optional(),
      context: contextSchema.optional(),
      findings: z.array(findingSchema).max(MAX_FACTS, `more than ${MAX_FACTS}`).optional(),
      components: z.array(componentSchema).max(MAX_FACTS, `more than ${MAX_FACTS}`).optional(),
      verdict: oneOf(["pass", "warn", "fail"]).optional(),
    },
    {
      error: ({ code }) =>
        code === "invalid_type"
          ? "expected a case with name, findings or components, and verdict"
          : undefined,
    },
  )
  .superRefine(({ verdict, findings = [], components = [] }, context) => {
    const isTold = [...findings, ...components].some(({ expect }) => expect !== undefined);
    if (verdict !== undefined || isTold) return;
    context.addIssue({
      code: "custom",
      message: "the case expects nothing: say verdict, or expect of a finding",
    });
  });

export const casesSchema = z.strictObject({
  description: z.string().optional(),
  now: now.optional(),
  context: contextSchema.optional(),
  cases: z
    .array(caseSchema, { error: "expected a list of cases" })
    .min(1, "a file of cases needs at least one")
    .max(MAX_CASES, `more than ${MAX_CASES} cases`),
});

export type CasesFile = z.output<typeof casesSchema>;
export type PolicyCase = CasesFile["cases"][number];
export type CaseFinding = z.output<typeof findingSchema>;
export type CaseComponent = z.output<typeof componentSchema>;
export type Expectation = NonNullable<CaseFinding["expect"]>;

/** Known keys by the nearest name in the path, for "did you mean". */
export const knownCaseKeys: Readonly<Record<string, readonly string[]>> = {
  "": Object.keys(casesSchema.shape),
  cases: Object.keys(caseSchema.shape),
  context: Object.keys(contextSchema.shape),
  findings: Object.keys(findingSchema.shape),
  components: Object.keys(componentSchema.shape),
  vex: Object.keys(vexSchema.shape),
  expect: ["action", "rule", "severity"],
};
