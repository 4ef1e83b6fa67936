// SPDX-License-Identifier: Apache-2.0
/** The matchers of a rule as zod reads them into canonical form. Shape and meaning: docs/policy.md. */
import { z } from "zod";
import { severities } from "../severity.ts";
import type { Severity } from "../types.ts";
import { ageDays, epss, flag, lowerPatterns, paths, patterns, show, upperPatterns } from "./fields.ts";
import { didYouMean } from "./suggest.ts";
import type { RuleMatch } from "./types.ts";

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

/** Patterns, or `notIn` with patterns. */
const license = z.unknown().transform((value, context): NonNullable<RuleMatch["license"]> => {
  const isNotIn = typeof value === "object" && value !== null && !Array.isArray(value);
  const refuse = (message: string, path: readonly PropertyKey[] = []): void =>
    context.addIssue({ code: "custom", message, path: [...path] });
  if (isNotIn) {
    for (const key of Object.keys(value)) {
      if (key !== "notIn") refuse(`unknown key "${key.slice(0, 60)}"${didYouMean(key, ["notIn"])}`, [key]);
    }
    if (!Object.hasOwn(value, "notIn")) refuse("expected licences, or notIn with licences");
  }
  const given = isNotIn ? (value as { readonly notIn?: unknown }).notIn : value;
  const at = isNotIn ? ["notIn"] : [];
  if (isNotIn && given === undefined) return [];
  const parsed = patterns.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) refuse(issue.message, [...at, ...issue.path]);
  const items = parsed.data ?? [];
  const negated = items.find((item) => item.startsWith("!"));
  if (negated !== undefined) refuse(`${show(negated)}: for any other licence write { notIn: [...] }`, at);
  return isNotIn ? { notIn: items } : items;
});

export const matchSchema = z.strictObject({
  image: patterns.optional(),
  repo: patterns.optional(),
  env: patterns.optional(),
  namespace: patterns.optional(),
  purl: patterns.optional(),
  cve: upperPatterns.optional(),
  source: patterns.optional(),
  vendor: lowerPatterns.optional(),
  path: paths.optional(),
  layerDigest: patterns.optional(),
  severity: severity.optional(),
  kev: flag.optional(),
  malware: flag.optional(),
  epss: epss.optional(),
  fixAvailable: flag.optional(),
  usedByEntrypoint: flag.optional(),
  ageDays: ageDays.optional(),
  license: license.optional(),
});

/** What only a finding has. */
const VULNERABILITY_MATCHERS = [
  "severity",
  "cve",
  "kev",
  "malware",
  "epss",
  "fixAvailable",
  "source",
  "vendor",
  "ageDays",
] as const;

/** Whether the rule speaks of components by their licence, and of no vulnerability. */
export function isLicenseRule(match: Partial<Record<keyof RuleMatch, unknown>>): boolean {
  return match.license !== undefined && VULNERABILITY_MATCHERS.every((name) => match[name] === undefined);
}
