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

/** Arguments that are names of things the shell can't know. */
const NAMES = new Set(["name", "id"]);
/** Arguments that are files and nothing else. */
const FILES = new Set(["file", "path", "report"]);

interface Following {
  /** Chain of verbs. */
  readonly path: string;
  /** Verbs and choices. */
  readonly words: readonly string[];
  readonly options: readonly string[];
  /** Options are offered once a dash is written. */
  readonly isDashed: boolean;
  readonly hasFiles: boolean;
}

/** What may follow each chain of verbs. */
function following(command: Command, path: string): readonly Following[] {
  const kinds = command.registeredArguments.map((argument) => argument.name());
  const hasNames = kinds.some((kind) => NAMES.has(kind));
  const own: Following = {
    path,
    words: [
      ...verbsOf(command).map((one) => one.name()),
      ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
    ],
    options: command.options.flatMap(({ long }) => (long === undefined ? [] : [long])),
    isDashed: kinds.some((kind) => NAMES.has(kind) || FILES.has(kind)),
    hasFiles: !hasNames,
  };
  return [own, ...verbsOf(command).flatMap((one) => following(one, `${path} ${one.name()}`))];
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

function caseOf({ path, words, options, isDashed, hasFiles }: Following): string {
  const all = [...options, ...words].join(" ");
  const undashed = isDashed ? ` [[ "$current" == -* ]] || words="${words.join(" ")}";` : "";
  return `      "${path}") words="${all}";${undashed}${hasFiles ? "" : ' files="";'} ;;`;
}

function bash(program: Command): string {
  const all = following(program, "stella");
  const valueOf = ([key, list]: readonly [string, string]): string => `    "${key}") words="${list}" ;;`;
  return `_stella() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path="stella" word words="" files="yes"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in ${all.map(({ path }) => `"${path}"`).join("|")}) path="$path $word" ;; esac
  done
  case "$path $before" in
    *" =") ;;
${values(program, "stella").map(valueOf).join("\n")}
    *) case "$path" in
${all.map(caseOf).join("\n")}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ -n "$files" ] && [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _stella stella
`;
}
