// SPDX-License-Identifier: Apache-2.0
/** Lists with `&&` and `||`, `if` and `case`: where one world may become several. */
import type { AndOr, Case, If } from "unbash";
import { expandPattern, expandText } from "./expand.ts";
import { matches } from "./pattern.ts";
import type { Shell } from "./shell.ts";
import { joined, type World } from "./world.ts";

export function runAndOr({ commands, operators }: AndOr, world: World, shell: Shell): World[] {
  let worlds = [world];
  for (const [index, command] of commands.entries()) {
    const operator = operators[index - 1];
    const run = (each: World): World[] =>
      index < commands.length - 1
        ? shell.condition(() => shell.node(command, each))
        : shell.node(command, each);
    worlds = worlds.flatMap((each) => {
      if (each.jump) return [each];
      if (operator === undefined) return run(each);
      const wanted = operator === "&&" ? 0 : 1;
      if (each.status !== undefined) return each.status === wanted ? run(each) : [each];
      const [taken, passed] = forked(each);
      [taken.status, passed.status] = [wanted, wanted === 0 ? 1 : 0];
      return operator === "&&" ? [...run(taken), passed] : [...run(taken), passed];
    });
    worlds = joined(worlds, shell.maxWorlds);
  }
  return worlds;
}

export function runIf(node: If, world: World, shell: Shell): World[] {
  const branches = [node, ...node.elif];
  const choose = (index: number, each: World): World[] => {
    const branch = branches[index];
    if (!branch) {
      each.status = 0;
      return node.else ? shell.node(node.else, each) : [each];
    }
    return shell
      .condition(() => shell.node(branch.clause, each))
      .flatMap((after) => {
        if (after.jump) return [after];
        if (after.status === 0) return shell.node(branch.then, after);
        if (after.status === 1) return choose(index + 1, after);
        const [taken, passed] = forked(after);
        [taken.status, passed.status] = [0, 1];
        return [...shell.node(branch.then, taken), ...choose(index + 1, passed)];
      });
  };
  return joined(choose(0, world), shell.maxWorlds);
}

export function runCase(node: Case, world: World, shell: Shell): World[] {
  const subject = shell.condition(() => expandText(node.word, world, shell));
  const done: World[] = [];
  let open: World | undefined = world;
  for (const [index, item] of node.items.entries()) {
    if (!open) break;
    const at: World = open;
    const truth = anyOf(
      item.pattern.map((word) => matches(subject, expandPattern(word, at, shell), shell.budget)),
    );
    if (truth === false) continue;
    const taken: World = truth === true ? at : at.fork();
    if (truth === true) open = undefined;
    taken.status = 0;
    let worlds = shell.node(item.body, taken);
    for (let next = index; node.items[next]?.terminator === ";&"; next++) {
      const following = node.items[next + 1];
      if (following)
        worlds = worlds.flatMap((each) => (each.jump ? [each] : shell.node(following.body, each)));
    }
    done.push(...worlds);
  }
  if (open) {
    open.status = 0;
    done.push(open);
  }
  return joined(done, shell.maxWorlds);
}

/** Both ways of a condition that can't be decided. */
export function forked(world: World): [World, World] {
  return [world.fork(), world];
}

function anyOf(truths: readonly (boolean | undefined)[]): boolean | undefined {
  return truths.includes(true) ? true : truths.includes(undefined) ? undefined : false;
}
