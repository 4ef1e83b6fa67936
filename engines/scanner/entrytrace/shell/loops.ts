// SPDX-License-Identifier: Apache-2.0
/** Loops: as many rounds as can be decided, and one for all others. */
import type { For, While } from "unbash";
import { forked } from "./branches.ts";
import { expandWords } from "./expand.ts";
import type { Shell } from "./shell.ts";
import { flipped, joined, type World } from "./world.ts";

/** Of one loop; a loop that is decided and goes on is taken to be endless. */
const MAX_ROUNDS = 64;

export function runFor(node: For, world: World, shell: Shell): World[] {
  const items = node.wordlist ? expandWords(node.wordlist, world, shell) : world.parameters;
  let worlds = [world];
  const over: World[] = [];
  world.status = 0;
  for (const item of items.slice(0, MAX_ROUNDS)) {
    worlds = worlds.flatMap((each) => {
      each.set(node.name.value, item);
      return shell.node(node.body, each);
    });
    over.push(...worlds.filter(isBroken));
    worlds = joined(
      worlds.filter((each) => !isBroken(each)),
      shell.maxWorlds,
    );
    ended(worlds);
  }
  return joined([...ended(over), ...worlds], shell.maxWorlds);
}

export function runWhile(node: While, world: World, shell: Shell): World[] {
  let active = [world];
  const over: World[] = [];
  for (let round = 0; active.length > 0 && round < MAX_ROUNDS; round++) {
    const next: World[] = [];
    for (const each of active.flatMap((one) => shell.condition(() => shell.node(node.clause, one)))) {
      const goesOn = node.kind === "until" ? flipped(each.status) : each.status;
      if (each.jump || goesOn === 1) over.push(each);
      else if (goesOn === 0) next.push(...shell.node(node.body, each));
      else {
        const [taken, passed] = forked(each);
        over.push(...shell.node(node.body, taken), passed); // once stands for any number of rounds
      }
    }
    over.push(...next.filter(isBroken));
    active = joined(ended(next.filter((each) => !isBroken(each))), shell.maxWorlds);
  }
  if (over.length === 0) for (const endless of active) shell.endings.push({ kind: "loop", world: endless });
  for (const each of ended(over)) if (!each.jump) each.status = 0;
  return joined(over, shell.maxWorlds);
}

/** Whether a jump leads out of the loop whose body was just walked. */
function isBroken({ jump }: World): boolean {
  return jump !== undefined && (jump.kind !== "continue" || jump.levels > 1);
}

/** Takes one level from jumps that end at this loop. */
export function ended(worlds: World[]): World[] {
  for (const world of worlds) {
    const { jump } = world;
    if (jump && jump.kind !== "return")
      world.jump = jump.levels > 1 ? { ...jump, levels: jump.levels - 1 } : undefined;
  }
  return worlds;
}
