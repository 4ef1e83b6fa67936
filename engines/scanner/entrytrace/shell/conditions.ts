// SPDX-License-Identifier: Apache-2.0
/** `test`, `[` and `[[` in three values. POSIX.1-2024 test(1), bash(1) CONDITIONAL EXPRESSIONS. */
import type { TestExpression } from "unbash";
import { absolute, fileAt, rootPath } from "../places.ts";
import { areEqual, isEmpty, isKnown, UNKNOWN_ID } from "../unknown.ts";
import type { Evaluator } from "./evaluator.ts";
import { expandPattern, expandText } from "./expand.ts";
import { matches } from "./pattern.ts";
import type { World } from "./world.ts";

type Truth = boolean | undefined;

/** Filled when the container starts: an image can't say what will stand there. */
const RUN_TIME_FOLDERS = /^(?:dev|proc|sys|run|tmp|var\/run|var\/tmp|mnt|media)(?:\/|$)/;
/** Files that are always read where they are present, so not to be found means not to be there. */
const ALWAYS_READ = /\.(?:sh|bash|env|envsh)$/;

export const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth);
export const and = (one: Truth, other: Truth): Truth =>
  one === false || other === false ? false : one === undefined || other === undefined ? undefined : true;
export const or = (one: Truth, other: Truth): Truth => not(and(not(one), not(other)));

/** `[[ ... ]]`. */
export function testExpression(expression: TestExpression, world: World, evaluator: Evaluator): Truth {
  const { budget } = evaluator;
  switch (expression.type) {
    case "TestUnary":
      return unary(expression.operator, expandText(expression.operand, world, evaluator), world, evaluator);
    case "TestBinary": {
      const left = expandText(expression.left, world, evaluator);
      if (/^(?:==?|!=)$/.test(expression.operator)) {
        const isMatch = matches(left, expandPattern(expression.right, world, evaluator), budget);
        return expression.operator === "!=" ? not(isMatch) : isMatch;
      }
      return binary(left, expression.operator, expandText(expression.right, world, evaluator));
    }
    case "TestNot":
      return budget.nested(() => {
        const truth = testExpression(expression.operand, world, evaluator);
        return expression.negations.length % 2 === 0 ? truth : not(truth);
      });
    case "TestGroup":
      return budget.nested(() => testExpression(expression.expression, world, evaluator));
    case "TestLogical":
      return budget.nested(() =>
        expression.operands
          .map((operand) => testExpression(operand, world, evaluator))
          .reduce(expression.operator === "&&" ? and : or),
      );
  }
}

/** Arguments of `test`, without the closing bracket of `[`. */
export function testWords(words: readonly string[], world: World, evaluator: Evaluator): Truth {
  const parser = new TestParser(words, world, evaluator);
  return parser.whole();
}

const UNARY = /^-[a-hknoprstuvwxzGLNORS]$/;
const BINARY = /^(?:==?|!=|<|>|-eq|-ne|-gt|-ge|-lt|-le|-nt|-ot|-ef)$/;

class TestParser {
  #at = 0;
  readonly #words: readonly string[];
  readonly #world: World;
  readonly #evaluator: Evaluator;

  constructor(words: readonly string[], world: World, evaluator: Evaluator) {
    this.#words = words;
    this.#world = world;
    this.#evaluator = evaluator;
  }

  whole(): Truth {
    if (this.#words.length === 0) return false;
    const truth = this.#or();
    return this.#at === this.#words.length ? truth : undefined;
  }

  #or(): Truth {
    let truth = this.#and();
    while (this.#take("-o")) truth = or(truth, this.#and());
    return truth;
  }

  #and(): Truth {
    let truth = this.#not();
    while (this.#take("-a")) truth = and(truth, this.#not());
    return truth;
  }

  #not(): Truth {
    const isNegated = this.#words[this.#at] === "!" && this.#at + 1 < this.#words.length && !this.#isBinary();
    if (!isNegated) return this.#primary();
    this.#at++;
    return this.#evaluator.budget.nested(() => not(this.#not()));
  }

  #isBinary(): boolean {
    return BINARY.test(this.#words[this.#at + 1] ?? "") && this.#at + 2 < this.#words.length;
  }

  #primary(): Truth {
    const [word = "", second, third = ""] = this.#words.slice(this.#at, this.#at + 3);
    if (this.#isBinary()) {
      this.#at += 3;
      return binary(word, second ?? "", third);
    }
    if (word === "(" && second !== undefined) {
      this.#at++;
      const truth = this.#evaluator.budget.nested(() => this.#or());
      return this.#take(")") ? truth : undefined;
    }
    if (UNARY.test(word) && second !== undefined) {
      this.#at += 2;
      return unary(word, second, this.#world, this.#evaluator);
    }
    this.#at++;
    return not(isEmpty(word));
  }

  #take(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }
}

function binary(left: string, operator: string, right: string): Truth {
  switch (operator) {
    case "=":
    case "==":
      return areEqual(left, right);
    case "!=":
      return not(areEqual(left, right));
    case "<":
      return isKnown(left + right) ? left < right : undefined;
    case ">":
      return isKnown(left + right) ? left > right : undefined;
    default:
      return numeric(left, operator, right);
  }
}

function numeric(left: string, operator: string, right: string): Truth {
  const isZeroTest = (left === UNKNOWN_ID && right === "0") || (left === "0" && right === UNKNOWN_ID);
  if (isZeroTest && (operator === "-eq" || operator === "-ne")) return operator === "-ne";
  if (!/^\s*[+-]?\d+\s*$/.test(left) || !/^\s*[+-]?\d+\s*$/.test(right)) return undefined;
  const difference = Number(left) - Number(right);
  switch (operator) {
    case "-eq":
      return difference === 0;
    case "-ne":
      return difference !== 0;
    case "-gt":
      return difference > 0;
    case "-ge":
      return difference >= 0;
    case "-lt":
      return difference < 0;
    case "-le":
      return difference <= 0;
    default:
      return undefined;
  }
}

function unary(operator: string, operand: string, world: World, evaluator: Evaluator): Truth {
  switch (operator) {
    case "-z":
      return isEmpty(operand);
    case "-n":
      return not(isEmpty(operand));
    case "-v":
      return isKnown(operand) ? isSet(operand, world, evaluator) : undefined;
    case "-t": // nobody gives a container a terminal by default
      return false;
    case "-h":
    case "-L":
      return isLink(operand, world, evaluator);
    default:
      return /^-[defrsx]$/.test(operator) ? standsThere(operator, operand, world, evaluator) : undefined;
  }
}

function isSet(name: string, world: World, evaluator: Evaluator): Truth {
  if (world.variables.has(name)) return true;
  evaluator.asked.unset = true;
  return evaluator.unsetIsUnknown || world.mayHoldMore ? undefined : false;
}

function standsThere(operator: string, name: string, world: World, { files }: Evaluator): Truth {
  if (name === "") return false;
  if (!isKnown(name) || !isKnown(world.workingDir)) return undefined;
  const path = rootPath(name, world.workingDir);
  const isDirectoryWanted = operator === "-d";
  if (files.find(path)) return !isDirectoryWanted;
  if (path === "" || files.list(path).length > 0) return operator !== "-f";
  if (RUN_TIME_FOLDERS.test(path)) return undefined;
  const kind = files.kindOf?.(path);
  if (kind === undefined) return operator === "-x" || ALWAYS_READ.test(path) ? false : undefined;
  if (kind === "absent") return false;
  if (operator === "-e" || operator === "-r") return true;
  if (isDirectoryWanted || operator === "-f") return (kind === "directory") === isDirectoryWanted;
  return undefined; // its rights and its length are not known
}

/** The port leads through links; so a file that stands where its name says is none. */
function isLink(name: string, world: World, { files }: Evaluator): Truth {
  if (!isKnown(name) || !isKnown(world.workingDir)) return undefined;
  const file = fileAt(name, world.workingDir, files);
  if (!file) return files.kindOf?.(rootPath(name, world.workingDir)) === "absent" ? false : undefined;
  return lastName(absolute(name, world.workingDir)) !== lastName(file.path)
    ? true
    : linkInFolder(name, file.path, world);
}

function linkInFolder(name: string, truePath: string, world: World): Truth {
  return absolute(name, world.workingDir) === `/${truePath}` ? false : undefined;
}

const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
