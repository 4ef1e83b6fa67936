// SPDX-License-Identifier: Apache-2.0
/** A policy from YAML text or from the rules of a `ScanPolicy` object, with every problem said at once. */
import type { z } from "zod";
import { knownKeys, rulesSchema } from "./schema.ts";
import type { Policy, PolicyRule } from "./types.ts";
import {
  isRecord,
  isTooDeep,
  pathText,
  readYamlDocument,
  refusalOf,
  unknownKey,
  type Issue,
  type Path,
} from "./yaml-document.ts";

const MAX_NAME = 253;
const FILE_KEYS = ["name", "description", "rules"];

interface ParseOptions {
  readonly name: string;
  /** How problems name the text; the name unless given. */
  readonly file?: string;
  /** What else is wrong with a ScanPolicy manifest; what lies in or around a problem of the rules is told once. */
  readonly manifestIssues?: (manifest: Readonly<Record<string, unknown>>) => readonly Issue[];
}

/**
 * Reads a policy file (`rules:` at the top) or a whole `ScanPolicy` manifest (`spec.rules`).
 * A manifest's `metadata.name`, or a file's `name`, goes before `options.name`.
 * @throws POLICY_INVALID with line, column and path of each problem, at most 20
 */
export function parsePolicy(text: string, options: ParseOptions): Policy {
  const document = readYamlDocument(text, options.file ?? options.name, "POLICY_INVALID");
  const { name, prefix, rules, issues, manifest } = locateRules(document.value);
  const parsed = parseRules(rules, prefix);
  const own = [...issues, ...(issues.length > 0 && rules === undefined ? [] : parsed.issues)];
  const more = manifest === undefined ? [] : (options.manifestIssues?.(manifest) ?? []);
  const all = [...own, ...withoutOverlaps(more, own)];
  if (all.length > 0) throw document.refusal(all);
  return { name: (name ?? options.name).slice(0, MAX_NAME), rules: parsed.rules };
}

/** Those that lie neither in a place of `own` nor around one, `spec` as a whole aside. */
function withoutOverlaps(more: readonly Issue[], own: readonly Issue[]): readonly Issue[] {
  const places = new Set(own.map(({ path }) => pathText(path)));
  const around = new Set(own.flatMap(({ path }) => prefixesOf(path)));
  return more.filter(
    ({ path }) => !around.has(pathText(path)) && !prefixesOf(path).some((prefix) => places.has(prefix)),
  );
}

/** Of more than one part, the whole path with them. */
const prefixesOf = (path: Path): readonly string[] =>
  path.slice(1).map((_, index) => pathText(path.slice(0, index + 2)));

/** From rules already parsed (a custom resource's `spec.rules`). @throws POLICY_INVALID with paths from `rules` on */
export function policyFromRules(rules: unknown, options: { readonly name: string }): Policy {
  if (isTooDeep(rules)) {
    throw refusalOf("POLICY_INVALID", options.name, [{ path: "rules", message: "nested too deeply" }]);
  }
  const parsed = parseRules(rules, []);
  if (parsed.issues.length > 0) {
    throw refusalOf(
      "POLICY_INVALID",
      options.name,
      parsed.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message })),
    );
  }
  return { name: options.name, rules: parsed.rules };
}

interface Located {
  readonly name?: string;
  readonly prefix: Path;
  readonly rules: unknown;
  readonly issues: readonly Issue[];
  /** Of a ScanPolicy. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

function locateRules(plain: unknown): Located {
  if (!isRecord(plain)) {
    return {
      prefix: [],
      rules: undefined,
      issues: [{ path: [], message: "expected a policy: a mapping with rules" }],
    };
  }
  if ("kind" in plain || "apiVersion" in plain) return locateInManifest(plain);
  const issues = Object.keys(plain)
    .filter((key) => !FILE_KEYS.includes(key))
    .map((key) => ({ path: [key], message: unknownKey(key, FILE_KEYS) }));
  const name = plain["name"];
  if (name !== undefined && typeof name !== "string")
    issues.push({ path: ["name"], message: "expected text" });
  if (!("rules" in plain)) issues.push({ path: [], message: "rules is required" });
  return { ...(typeof name === "string" ? { name } : {}), prefix: [], rules: plain["rules"], issues };
}

function locateInManifest(manifest: Record<string, unknown>): Located {
  if (manifest["kind"] !== "ScanPolicy") {
    return {
      prefix: ["spec"],
      rules: undefined,
      issues: [{ path: ["kind"], message: 'expected kind "ScanPolicy", or a file with rules at the top' }],
    };
  }
  const metadata = manifest["metadata"];
  const name = isRecord(metadata) ? metadata["name"] : undefined;
  const spec = manifest["spec"];
  const rules = isRecord(spec) ? spec["rules"] : undefined;
  const issues = rules === undefined ? [{ path: ["spec"], message: "spec.rules is required" }] : [];
  return { ...(typeof name === "string" ? { name } : {}), prefix: ["spec"], rules, issues, manifest };
}

function parseRules(
  input: unknown,
  prefix: Path,
): { rules: readonly PolicyRule[]; issues: readonly Issue[] } {
  const parsed = rulesSchema.safeParse(input);
  if (parsed.success) return { rules: parsed.data, issues: [] };
  return { rules: [], issues: parsed.error.issues.flatMap((issue) => expand(issue, [...prefix, "rules"])) };
}

/** Unknown keys come as one issue at their parent; each gets its own place and a suggestion. */
function expand(issue: z.core.$ZodIssue, prefix: Path): readonly Issue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  const known = issue.path.at(-1) === "match" ? knownKeys.match : knownKeys.rule;
  return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
}
