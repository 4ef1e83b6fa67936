// SPDX-License-Identifier: Apache-2.0
/**
 * Walks a shell script without running anything: POSIX.1-2024, Shell Command Language, 2.9, and bash(1). Every world
 * is one way through it; where a condition can't be decided, one world becomes two.
 */
import type { CompoundList, ParsedScript, PipelineNode, Statement } from "unbash";
import type { TraceContext } from "../process.ts";
import { isKnown, UNKNOWN } from "../unknown.ts";
import { runAndOr, runCase, runIf } from "./branches.ts";
import { runCommand } from "./command.ts";
import { testExpression } from "./conditions.ts";
import type { Evaluator } from "./evaluator.ts";
import { summarised, type Ending } from "./ending.ts";
import { ended, runFor, runWhile } from "./loops.ts";
import { printsElsewhere } from "./redirects.ts";
import { flipped, joined, type World } from "./world.ts";

type Node = Statement["command"] | CompoundList;

export class Shell implements Evaluator {
  readonly files;
  readonly budget;
  readonly unsetIsUnknown;
  readonly asked;
  readonly ran;
  conditions = 0;
  /** Of the script, or of the subshell that is being walked. */
  endings: Ending[] = [];
  /** Subshells around what is being walked. */
  subshells = 0;
  readonly maxWorlds: number;

  constructor(context: TraceContext) {
    this.files = context.files;
    this.budget = context.budget;
    this.unsetIsUnknown = context.unsetIsUnknown;
    this.asked = context.asked;
    this.ran = context.ran;
    this.maxWorlds = context.limits.maxWorlds;
  }

  /** The worlds that go on behind the statements. */
  run(statements: readonly Statement[], world: World): World[] {
    let worlds = [world];
    for (const statement of statements) {
      worlds = joined(
        worlds.flatMap((each) => (each.jump ? [each] : this.#statement(statement, each))),
        this.maxWorlds,
      );
      if (worlds.length === 0) break;
    }
    return worlds;
  }

  #statement({ command, background }: Statement, world: World): World[] {
    if (background !== true) return this.node(command, world);
    const { program } = this.isolated(world, (inner) => this.node(command, inner));
    if (program) world.jobs = [...world.jobs.slice(-31), program];
    world.status = 0;
    return [world];
  }

  node(node: Node, world: World): World[] {
    return this.budget.nested(() => this.#node(node, world));
  }

  #node(node: Node, world: World): World[] {
    switch (node.type) {
      case "Command":
        return runCommand(node, world, this);
      case "Pipeline":
        return this.#pipeline(node, world);
      case "AndOr":
        return runAndOr(node, world, this);
      case "If":
        return runIf(node, world, this);
      case "For":
        return runFor(node, world, this);
      case "While":
        return runWhile(node, world, this);
      case "Case":
        return runCase(node, world, this);
      case "CompoundList":
        return this.run(node.commands, world);
      case "BraceGroup":
        return this.run(node.body.commands, world);
      case "Subshell":
        return this.#subshell(node.body, world);
      case "Redirected":
        return printsElsewhere(node.redirects, world, () => this.node(node.command, world));
      case "Function":
        world.functions.set(node.name.value, { node, source: world.source });
        world.status = 0;
        return [world];
      case "TestCommand":
        return settled(world, testExpression(node.expression, world, this));
      case "ArithmeticCommand":
        return settled(world, undefined);
      case "Select":
      case "ArithmeticFor":
        return joined([world.fork(), ...ended(this.node(node.body, world))], this.maxWorlds);
      case "Coproc":
        return settled(world, undefined);
    }
  }

  #pipeline(node: Extract<PipelineNode, { type: "Pipeline" }>, world: World): World[] {
    const isNegated = node.prefixes.filter(({ type }) => type === "Negation").length % 2 === 1;
    const [only] = node.commands;
    if (only && node.commands.length === 1) {
      const worlds = isNegated ? this.condition(() => this.node(only, world)) : this.node(only, world);
      if (isNegated) for (const each of worlds) if (!each.jump) each.status = flipped(each.status);
      return worlds;
    }
    for (const stage of node.commands) {
      const { program } = this.isolated(world, (inner) => this.node(stage, inner));
      if (program?.isLasting === true) world.last = program;
    }
    world.print(UNKNOWN);
    world.status = undefined;
    return [world];
  }

  /** Runs what only answers a question. */
  condition<Answer>(run: () => Answer): Answer {
    this.conditions++;
    try {
      return run();
    } finally {
      this.conditions--;
    }
  }

  #subshell(body: CompoundList, world: World): World[] {
    const { program, status, output } = this.isolated(world, (inner) => this.node(body, inner));
    if (program && (program.isLasting || world.last?.isLasting !== true)) world.last = program;
    world.print(output);
    world.status = status;
    return [world];
  }

  /** Walks in a copy of the world, as a subshell does; `exec` and `exit` end the copy only. */
  isolated(world: World, walk: (inner: World) => World[]): ReturnType<typeof summarised> {
    const outer = this.endings;
    this.endings = [];
    this.subshells++;
    try {
      const inner = world.fork();
      inner.last = undefined;
      inner.jobs = [];
      if (world.output !== undefined) inner.output = "";
      const rest = walk(inner);
      return summarised(rest, this.endings);
    } finally {
      this.subshells--;
      this.endings = outer;
    }
  }

  substitute(script: ParsedScript | undefined, world: World): string {
    if (!script) return UNKNOWN;
    const conditions = this.conditions;
    this.conditions = 0;
    const before = world.output;
    world.output = "";
    const { output, status } = this.isolated(world, (inner) => this.run(script.commands, inner));
    world.output = before;
    world.status = status;
    this.conditions = conditions;
    return isKnown(output) ? output.replace(/\n+$/, "") : output.replace(/\n+(?=\0*$)/, "");
  }
}

function settled(world: World, truth: boolean | undefined): World[] {
  world.status = truth === undefined ? undefined : truth ? 0 : 1;
  return [world];
}
