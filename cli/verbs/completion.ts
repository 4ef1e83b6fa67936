// SPDX-License-Identifier: Apache-2.0
/** `stella completion SHELL`: verbs and options for bash and zsh, from the same definitions as the help. */
import { Argument } from "commander";
import type { Command } from "commander";

export function addCompletion(program: Command): void {
  program
    .command("completion")
    .description("Print shell completion: source <(stella completion bash)")
    .addArgument(new Argument("<shell>", "which shell").choices(["bash", "zsh"]))
    .action((shell: "bash" | "zsh") => {
      process.stdout.write(
        shell === "bash" ? bash(program) : `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`,
      );
    });
}

/** Verbs that people type; the others are for other programs. */
const verbsOf = (command: Command): readonly Command[] =>
  command.commands.filter((one) => one.name() !== "sbom-generator");

/** Words that may follow each chain of verbs. */
function words(command: Command, path: string): readonly (readonly [string, string])[] {
  const own = [
    ...verbsOf(command).map((one) => one.name()),
    ...command.options.flatMap((option) => (option.long === undefined ? [] : [option.long])),
    ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  ];
  return [[path, own.join(" ")], ...verbsOf(command).flatMap((one) => words(one, `${path} ${one.name()}`))];
}

/** Values that may follow an option; none: any, so files are offered. Options without a value are not here. */
function values(command: Command, path: string): readonly (readonly [string, string])[] {
  const own = command.options
    .filter(({ required }) => required)
    .flatMap(({ long, short, argChoices = [] }) =>
      [long, short].flatMap((name) =>
        name === undefined ? [] : [[`${path} ${name}`, argChoices.join(" ")] as const],
      ),
    );
  return [...own, ...verbsOf(command).flatMap((one) => values(one, `${path} ${one.name()}`))];
}

function bash(program: Command): string {
  const all = words(program, "stella");
  const caseOf = ([key, list]: readonly [string, string]): string => `    "${key}") words="${list}" ;;`;
  const verbs = [...new Set(all.flatMap(([path]) => path.split(" ").slice(1)))].sort();
  return `_stella() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path="stella" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; ${verbs.join("|")}) path="$path $word" ;; esac
  done
  case "$path $before" in
${values(program, "stella").map(caseOf).join("\n")}
    *) case "$path" in
${all.map(caseOf).join("\n")}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _stella stella
`;
}
