// SPDX-License-Identifier: Apache-2.0
/**
 * Extras that Python distributions of an image ask of each other: `celery[redis]` makes celery require what it names under
 * that extra. Source: https://packaging.python.org/en/latest/specifications/dependency-specifiers/#extras
 */
import type { Node } from "./dependencies.ts";

interface Wish {
  readonly name: string;
  readonly extra: string;
}

export class PythonExtras {
  readonly #wanted = new Map<string, Set<string>>();

  constructor(nodes: readonly Node[]) {
    const python = nodes.filter(({ component }) => component.type === "pypi");
    const byName = Map.groupBy(python, ({ component }) => component.name);
    const queue = python.flatMap(({ fact }) => (fact?.requiresWithExtras ?? []).flatMap(wishesOf));
    for (let wish = queue.pop(); wish; wish = queue.pop()) {
      const { name, extra } = wish;
      const known = this.#wanted.get(name);
      if (known?.has(extra) === true) continue;
      if (known) known.add(extra);
      else this.#wanted.set(name, new Set([extra]));
      for (const { fact } of byName.get(name) ?? [])
        for (const required of under(extra, fact)) queue.push(...wishesOf(required));
    }
  }

  /** Names that the distribution requires for the extras that any other, or itself, asks of it. */
  requiredBy({ component, fact }: Node): readonly string[] {
    if (component.type !== "pypi" || fact?.extras === undefined) return [];
    const wanted = [...(this.#wanted.get(component.name) ?? [])];
    return wanted.flatMap((extra) => under(extra, fact).map(nameOf));
  }
}

const under = (extra: string, fact: Node["fact"]): readonly string[] =>
  fact?.extras !== undefined && Object.hasOwn(fact.extras, extra) ? (fact.extras[extra] ?? []) : [];

function nameOf(required: string): string {
  const bracket = required.indexOf("[");
  return bracket < 0 ? required : required.slice(0, bracket);
}

function wishesOf(required: string): Wish[] {
  const name = nameOf(required);
  if (name === required) return [];
  const extras = required.slice(name.length + 1, -1).split(",");
  return extras.map((extra) => ({ name, extra }));
}
