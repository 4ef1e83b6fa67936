// SPDX-License-Identifier: Apache-2.0
/** Parameter expansion, `${...}`: POSIX.1-2024, Shell Command Language, 2.6.2, with bash's additions. */
import type { ParameterExpansionPart, ParameterOperation, Word } from "unbash";
import { bounded, isEmpty, isKnown, UNKNOWN } from "../unknown.ts";
import type { Evaluator } from "./evaluator.ts";
import { cut, replaced } from "./pattern.ts";
import { textOf, valueOf } from "./variables.ts";
import type { Value, World } from "./world.ts";

/** `quoted`: as it stands; `split`: cut into fields, wildcards count; `wildcard`: a part of a pattern. */
export type Piece =
  | { readonly kind: "text"; readonly text: string; readonly mode: "quoted" | "split" | "wildcard" }
  | {
      readonly kind: "list";
      readonly items: readonly string[];
      readonly isQuoted: boolean;
      readonly isJoined: boolean;
    };

/** What an expansion stands in, and how the words within it are expanded. */
export interface Surroundings {
  readonly world: World;
  readonly evaluator: Evaluator;
  readonly text: (word: Word) => string;
  readonly pattern: (word: Word) => string;
  readonly pieces: (word: Word, isQuoted: boolean) => Piece[];
}

const NAME = /^[A-Za-z_]\w*$/;

export function parameterPieces(part: ParameterExpansionPart, isQuoted: boolean, at: Surroundings): Piece[] {
  const value = selected(part, at);
  if (part.prefix === "#") return [plain(lengthOf(value), isQuoted)];
  const { operation } = part;
  if (operation?.type === "Default") return withDefault(part, operation, value, isQuoted, at);
  const isList = typeof value === "object" && isAll(part);
  if (operation?.type === "Slice" && isList) {
    const offset = Number(at.text(operation.offset));
    if (!Number.isInteger(offset)) return [plain(UNKNOWN, isQuoted)];
    const length = operation.length && Number(at.text(operation.length));
    const items = part.parameter === "@" || part.parameter === "*" ? [at.world.zero, ...value] : value;
    return [list(items.slice(offset, length === undefined ? undefined : offset + length), part, isQuoted)];
  }
  const change = (text: string): string => (operation ? (changed(text, operation, at) ?? UNKNOWN) : text);
  return isList ? [list(value.map(change), part, isQuoted)] : [plain(change(textOf(value)), isQuoted)];
}

const plain = (text: string, isQuoted: boolean): Piece => ({
  kind: "text",
  text: bounded(text),
  mode: isQuoted ? "quoted" : "split",
});

function list(items: readonly string[], part: ParameterExpansionPart, isQuoted: boolean): Piece {
  const isJoined = part.parameter === "*" || part.index?.value === "*";
  return { kind: "list", items, isQuoted, isJoined };
}

const isAll = ({ parameter, index }: ParameterExpansionPart): boolean =>
  index === undefined ? parameter === "@" || parameter === "*" : index.value === "@" || index.value === "*";

/** The parameter's value before any operation, led through `!` and an index. */
function selected(part: ParameterExpansionPart, at: Surroundings): Value | undefined {
  let value = valueOf(part.parameter, at.world, at.evaluator);
  if (part.prefix === "!") {
    const name = textOf(value);
    if (part.index || part.operation?.type === "Names" || !isKnown(name)) return UNKNOWN;
    if (!NAME.test(name) && !/^\d+$/.test(name)) return undefined;
    value = valueOf(name, at.world, at.evaluator);
  }
  if (!part.index || value === undefined || isAll(part))
    return typeof value === "string" && part.index ? [value] : value;
  const index = at.text(part.index);
  if (!/^-?\d+$/.test(index)) return UNKNOWN;
  return (typeof value === "string" ? [value] : value).at(Number(index));
}

function lengthOf(value: Value | undefined): string {
  if (typeof value === "object")
    return value.some((item) => item === UNKNOWN) ? UNKNOWN : String(value.length);
  const text = value ?? "";
  return isKnown(text) ? String(text.length) : UNKNOWN;
}

function withDefault(
  part: ParameterExpansionPart,
  { operator, operand }: { operator: string; operand: Word },
  value: Value | undefined,
  isQuoted: boolean,
  at: Surroundings,
): Piece[] {
  const isAbsent = absent(value, operator.startsWith(":"), isAll(part));
  const own = (): Piece[] =>
    typeof value === "object" && isAll(part)
      ? [list(value, part, isQuoted)]
      : [plain(textOf(value), isQuoted)];
  if (isAbsent === undefined) return [plain(UNKNOWN, isQuoted)];
  switch (operator.at(-1)) {
    case "+":
      return isAbsent ? [] : at.pieces(operand, isQuoted);
    case "=": {
      if (!isAbsent) return own();
      const text = at.text(operand);
      if (NAME.test(part.parameter) && !part.index && !part.prefix) at.world.set(part.parameter, text);
      return [plain(text, isQuoted)];
    }
    case "?": // whoever runs the image has to set it
      return isAbsent ? [plain(UNKNOWN, isQuoted)] : own();
    default:
      return isAbsent ? at.pieces(operand, isQuoted) : own();
  }
}

function absent(value: Value | undefined, orEmpty: boolean, isWhole: boolean): boolean | undefined {
  if (value === undefined) return true;
  if (typeof value === "object" && (isWhole || value.length === 0)) {
    if (value.length === 0) return true;
    return orEmpty && value.length === 1 ? isEmpty(value[0] ?? "") : false;
  }
  const text = textOf(value);
  return orEmpty || text === UNKNOWN ? isEmpty(text) : false;
}

function changed(
  text: string,
  operation: Exclude<ParameterOperation, { type: "Default" }>,
  at: Surroundings,
): string | undefined {
  const { budget } = at.evaluator;
  switch (operation.type) {
    case "Remove": {
      const pattern = at.pattern(operation.operand);
      const end = operation.operator.startsWith("#") ? "prefix" : "suffix";
      return cut(text, pattern, end, operation.operator.length > 1, budget);
    }
    case "Replace": {
      const pattern = at.pattern(operation.pattern);
      return replaced(text, pattern, at.text(operation.replacement), operation.operator);
    }
    case "Slice": {
      const offset = Number(at.text(operation.offset));
      const length = operation.length && Number(at.text(operation.length));
      if (!isKnown(text) || !Number.isInteger(offset)) return undefined;
      if (length === undefined) return text.slice(offset);
      if (!Number.isInteger(length)) return undefined;
      const start = offset < 0 ? Math.max(text.length + offset, 0) : offset;
      return length < 0 ? text.slice(start, text.length + length) : text.slice(start, start + length);
    }
    case "CaseModification":
      if (operation.operand || !isKnown(text)) return undefined;
      if (operation.operator === "^^") return text.toUpperCase();
      if (operation.operator === ",,") return text.toLowerCase();
      return undefined;
    case "Transform":
    case "Names":
    case "Unknown":
      return undefined;
  }
}
