// SPDX-License-Identifier: Apache-2.0
/** Word expansion: POSIX.1-2024, Shell Command Language, 2.6. */
import type { Word, WordPart } from "unbash";
import { bounded, isKnown, UNKNOWN } from "../unknown.ts";
import type { Evaluator } from "./evaluator.ts";
import { glob } from "./glob.ts";
import { parameterPieces, type Piece } from "./parameter.ts";
import { escapePattern, hasWildcard, unescapePattern } from "./pattern.ts";
import { textOf, valueOf } from "./variables.ts";
import type { World } from "./world.ts";

/** Words of one command. */
const MAX_FIELDS = 4096;

function piecesOf(word: Word, isQuoted: boolean, world: World, evaluator: Evaluator): Piece[] {
  const { parts } = word;
  if (!parts)
    return word.text === ""
      ? []
      : [quoted(isQuoted ? word.value : untilded(word.value, word.text, world, evaluator))];
  return parts.flatMap((part, index) => {
    const pieces = partPieces(part, isQuoted, world, evaluator);
    if (index > 0 || isQuoted || part.type !== "Literal") return pieces;
    return [quoted(untilded(part.value, part.text, world, evaluator))];
  });
}

const quoted = (text: string): Piece => ({ kind: "text", text, mode: "quoted" });

function untilded(value: string, text: string, world: World, evaluator: Evaluator): string {
  if (text !== "~" && !text.startsWith("~/")) return value;
  return textOf(valueOf("HOME", world, evaluator)) + value.slice(1);
}

function partPieces(part: WordPart, isQuoted: boolean, world: World, evaluator: Evaluator): Piece[] {
  const mode = isQuoted ? "quoted" : "split";
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
    case "AnsiCQuoted":
      return [quoted(part.value)];
    case "Glob":
      return [{ kind: "text", text: part.text, mode: isQuoted ? "quoted" : "wildcard" }];
    case "DoubleQuoted":
    case "LocaleString":
      return doubleQuoted(part.parts, world, evaluator);
    case "SimpleExpansion":
      return simplePieces(part.text.slice(1), isQuoted, world, evaluator);
    case "ParameterExpansion":
      return evaluator.budget.nested(() =>
        parameterPieces(part, isQuoted, {
          world,
          evaluator,
          text: (word) => expandText(word, world, evaluator),
          pattern: (word) => expandPattern(word, world, evaluator),
          pieces: (word, isInQuotes) => piecesOf(word, isInQuotes, world, evaluator),
        }),
      );
    case "CommandExpansion": {
      const text = evaluator.budget.nested(() => evaluator.substitute(part.script, world));
      return [{ kind: "text", text: bounded(text), mode }];
    }
    case "ArithmeticExpansion":
    case "ProcessSubstitution":
    case "ExtendedGlob":
    case "BraceExpansion":
      return [{ kind: "text", text: UNKNOWN, mode }];
  }
}

function doubleQuoted(parts: readonly WordPart[], world: World, evaluator: Evaluator): Piece[] {
  const pieces = parts.flatMap((part) => partPieces(part, true, world, evaluator));
  const isBare = pieces.length > 0 && pieces.every((piece) => piece.kind === "list" && !piece.isJoined);
  return isBare ? pieces : [quoted(""), ...pieces]; // "$@" of no parameters is no word, "" is one
}

function simplePieces(name: string, isQuoted: boolean, world: World, evaluator: Evaluator): Piece[] {
  const value = valueOf(name, world, evaluator);
  if ((name === "@" || name === "*") && typeof value === "object")
    return [{ kind: "list", items: value, isQuoted, isJoined: name === "*" }];
  return [{ kind: "text", text: bounded(textOf(value)), mode: isQuoted ? "quoted" : "split" }];
}

function separators(world: World): string {
  const ifs = world.variables.get("IFS")?.value;
  return typeof ifs === "string" && isKnown(ifs) ? ifs : " \t\n";
}

/** One text, as in an assignment: not split, no file names. */
export function expandText(word: Word, world: World, evaluator: Evaluator): string {
  evaluator.budget.spend();
  const pieces = piecesOf(word, false, world, evaluator);
  return bounded(pieces.map((piece) => pieceText(piece, world)).join(""));
}

function pieceText(piece: Piece, world: World): string {
  if (piece.kind === "text") return piece.text;
  return piece.items.join(piece.isJoined ? separators(world).charAt(0) : " ");
}

/** A pattern in which what was quoted has backslashes. */
export function expandPattern(word: Word, world: World, evaluator: Evaluator): string {
  evaluator.budget.spend();
  return piecesOf(word, false, world, evaluator)
    .map((piece) => {
      const text = pieceText(piece, world);
      const isLiteral = piece.kind === "text" ? piece.mode === "quoted" : piece.isQuoted;
      return isLiteral ? escapePattern(text) : text;
    })
    .join("");
}

/** The words of a command, with file names in the place of wildcards. */
export function expandWords(words: readonly Word[], world: World, evaluator: Evaluator): string[] {
  const result: string[] = [];
  for (const word of words) {
    evaluator.budget.spend();
    const fields = new Fields(separators(world));
    for (const piece of piecesOf(word, false, world, evaluator)) fields.add(piece);
    for (const field of fields.end()) {
      const names = hasWildcard(field)
        ? glob(field, world.workingDir, evaluator.files, evaluator.budget)
        : undefined;
      result.push(...(names ?? [unescapePattern(field)]));
    }
    evaluator.budget.spend(fields.weight);
    if (result.length > MAX_FIELDS) return [...result.slice(0, MAX_FIELDS - 1), UNKNOWN];
  }
  return result;
}

/** Puts pieces together to fields, each kept as a pattern. */
class Fields {
  readonly #separators: string;
  readonly #fields: string[] = [];
  #field: string | undefined;
  weight = 0;

  constructor(separators: string) {
    this.#separators = separators;
  }

  add(piece: Piece): void {
    if (piece.kind === "list") this.#addList(piece.items, piece.isQuoted, piece.isJoined);
    else if (piece.mode === "quoted") this.#append(escapePattern(piece.text));
    else if (piece.mode === "wildcard") this.#append(piece.text);
    else this.#split(piece.text);
  }

  end(): string[] {
    this.#break();
    return this.#fields;
  }

  #addList(items: readonly string[], isQuoted: boolean, isJoined: boolean): void {
    if (isQuoted && isJoined) {
      this.#append(escapePattern(items.join(this.#separators.charAt(0))));
      return;
    }
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#break();
      if (isQuoted) this.#append(escapePattern(item));
      else this.#split(item);
    }
  }

  #split(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      if (!this.#separators.includes(text.charAt(at))) continue;
      if (at > from) this.#append(text.slice(from, at));
      this.#break();
      from = at + 1;
    }
    if (from < text.length) this.#append(text.slice(from));
  }

  #append(pattern: string): void {
    this.weight += pattern.length >> 8;
    this.#field = bounded((this.#field ?? "") + pattern);
  }

  #break(): void {
    if (this.#field !== undefined && this.#fields.length < MAX_FIELDS) this.#fields.push(this.#field);
    this.#field = undefined;
  }
}
