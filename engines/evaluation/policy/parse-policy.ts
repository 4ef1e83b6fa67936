// SPDX-License-Identifier: Apache-2.0
/** A policy from YAML text or from the rules of a `ScanPolicy` object, with every problem said at once. */
import { isMap, LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { evaluationErrors } from "../errors.ts";
import { knownKeys, rulesSchema } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import type { Policy, PolicyProblem, PolicyRule } from "./types.ts";

const MAX_CHARACTERS = 1024 * 1024;
const MAX_PROBLEMS = 20;
const MAX_DEPTH = 30;
const MAX_NAME = 253;
const FILE_KEYS = ["name", "description", "rules"];

type Path = readonly PropertyKey[];
interface Issue {
  readonly path: Path;
  readonly message: string;
}

/**
 * Reads a policy file (`rules:` at the top) or a whole `ScanPolicy` manifest (`spec.rules`).
 * A manifest's `metadata.name`, or a file's `name`, goes before `options.name`.
 * @throws POLICY_INVALID with line, column and path of each problem, at most 20
 */
export function parsePolicy(text: string, options: { readonly name: string }): Policy {
  if (text.length > MAX_CHARACTERS) throw refuse(options.name, [{ path: "", message: "larger than 1 MiB" }]);
  const lines = new LineCounter();
  const document = readYaml(text, lines, options.name);
  // Warnings are unknown tags: read as plain text they would pass for something that they are not.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw refuse(
      options.name,
      faults.map((error) => ({
        ...position(lines, error.pos[0]),
        path: "",
        message: firstLine(error.message),
      })),
    );
  }
  const at = (issues: readonly Issue[]): readonly PolicyProblem[] =>
    issues
      .map((issue) => ({ offset: offsetOf(document, issue.path), issue }))
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, issue: { path, message } }) => ({
        ...position(lines, offset),
        path: pathText(path),
        message,
      }));
  const { name, prefix, rules, issues } = locateRules(toPlain(document, options.name));
  const parsed = parseRules(rules, prefix);
  const all = [...issues, ...(issues.length > 0 && rules === undefined ? [] : parsed.issues)];
  if (all.length > 0) throw refuse(options.name, at(all));
  return { name: (name ?? options.name).slice(0, MAX_NAME), rules: parsed.rules };
}

/** From rules already parsed (a custom resource's `spec.rules`). @throws POLICY_INVALID with paths from `rules` on */
export function policyFromRules(rules: unknown, options: { readonly name: string }): Policy {
  if (tooDeep(rules)) throw refuse(options.name, [{ path: "rules", message: "nested too deeply" }]);
  const parsed = parseRules(rules, []);
  if (parsed.issues.length > 0) {
    throw refuse(
      options.name,
      parsed.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message })),
    );
  }
  return { name: options.name, rules: parsed.rules };
}

function readYaml(text: string, lines: LineCounter, name: string): Document.Parsed {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  } catch (cause) {
    throw refuse(name, [{ path: "", message: "not readable as YAML (nested too deeply?)" }], cause);
  }
}

function toPlain(document: Document.Parsed, name: string): unknown {
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw refuse(name, [{ path: "", message: "aliases that do not resolve or expand too far" }], cause);
  }
  if (tooDeep(plain)) throw refuse(name, [{ path: "", message: "nested too deeply" }]);
  return plain;
}

interface Located {
  readonly name?: string;
  readonly prefix: Path;
  readonly rules: unknown;
  readonly issues: readonly Issue[];
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
  return { ...(typeof name === "string" ? { name } : {}), prefix: ["spec"], rules, issues };
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

function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key "${key.slice(0, 60)}"${didYouMean(key, known)}`;
}

/** Where the path starts in the text: the key of its last part where there is one, else the nearest parent. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => (item.key as { value?: unknown } | null)?.value === last);
      const range = (pair?.key as { range?: readonly number[] } | undefined)?.range;
      if (range?.[0] !== undefined) return range[0];
    }
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
    if (node?.range?.[0] !== undefined) return node.range[0];
  }
  return document.contents?.range[0] ?? 0;
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** `spec.rules[2].match.severity` */
function pathText(path: Path): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`))
    .join("");
}

function refuse(name: string, problems: readonly PolicyProblem[], cause?: unknown): Error {
  const shown = problems.slice(0, MAX_PROBLEMS);
  const text = shown.map((problem) => describe(name, problem));
  if (problems.length > shown.length) text.push(`${name}: and ${problems.length - shown.length} more`);
  return evaluationErrors.make("POLICY_INVALID", text.join("\n"), {
    ...(cause === undefined ? {} : { cause }),
    data: { policy: name, problems: shown },
  });
}

function describe(name: string, { line, column, path, message }: PolicyProblem): string {
  const where = line === undefined ? name : `${name}:${line}:${column ?? 1}`;
  return path === "" ? `${where}: ${message}` : `${where}: ${path}: ${message}`;
}

function tooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth >= MAX_DEPTH || Object.values(value).some((item) => tooDeep(item, depth + 1));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
