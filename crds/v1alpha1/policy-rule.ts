// SPDX-License-Identifier: Apache-2.0
/**
 * One rule of the policy language as a resource may hold it: the same text as in a policy file (docs/policy.md).
 * Where the language takes a word or a list, the schema has no type but still bounds both. Unknown keys are kept,
 * never pruned: a rule that lost a mistyped matcher would match more than its author meant. The language's own
 * parser refuses them by name, in the webhook when the policy is applied, and in the ScanPolicy controller.
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
const AGE_DAYS = /^(>=|<=|>|<)\s*[0-9]{1,5}$/;
const MAX_AGE_DAYS = 36_500;
/** The labels of OpenVEX 0.2.0. */
const JUSTIFICATION = new RegExp(
  "^(component_not_present|vulnerable_code_not_present|vulnerable_code_not_in_execute_path|vulnerable_code_cannot_be_controlled_by_adversary|inline_mitigations_already_exist)$",
);

const ONE_OR_MORE = "One text or a list of them, of which one is enough.";

function oneOrMoreParts(pattern?: RegExp) {
  const one = z.string().min(1).max(MAX_PATTERN);
  const item = pattern === undefined ? one : one.regex(pattern);
  const bounds = {
    minLength: 1,
    maxLength: MAX_PATTERN,
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
  };
  const override = {
    ...bounds,
    minItems: 1,
    maxItems: MAX_ENTRIES,
    items: { type: "string", ...bounds },
    [KEEP_UNKNOWN]: true,
  };
  return { forms: [item, z.array(item).min(1).max(MAX_ENTRIES)] as const, override };
}

/** Text or a list of texts; both spellings mean the same. */
function oneOrMore(description: string, pattern?: RegExp) {
  const { forms, override } = oneOrMoreParts(pattern);
  return z
    .union(forms)
    .meta({ description: `${description} ${ONE_OR_MORE}`, override: { ...override, maxProperties: 0 } });
}

/** The same, or `notIn` with it. */
function oneOrMoreOrNone(description: string, notIn: string) {
  const { forms, override } = oneOrMoreParts();
  return z.union([...forms, z.strictObject({ notIn: oneOrMore(notIn) })]).meta({
    description: `${description} ${ONE_OR_MORE}`,
    override: { ...override, minProperties: 1, maxProperties: 1 },
  });
}

function probability(description: string) {
  return z.union([z.number().min(0).max(1), z.string().min(1).max(16).regex(EPSS)]).meta({
    description,
    override: {
      [KEEP_UNKNOWN]: true,
      minimum: 0,
      maximum: 1,
      maxLength: 16,
      pattern: EPSS.source,
      maxProperties: 0,
      maxItems: 0,
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
    vendor: oneOrMore("Who publishes the advisory: debian, redhat, github.").exactOptional(),
    source: oneOrMore(
      "How the advisory came here, by its format: osv, debian/*, alpine/secdb.",
    ).exactOptional(),
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
    malware: flag("Whether the package itself is malicious, and no flaw of it.").exactOptional(),
    epss: probability(
      'Probability that it is exploited in the next 30 days, from 0 to 1: ">=0.5"; a bare number means at least.',
    ).exactOptional(),
    fixAvailable: flag("Whether a version without the flaw is known.").exactOptional(),
    license: oneOrMoreOrNone(
      "SPDX licences that the package can't be used without accepting one of, e.g. GPL-3.0*; NOASSERTION: none is known. Without a matcher that is about vulnerabilities the rule judges packages, not findings.",
      "Can't be used without accepting a licence that is not among these.",
    ).exactOptional(),
    ageDays: z
      .union([z.int().min(0).max(MAX_AGE_DAYS), z.string().min(1).max(16).regex(AGE_DAYS)])
      .meta({
        description:
          'Whole days since an advisory was first published: ">=30"; a bare number means at least.',
        override: {
          "x-kubernetes-int-or-string": true,
          minimum: 0,
          maximum: MAX_AGE_DAYS,
          maxLength: 16,
          pattern: AGE_DAYS.source,
        },
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
    kev: flag("Only where the vulnerability is known to be exploited, or is not.").exactOptional(),
    epss: probability('Only where exploitation is so probable: ">=0.5".').exactOptional(),
  })
  .meta({
    description:
      "Raises the finding's severity and goes on to the next rule. Of the conditions given one is enough.",
    [KEEP_UNKNOWN]: true,
  });
const requireVexSchema = z
  .looseObject({
    vendors: oneOrMore("Names of VexSources, * as wildcard, whose answer counts.").exactOptional(),
    justifications: oneOrMore(
      "Justifications of not_affected that are good enough, as OpenVEX calls them.",
      JUSTIFICATION,
    ).exactOptional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, "vendors, justifications or both")
  .meta({
    description:
      "Fails unless a VEX statement answers the finding; an answer by anyone else or for another reason does not count.",
    minProperties: 1,
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
