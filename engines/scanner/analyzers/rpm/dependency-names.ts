// SPDX-License-Identifier: Apache-2.0
/**
 * Names in an rpm header's provides and requires that other packages can stand for.
 * https://rpm-software-management.github.io/rpm/manual/dependencies.html and boolean_dependencies.html
 */
import { byText } from "#lib/compare.ts";

/** Of all packages. A kernel alone provides some ten thousand, all packages of a large installation a few hundred thousand. */
const MAX_NAMES = 1_000_000;
const MAX_NAME = 1000;
/** Of a boolean dependency; the longest of a distro have some hundred characters. */
const MAX_EXPRESSION = 10_000;

export interface DependencyNames {
  /** Sorted, each once. */
  readonly names: readonly string[];
  /** Some were left out by a bound. */
  readonly isCut: boolean;
}

/** Counts over all packages of a database. */
export class DependencyReader {
  #kept = 0;

  /** Without file paths, features of rpm itself, and links between a package and its own configuration. */
  namesOf(dependencies: readonly string[]): DependencyNames {
    if (this.#kept >= MAX_NAMES) return { names: [], isCut: dependencies.length > 0 };
    const names = new Set<string>();
    let isCut = false;
    const keep = (name: string): void => {
      if (name === "" || name.startsWith("/") || name.startsWith("rpmlib(") || name.startsWith("config("))
        return;
      if (name.length > MAX_NAME || (this.#kept + names.size >= MAX_NAMES && !names.has(name))) isCut = true;
      else names.add(name);
    };
    for (const dependency of dependencies) {
      if (dependency.length > MAX_EXPRESSION) isCut = true;
      else if (dependency.startsWith("(")) booleanNames(dependency).forEach(keep);
      else keep(dependency);
    }
    this.#kept += names.size;
    return { names: [...names].sort(byText), isCut };
  }
}

/** A name may have parentheses of its own: `(pkgconfig(zlib) >= 1.2 if bundled(npm(x)))`. */
const TOKEN = /\(|\)|[^\s()]+(?:\((?:[^()]|\([^()]*\))*\)[^\s()]*)*/g;
const COMPARISON = /^[<>=]+$/;
/** What stands behind one of these is a condition, not a need. */
const CONDITIONS = new Set(["if", "unless", "without"]);
const OPERATORS = new Set(["and", "or", "with", "else", ...CONDITIONS]);

/** Names of which an expression may need a package: every alternative, no condition. */
function booleanNames(expression: string): string[] {
  const names: string[] = [];
  const outer: boolean[] = []; // whether each enclosing group stands in a condition
  let [isCondition, isVersion] = [false, false];
  for (const [token] of expression.matchAll(TOKEN)) {
    if (token === "(") outer.push(isCondition);
    else if (token === ")") isCondition = outer.pop() ?? false;
    else if (isVersion) isVersion = false;
    else if (COMPARISON.test(token)) isVersion = true;
    else if (CONDITIONS.has(token)) isCondition = true;
    else if (token === "else") isCondition = outer.at(-1) ?? false;
    else if (!OPERATORS.has(token) && !isCondition) names.push(token);
  }
  return names;
}
