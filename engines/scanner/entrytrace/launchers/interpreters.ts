// SPDX-License-Identifier: Apache-2.0
/** Command lines of Ruby, PHP and .NET: ruby(1), bundle-exec(1), php(1), the `dotnet` command. */
import { placeOf, stuck, type Way } from "../process.ts";
import type { TerminalKind } from "../types.ts";
import { isKnown } from "../unknown.ts";
import { namedFile, notLiteral, onward, parseOptions, terminal, type Start } from "./launcher.ts";

export function runRuby(start: Start): Way[] {
  const { values, rest } = parseOptions(start.process.argv.slice(1), "rIeCE");
  return values.has("-e") ? [inArgument(start, "ruby")] : [programOf(start, "ruby", rest[0])];
}

export function runBundle(start: Start): Way[] {
  const { rest } = parseOptions(start.process.argv.slice(1), "", ["--gemfile"]);
  const [command, ...args] = rest;
  if (command !== "exec") return [terminal(start, "ruby", { program: start.found.file.path })];
  return onward(start, parseOptions(args, "").rest);
}

export function runPhp(start: Start): Way[] {
  const { values, rest } = parseOptions(start.process.argv.slice(1), "cdzfrSBRFEt", [
    "--run",
    "--file",
    "--server",
    "--docroot",
  ]);
  if (values.has("-r") || values.has("--run")) return [inArgument(start, "php")];
  return [programOf(start, "php", values.get("-f") ?? values.get("--file") ?? rest[0])];
}

export function runPhpFpm(start: Start): Way[] {
  return [terminal(start, "php")];
}

const DOTNET_VALUES = (
  "--additionalprobingpath --depsfile --runtimeconfig --fx-version --roll-forward --additional-deps " +
  "--roll-forward-on-no-candidate-fx"
).split(" ");

export function runDotnet(start: Start): Way[] {
  const args = start.process.argv.slice(1);
  const { rest } = parseOptions(args[0] === "exec" ? args.slice(1) : args, "", DOTNET_VALUES);
  const [name] = rest;
  if (name !== undefined && isKnown(name) && !/\.(?:dll|exe)$/i.test(name)) {
    const message = `"dotnet ${name}"${placeOf(start.process)} names no assembly`;
    return [{ ...terminal(start, "dotnet"), ...stuck(start.process, "APPLICATION_NOT_NAMED", message) }];
  }
  return [programOf(start, "dotnet", name)];
}

function programOf(start: Start, kind: TerminalKind, name: string | undefined): Way {
  if (name === undefined || name === "-") return terminal(start, kind);
  if (!isKnown(name)) return notLiteral(start, "the program");
  return terminal(start, kind, { program: namedFile(name, start.process, start.context.files) });
}

function inArgument(start: Start, kind: TerminalKind): Way {
  const message = `${kind} runs code from its arguments${placeOf(start.process)}`;
  return { ...terminal(start, kind), ...stuck(start.process, "CODE_IN_ARGUMENT", message) };
}
