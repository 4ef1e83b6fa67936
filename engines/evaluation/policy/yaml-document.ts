// SPDX-License-Identifier: Apache-2.0
/** YAML that people write by hand: its value, and where in the text each part of it stands, so that every problem has a place. */
import { isMap, LineCounter, type Document } from "yaml";
import { composeYaml } from "../compose-yaml.ts";
import { evaluationErrors } from "../errors.ts";
import { cut } from "../verdict.ts";
import { didYouMean } from "./suggest.ts";
import type { PolicyProblem } from "./types.ts";

const MAX_CHARACTERS = 1024 * 1024;
const MAX_PROBLEMS = 20;
/** Problems whose place is looked for, which takes time that grows with the text; far more than one makes by mistake. */
const MAX_PLACED = 1000;
const MAX_DEPTH = 30;
/** The reader of YAML quotes what it stumbles over. */
const MAX_MESSAGE = 200;

export type Path = readonly PropertyKey[];
export interface Issue {
  readonly path: Path;
  readonly message: string;
}

type Code = "POLICY_INVALID" | "POLICY_CASES_INVALID";

export interface YamlDocument {
  readonly value: unknown;
  /** The issues as one error, in the order of the text, the first 20 with line, column and path. */
  refusal(issues: readonly Issue[]): Error;
}

/** @throws the code given, for text that is too large, no YAML, too deep, or of unknown tags */
export function readYamlDocument(text: string, name: string, code: Code): YamlDocument {
  const fail = (problems: readonly PolicyProblem[], cause?: unknown): Error =>
    refusalOf(code, name, problems, cause);
  if (text.length > MAX_CHARACTERS) throw fail([{ path: "", message: "larger than 1 MiB" }]);
  const lines = new LineCounter();
  const document = parsed(text, lines, fail);
  // Warnings are unknown tags: read as plain text they would pass for something that they are not.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw fail(
      faults.map((error) => ({
        ...position(lines, error.pos[0]),
        path: "",
        message: cut(error.message.split("\n", 1)[0] ?? "", MAX_MESSAGE),
      })),
    );
  }
  return {
    value: plainValue(document, fail),
    refusal: (issues) => {
      const placed = issues
        .slice(0, MAX_PLACED)
        .map((issue) => ({ offset: offsetOf(document, issue.path), issue }))
        .sort((a, b) => a.offset - b.offset)
        .map(({ offset, issue: { path, message } }) => ({
          ...position(lines, offset),
          path: pathText(path),
          message,
        }));
      return fail([
        ...placed,
        ...issues.slice(MAX_PLACED).map(({ path, message }) => ({ path: pathText(path), message })),
      ]);
    },
  };
}

/** For problems that have no place in a text. */
export function refusalOf(
  code: Code,
  name: string,
  problems: readonly PolicyProblem[],
  cause?: unknown,
): Error {
  const shown = problems.slice(0, MAX_PROBLEMS);
  const text = shown.map((problem) => describe(name, problem));
  if (problems.length > shown.length) text.push(`${name}: and ${problems.length - shown.length} more`);
  return evaluationErrors.make(code, text.join("\n"), {
    ...(cause === undefined ? {} : { cause }),
    data: { policy: name, problems: shown },
  });
}

/** `spec.rules[2].match.severity` */
export function pathText(path: Path): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`))
    .join("");
}

export function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key "${key.slice(0, 60)}"${didYouMean(key, known)}`;
}

export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth >= MAX_DEPTH || Object.values(value).some((item) => isTooDeep(item, depth + 1));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Fail = (problems: readonly PolicyProblem[], cause?: unknown) => Error;

function parsed(text: string, lines: LineCounter, fail: Fail): Document.Parsed {
  try {
    const document = composeYaml(text, { lineCounter: lines, logLevel: "error", maxDepth: MAX_DEPTH });
    if (document !== undefined) return document;
  } catch (cause) {
    throw fail([{ path: "", message: "not readable as YAML (nested too deeply?)" }], cause);
  }
  throw fail([{ path: "", message: "not readable as YAML" }]);
}

function plainValue(document: Document.Parsed, fail: Fail): unknown {
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw fail([{ path: "", message: "aliases that do not resolve or expand too far" }], cause);
  }
  if (isTooDeep(plain)) throw fail([{ path: "", message: "nested too deeply" }]);
  return plain;
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

function describe(name: string, { line, column, path, message }: PolicyProblem): string {
  const where = line === undefined ? name : `${name}:${line}:${column ?? 1}`;
  return path === "" ? `${where}: ${message}` : `${where}: ${path}: ${message}`;
}
