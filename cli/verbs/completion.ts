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

/** Words that may follow each chain of verbs. */
function words(command: Command, path: string): readonly (readonly [string, string])[] {
  const own = [
    ...command.commands.map((one) => one.name()),
    ...command.options.flatMap((option) => (option.long === undefined ? [] : [option.long])),
    ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  ];
  return [[path, own.join(" ")], ...command.commands.flatMap((one) => words(one, `${path} ${one.name()}`))];
}

function bash(program: Command): string {
  const cases = words(program, "stella").map(([path, list]) => `    "${path}") words="${list}" ;;`);
  return `_stella() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="stella" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; scan|policy|advisories|get|report|serve|completion|check|digest|import|status) path="$path $word" ;; esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _stella stella
`;
}
