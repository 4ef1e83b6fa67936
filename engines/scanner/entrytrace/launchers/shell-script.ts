// SPDX-License-Identifier: Apache-2.0
/** A shell's own command line (sh(1), bash(1)), and the programs that its script leads to. */
import type { Statement } from "unbash";
import { BudgetExhausted } from "../budget.ts";
import { fileAt, findProgram } from "../places.ts";
import { placeOf, started, stuck, type Process, type Way } from "../process.ts";
import { programOf, type Ending } from "../shell/ending.ts";
import { Shell } from "../shell/shell.ts";
import { parseSource } from "../shell/source.ts";
import { World, type Launched } from "../shell/world.ts";
import type { EntryFile, EntryStep } from "../types.ts";
import { isKnown } from "../unknown.ts";
import { notLiteral, terminal, type Start } from "./launcher.ts";

/** Programs that one script may lead to; of more the last ones are followed. */
const MAX_ENDS = 8;

export function runShell(start: Start): Way[] {
  const { command, operands } = parseShell(start.process.argv.slice(1));
  const [first, ...rest] = operands;
  if (command) {
    if (first === undefined || !isKnown(first.replace(/\$@|\0/g, "")))
      return [notLiteral(start, "the command")];
    const path = start.process.from?.path ?? "";
    return runText(
      start,
      { text: first, path, line: start.process.from?.line ?? 0 },
      rest[0] ?? start.name,
      rest.slice(1),
    );
  }
  if (first === undefined) return [terminal(start, "native")]; // reads from a terminal
  if (!isKnown(first)) return [notLiteral(start, "the script")];
  const file = scriptFile(first, start);
  if (!file)
    return [
      stuck(
        start.process,
        "PROGRAM_NOT_FOUND",
        `no script ${first}${placeOf(start.process)} is known to be in the image`,
      ),
    ];
  if (file.script?.text === undefined)
    return [stuck(start.process, "SCRIPT_TEXT_NOT_KEPT", `the text of ${file.path} is not kept`)];
  return runText(start, { text: file.script.text, path: file.path }, first, rest);
}

interface ShellLine {
  /** The first operand is the script's text. */
  readonly command: boolean;
  readonly operands: readonly string[];
}

function parseShell(args: readonly string[]): ShellLine {
  let command = false;
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--" || arg === "-") {
      at++;
      break;
    }
    if (arg.startsWith("--")) {
      if (arg === "--rcfile" || arg === "--init-file") at++;
      continue;
    }
    if (!/^[-+][A-Za-z]/.test(arg)) break;
    if (arg.startsWith("-") && arg.includes("c")) command = true;
    if (/[oO]$/.test(arg)) at++;
  }
  return { command, operands: args.slice(at) };
}

/** In the working directory, and where the name has no slash also by PATH. */
function scriptFile(name: string, { process, context }: Start): EntryFile | undefined {
  const here = fileAt(name, process.workingDir, context.files);
  if (here?.script || name.includes("/")) return here;
  return findProgram(name, process.env.get("PATH") ?? "", process.workingDir, context.files)?.file;
}

interface ScriptText {
  readonly text: string;
  readonly path: string;
  /** Of a text that is an argument: where it stands. */
  readonly line?: number;
}

function runText(start: Start, script: ScriptText, zero: string, parameters: readonly string[]): Way[] {
  const { process, context } = start;
  const { tree, source, error } = parseSource(script.text, script.path, zero, script.line);
  const world = new World(source);
  world.zero = zero;
  world.parameters = parameters;
  world.workingDir = process.workingDir;
  world.user = process.user;
  for (const [name, value] of process.env) world.set(name, value, true);
  const shell = new Shell(context);
  // A shell reads command by command: what stands before an error is run.
  const commands = error ? tree.commands.filter(({ end }) => end < error.position) : tree.commands;
  const { rest, exhausted } = walked(shell, commands, world);
  const endings = error
    ? shell.endings
    : [...shell.endings, ...rest.map((each): Ending => ({ kind: "exit", code: "", world: each }))];
  const ways = endsToWays(start, script, endings);
  if (exhausted !== undefined) return [...ways, stuck(process, "BUDGET_EXHAUSTED", exhausted)];
  if (!error || rest.length === 0) return ways;
  const from = { path: script.path, line: error.line };
  return [
    ...ways,
    stuck({ ...process, from }, "SHELL_SYNTAX", `no shell syntax${placeOf({ from })}: ${error.message}`),
  ];
}

/** The worlds left at the end; where the budget ends before, none, and what was found stays in `shell.endings`. */
function walked(
  shell: Shell,
  commands: readonly Statement[],
  world: World,
): { readonly rest: World[]; readonly exhausted?: string } {
  try {
    return { rest: shell.run(commands, world) };
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    shell.budget.useReserve();
    return { rest: [], exhausted: error.message };
  }
}

/** One way on: a program to follow, or where the script stops. */
interface End {
  readonly program?: Launched;
  readonly trail: readonly EntryStep[];
  readonly isExit: boolean;
  readonly isLoop?: boolean;
}

function endsToWays(start: Start, script: ScriptText, endings: readonly Ending[]): Way[] {
  const ends = new Map<string, End>();
  for (const ending of endings) {
    for (const end of endsOf(ending)) {
      const { program } = end;
      const key = JSON.stringify(
        program ? [program.argv, program.line, program.workingDir, program.user] : [end.isLoop],
      );
      ends.delete(key); // the last of equal ones goes farthest
      ends.set(key, end);
    }
  }
  const kept = [...ends.values()];
  const exits = kept.filter(({ isExit }) => isExit).slice(-1);
  const chosen = [...exits, ...kept.filter(({ isExit }) => !isExit).slice(-MAX_ENDS)];
  return chosen
    .reverse() // the last is followed first, while there is budget
    .map((end) => guarded(start.process, () => wayOn(start, script, end)))
    .reverse()
    .flat();
}

function endsOf(ending: Ending): End[] {
  const { world } = ending;
  const chosen = ending.kind === "exec" ? ending.program : programOf(world);
  const { trail } = world;
  const beside = world.jobs.filter((job) => job.isLasting && job.argv !== chosen?.argv);
  const asides = beside.map((job): End => ({
    program: { ...job, note: "in the background" },
    trail,
    isExit: false,
  }));
  const isFailure = ending.kind === "exit" && ending.code !== "" && ending.code !== "0";
  if (isFailure && (chosen?.isLasting !== true || ending.code === "1")) return [{ trail, isExit: true }];
  if (ending.kind === "loop" && chosen?.isLasting !== true)
    return [...asides, { trail, isExit: false, isLoop: true }];
  if (!chosen) return [{ trail, isExit: true }];
  const isExit = ending.kind !== "exec" && !chosen.isLasting;
  return [...asides, { program: chosen, trail, isExit }];
}

function wayOn(start: Start, script: ScriptText, { program, trail, isExit, isLoop }: End): Way[] {
  const { process, follow } = start;
  const steps = [...process.steps, ...trail];
  if (isLoop === true)
    return [terminal({ ...start, process: { ...process, steps } }, "script", { program: script.path })];
  if (!program) {
    const where = script.path === "" ? "the command" : script.path;
    return [{ ...stuck({ steps }, "SCRIPT_ENDS", `${where} ends without a program that lasts`), isExit }];
  }
  const ways = follow(started(program, steps));
  return isExit ? ways.map((way) => ({ ...way, isExit })) : ways;
}

function guarded(process: Process, work: () => Way[]): Way[] {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return [stuck(process, "BUDGET_EXHAUSTED", error.message)];
  }
}
