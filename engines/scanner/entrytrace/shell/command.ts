// SPDX-License-Identifier: Apache-2.0
/** Simple commands: POSIX.1-2024, Shell Command Language, 2.9.1. */
import type { Assignment, Command, Word } from "unbash";
import { started } from "../process.ts";
import { shown, UNKNOWN } from "../unknown.ts";
import { assignedValue, declare, DECLARATIONS } from "./assign.ts";
import { builtinOf, named } from "./builtins.ts";
import { expandWords } from "./expand.ts";
import { printsElsewhere } from "./redirects.ts";
import type { Shell } from "./shell.ts";
import { runEval, runSource } from "./sourcing.ts";
import { answerOf, isPassing } from "./tools.ts";
import { textOf } from "./variables.ts";
import type { Launched, World } from "./world.ts";

/** Levels that `break 99` may name. */
const MAX_LEVELS = 64;
/** Calls of one function within itself; its end may hang on what is not known. */
const MAX_RECURSION = 16;

export function runCommand(command: Command, world: World, shell: Shell): World[] {
  const assignments = command.prefix.filter((item) => item.type === "Assignment");
  if (!command.name) return assign(assignments, world, shell);
  return printsElsewhere(command.redirects, world, () => {
    const { name } = command;
    if (name && DECLARATIONS.has(name.value)) return declareAll(name.value, command, world, shell);
    const args = command.args.map((arg) => (arg.type === "Word" ? arg : asWord(arg)));
    const words = expandWords(name ? [name, ...args] : args, world, shell);
    if (words.length === 0) return assign(assignments, world, shell);
    return new Invocation(words, assignments, world.source.lineOf(command.pos), shell).run(world);
  });
}

const asWord = ({ text, pos, end }: Assignment): Word => ({ type: "Word", text, value: text, pos, end });

function assign(assignments: readonly Assignment[], world: World, shell: Shell): World[] {
  world.status = 0; // a substitution among the values sets its own
  for (const assignment of assignments) world.set(assignment.name, assignedValue(assignment, world, shell));
  return [world];
}

function declareAll(builtin: string, { args }: Command, world: World, shell: Shell): World[] {
  const expanded = args.flatMap((arg): (string | Assignment)[] =>
    arg.type === "Word" ? expandWords([arg], world, shell) : [arg],
  );
  declare(builtin, expanded, world, shell);
  world.status = 0;
  return [world];
}

/** One command with its words expanded. */
class Invocation {
  readonly #words: readonly string[];
  readonly #assignments: readonly Assignment[];
  readonly #line: number;
  readonly #shell: Shell;

  constructor(words: readonly string[], assignments: readonly Assignment[], line: number, shell: Shell) {
    this.#words = words;
    this.#assignments = assignments;
    this.#line = line;
    this.#shell = shell;
  }

  run(world: World): World[] {
    return this.#dispatch(this.#words, world, true);
  }

  #dispatch(words: readonly string[], world: World, withFunctions: boolean): World[] {
    const [name = "", ...args] = words;
    const definition = withFunctions ? world.functions.get(name) : undefined;
    if (definition && world.frames.filter((frame) => frame.name === name).length >= MAX_RECURSION) {
      world.status = undefined;
      return [world];
    }
    if (definition) {
      this.#assign(world);
      world.enter(name, definition.source, args);
      return this.#left(this.#shell.node(definition.node.body, world));
    }
    const control = this.#control(name, args, world);
    if (control) return control;
    const builtin = builtinOf(name);
    if (builtin) {
      world.status = builtin(args, world, this.#shell);
      return [world];
    }
    return this.#program(words, world);
  }

  #left(worlds: World[]): World[] {
    for (const each of worlds) each.leave();
    return worlds;
  }

  #assign(world: World): void {
    for (const assignment of this.#assignments)
      world.set(assignment.name, assignedValue(assignment, world, this.#shell), true);
  }

  /** Built-ins that end, jump or run more; undefined for any other name. */
  #control(name: string, args: readonly string[], world: World): World[] | undefined {
    switch (name) {
      case "exec":
        return this.#exec(args, world);
      case "exit":
        return this.#exit(args, world);
      case "return":
        world.jump = { kind: "return" };
        world.status = statusOf(args[0], world);
        return [world];
      case "break":
      case "continue":
        world.jump = { kind: name, levels: Math.min(Math.max(Number(args[0] ?? "1") || 1, 1), MAX_LEVELS) };
        return [world];
      case ".":
      case "source":
        this.#assign(world);
        return runSource(args, this.#line, world, this.#shell);
      case "eval":
        this.#assign(world);
        return runEval(args.join(" "), this.#line, world, this.#shell);
      case "command":
      case "builtin":
        return this.#command(args, world);
      default:
        return undefined;
    }
  }

  #command(args: readonly string[], world: World): World[] {
    if (args[0] === "-v" || args[0] === "-V") {
      world.status = named(args, world, this.#shell);
      return [world];
    }
    const words = args[0] === "-p" || args[0] === "--" ? args.slice(1) : args;
    if (words.length > 0) return this.#dispatch(words, world, false);
    world.status = 0;
    return [world];
  }

  #exec(args: readonly string[], world: World): World[] {
    let [at, note] = [0, ""];
    for (; /^-[acl]+$/.test(args[at] ?? ""); at++) {
      if (args[at]?.endsWith("a") === true) note = `under the name ${shown(args[++at] ?? "")}`;
    }
    const argv = args[at] === "--" ? args.slice(at + 1) : args.slice(at);
    this.#assign(world);
    world.status = 0;
    if (argv.length === 0) return [world]; // redirections only
    const program = this.#launched(argv, world, "exec", note);
    if (this.#shell.subshells > 0) this.#note(argv, world, "exec");
    this.#shell.endings.push({ kind: "exec", program, world });
    return [];
  }

  #exit([code]: readonly string[], world: World): World[] {
    const status = statusOf(code, world);
    const shownCode = status === undefined ? UNKNOWN : String(status);
    this.#shell.endings.push({ kind: "exit", code: shownCode, world });
    return [];
  }

  /** Keeps in mind what is run, to be followed later. */
  #note(argv: readonly string[], world: World, kind: Launched["kind"]): void {
    const [name = ""] = argv;
    const words = isPassing(name) ? [name] : [...argv.slice(0, 6), world.workingDir];
    this.#shell.ran.add(words, () => started(this.#launched(argv, world, kind), []));
  }

  #program(words: readonly string[], world: World): World[] {
    this.#note(words, world, "run");
    const answer = answerOf(words, world, this.#shell);
    world.print(answer?.output ?? UNKNOWN);
    world.status = answer?.status;
    if (answer) return [world];
    const program = this.#launched(words, world, "run");
    if (program.isLasting || world.last?.isLasting !== true) world.last = program;
    return [world];
  }

  #launched(argv: readonly string[], world: World, kind: Launched["kind"], note = ""): Launched {
    const env = world.environment();
    for (const assignment of this.#assignments)
      env.set(assignment.name, textOf(assignedValue(assignment, world, this.#shell)));
    return {
      argv,
      env,
      workingDir: world.workingDir,
      user: world.user,
      path: world.source.path,
      line: this.#line,
      kind,
      isLasting: !isPassing(argv[0] ?? ""),
      ...(note === "" ? {} : { note }),
    };
  }
}

function statusOf(code: string | undefined, world: World): 0 | 1 | undefined {
  if (code === undefined) return world.status;
  if (!/^\d+$/.test(code)) return code === "\u0001" ? 1 : undefined;
  return Number(code) === 0 ? 0 : 1;
}
