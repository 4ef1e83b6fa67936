// SPDX-License-Identifier: Apache-2.0
/** From arguments to an exit code: verbs, help, and errors as people read them. */
import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addAdvisories } from "./verbs/advisories.ts";
import { addCompletion } from "./verbs/completion.ts";
import { addDiff } from "./verbs/diff.ts";
import { addGet, addReport } from "./verbs/get.ts";
import { addPolicy } from "./verbs/policy.ts";
import { addSbomGenerator } from "./verbs/sbom-generator.ts";
import { addScan } from "./verbs/scan.ts";
import { addServe } from "./verbs/serve.ts";
import { addVex } from "./verbs/vex.ts";
import { printable } from "./printable.ts";
import { StellaError, codeOf, errorKinds, kindOf, messageOf } from "#lib/errors.ts";

/** Exit code of a wrong call, as of any invalid input. */
const USAGE = errorKinds.invalid.exit;

/** @returns 0 done, 1 verdict fail, 2 input invalid, 3 denied, 4 missing, 5 unavailable or exhausted, 70 a bug. */
export async function run(args: readonly string[]): Promise<number> {
  const program = buildProgram();
  try {
    refuseUnknownHelp(program, args);
    await program.parseAsync([...args], { from: "user" });
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    return report(error);
  }
}

/** `stella help VERB` of a verb that is not there would show the help of all, as if nothing were wrong. */
function refuseUnknownHelp(program: Command, args: readonly string[]): void {
  let command = program;
  for (const [index, word] of args.entries()) {
    if (word === "help" && command.commands.length > 0) {
      const wanted = args[index + 1];
      if (wanted !== undefined && !wanted.startsWith("-") && !verbOf(command, wanted))
        command.error(`error: unknown command '${wanted}'`);
      return;
    }
    const next = verbOf(command, word);
    if (!next) return;
    command = next;
  }
}

const verbOf = (command: Command, name: string): Command | undefined =>
  command.commands.find((one) => one.name() === name);

function buildProgram(): Command {
  const program = new Command("stella")
    .description(
      "What is inside an image, which vulnerabilities matter there, whether it may be deployed, and why.",
    )
    .version(manifest.version, "-V, --version")
    .exitOverride()
    .showHelpAfterError("(stella VERB --help shows the options)")
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false });
  for (const addVerb of verbs) addVerb(program);
  return program;
}

const verbs = [
  addScan,
  addDiff,
  addPolicy,
  addAdvisories,
  addVex,
  addGet,
  addReport,
  addServe,
  addCompletion,
  addSbomGenerator,
];

function report(error: unknown): number {
  const kind = kindOf(error);
  const known = error instanceof StellaError;
  // A policy's problems are a line each; any other message is one line, whatever a stranger wrote into it.
  const lines = known && "problems" in error.data ? messageOf(error).split("\n") : [messageOf(error)];
  process.stderr.write(`stella: ${known ? `${codeOf(error)}: ` : ""}${lines.map(printable).join("\n")}\n`);
  if (kind === "bug" && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
  return errorKinds[kind].exit;
}
