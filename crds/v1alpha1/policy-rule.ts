// SPDX-License-Identifier: Apache-2.0
/**
 * One rule of the policy language as a resource may hold it: the same text as in a policy file (docs/policy.md).
 * Where the language takes a word or a list, the schema has no type but still bounds both. Unknown keys are kept,
 * never pruned: a rule that lost a mistyped matcher would match more than its author meant. The language's own
 * parser, in the ScanPolicy controller, refuses them by name.
 */
import { z } from "zod";
import { choice, flag, keyedListOf, shaped, text } from "./fields.ts";

const KEEP_UNKNOWN = "x-kubernetes-preserve-unknown-fields";
const MAX_RULES = 1000;
const MAX_ENTRIES = 500;
const MAX_PATTERN = 512;
/** In a form that both JavaScript and Go read; upper or lower case. */
const SEVERITY = new RegExp("^(>=\\s*)?(?i:critical|high|medium|low|unknown|none)$");
const EPSS = /^(>=|<=|>|<)\s*[01](\.[0-9]{1,6})?$/;

/** Text or a list of texts; both spellings mean the same. */
function oneOrMore(description: string, pattern?: RegExp) {
  const one = z.string().min(1).max(MAX_PATTERN);
  const item = pattern === undefined ? one : one.regex(pattern);
  const bounds = {
    minLength: 1,
    maxLength: MAX_PATTERN,
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
  };
  return z.union([item, z.array(item).min(1).max(MAX_ENTRIES)]).meta({
    description: `${description} One text or a list of them, of which one is enough.`,
    override: {
      ...bounds,
      minItems: 1,
      maxItems: MAX_ENTRIES,
      maxProperties: 0,
      items: { type: "string", ...bounds },
      [KEEP_UNKNOWN]: true,
    },
  });
}

const matchSchema = z
  .looseObject({
    image: oneOrMore("Globs over the image reference, repository@digest and digest.").exactOptional(),
    repo: oneOrMore("Globs over the repository, e.g. ghcr.io/acme/*.").exactOptional(),
    env: oneOrMore("The environment named in the StellaOps resource, e.g. prod.").exactOptional(),
    namespace: oneOrMore("Globs over the namespace in which the image runs, e.g. prod-*.").exactOptional(),
    purl: oneOrMore("Globs over the package URL, with or without version: pkg:npm/lodash@*.").exactOptional(),
    cve: oneOrMore("Vulnerability ids or aliases: CVE-2021-44228, GHSA-*.").exactOptional(),
    vendor: oneOrMore("Vendor of the package. Not acted on yet: the policy is refused.").exactOptional(),
    source: oneOrMore("Where the advisory comes from: osv, debian, alpine.").exactOptional(),
    path: oneOrMore("Globs over the path in the image; * stays in a folder, ** does not.").exactOptional(),
    layerDigest: oneOrMore("Layers, by digest of the uncompressed layer.").exactOptional(),
    usedByEntrypoint: flag(
      "Whether the entry program can load the package; false holds only where the entry point could be followed.",
    ).exactOptional(),
    severity: oneOrMore(
      'critical, high, medium, low, unknown or none; ">=high" means high and worse.',
      SEVERITY,
    ).exactOptional(),
    kev: flag("Whether the vulnerability is in CISA's list of known exploited ones.").exactOptional(),
    epss: z
      .union([z.number().min(0).max(1), z.string().min(1).max(16).regex(EPSS)])
      .meta({
        description:
          'Probability that it is exploited in the next 30 days, from 0 to 1: ">=0.5"; a bare number means at least.',
        override: {
          [KEEP_UNKNOWN]: true,
          minimum: 0,
          maximum: 1,
          maxLength: 16,
          pattern: EPSS.source,
          maxProperties: 0,
          maxItems: 0,
        },
      })
      .exactOptional(),
    fixAvailable: flag("Whether a version without the flaw is known.").exactOptional(),
    license: oneOrMore("SPDX licence ids of the package, e.g. GPL-3.0-*.").exactOptional(),
    ageDays: z
      .union([z.int().min(0), text("", 16)])
      .meta({
        description: "Days since the advisory was published. Not acted on yet: the policy is refused.",
        override: { "x-kubernetes-int-or-string": true, minimum: 0, maxLength: 16 },
      })
      .exactOptional(),
  })
  .meta({
    description:
      "Which findings the rule speaks of: every matcher given must hold; of a list one entry is enough. Nothing given matches every finding.",
    [KEEP_UNKNOWN]: true,
  });

const until = text(
  "Last day (2027-01-31, in UTC, that day included) or RFC 3339 time; after it the rule no longer counts.",
  40,
).min(10);

const ignoreSchema = z
  .looseObject({
    until,
    justification: text("Why it may be ignored; printed in every report that relies on it.", 1000).min(1),
  })
  .meta({
    description: "A waiver: the finding does not count until a day, for a stated reason.",
    [KEEP_UNKNOWN]: true,
  });
const deferSchema = z
  .looseObject({ until })
  .meta({ description: "Leaves the finding undecided until a day.", [KEEP_UNKNOWN]: true });
const escalateSchema = z
  .looseObject({
    severity: choice("The severity from here on.", ["critical", "high", "medium", "low", "unknown", "none"]),
  })
  .meta({
    description: "Changes the finding's severity and goes on to the next rule.",
    [KEEP_UNKNOWN]: true,
  });
const requireVexSchema = z
  .looseObject({
    vendors: oneOrMore("Whose statement is asked for.").exactOptional(),
    justifications: oneOrMore("Which justifications are good enough.").exactOptional(),
  })
  .meta({
    description: "Fails unless a VEX statement answers. Not acted on yet: the policy is refused.",
    [KEEP_UNKNOWN]: true,
  });

const FORMS = ["ignore", "defer", "escalate", "requireVEX"] as const;

const actionSchema = z
  .union([
    z.enum(["fail", "warn"]),
    z.strictObject({ ignore: ignoreSchema }),
    z.strictObject({ defer: deferSchema }),
    z.strictObject({ escalate: escalateSchema }),
    z.strictObject({ requireVEX: requireVexSchema }),
  ])
  .meta({
    description:
      "What follows: the word fail or warn, or one of the fields below, e.g. {ignore: {until, justification}}.",
    override: {
      [KEEP_UNKNOWN]: true,
      maxLength: 64,
      pattern: "^(fail|warn)$",
      minProperties: 1,
      maxProperties: 1,
      maxItems: 0,
      anyOf: FORMS.map((form) => ({ required: [form] })),
    },
  });

const ruleSchema = z
  .looseObject({
    name: shaped(
      "Names the rule in reports and events; unique in the policy.",
      /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/,
      63,
    ),
    match: matchSchema.exactOptional(),
    action: actionSchema,
  })
  .meta({ description: "One rule.", [KEEP_UNKNOWN]: true });

/** `spec.rules`, in the order in which they are tried. */
export const rulesField = keyedListOf(
  "Rules in the order in which they are tried: the first that matches a finding decides it, save escalate, which changes the finding and goes on. What no rule matches passes. docs/policy.md describes the language; `stella policy check` reads the same text.",
  ruleSchema,
  ["name"],
  MAX_RULES,
).min(1);
