// SPDX-License-Identifier: Apache-2.0
/** From one program to the next: execve(2) for scripts, and what is known of launchers and interpreters. */
import { runDotnet, runBundle, runPhp, runPhpFpm, runRuby } from "./launchers/interpreters.ts";
import { runJava } from "./launchers/java.ts";
import { terminal, type Launcher, type Start } from "./launchers/launcher.ts";
import { runNode, runNpm, runNpx } from "./launchers/node.ts";
import { runPython } from "./launchers/python.ts";
import { runShell } from "./launchers/shell-script.ts";
import { supervisorOf } from "./launchers/supervisors.ts";
import { wrapperOf } from "./launchers/wrappers.ts";
import { DEFAULT_PATH, findProgram, rootPath, type FoundProgram } from "./places.ts";
import { placeOf, shownWords, stuck, type Process, type TraceContext, type Way } from "./process.ts";
import type { RootFiles } from "./types.ts";
import { isKnown, shown } from "./unknown.ts";

export function follow(process: Process, context: TraceContext, depth = 0): Way[] {
  context.budget.spend();
  if (depth > context.limits.maxDepth)
    return [
      stuck(process, "BUDGET_EXHAUSTED", `more than ${context.limits.maxDepth} programs start one another`),
    ];
  const [name = ""] = process.argv;
  if (!isKnown(name))
    return [
      stuck(
        process,
        "WORD_NOT_LITERAL",
        `the program's name "${shown(name)}"${placeOf(process)} is not known`,
      ),
    ];
  const path = process.env.get("PATH") ?? DEFAULT_PATH;
  const found = findProgram(name, path, process.workingDir, context.files);
  if (!found) return [missing(name, path, process, context.files)];
  return start(withProgram(process, found), found, context, depth);
}

/** The step that starts the program says which file that is. */
function withProgram(process: Process, { file }: FoundProgram): Process {
  const step = process.steps.at(-1);
  if (!step) return process;
  return { ...process, steps: [...process.steps.slice(0, -1), { ...step, program: file.path }] };
}

function start(process: Process, found: FoundProgram, context: TraceContext, depth: number): Way[] {
  const go = (next: Process): Way[] => context.budget.nested(() => follow(next, context, depth + 1));
  for (const { launcher, name: chosen } of launchers(found, context.files)) {
    if ((found.file.script?.interpreter.length ?? 0) > 0)
      context.ran.add(["#!", found.file.path], () => interpreted(process, found, []));
    return launcher({ process, found, name: chosen, context, follow: go });
  }
  if (found.file.script) return runScript(process, found, go);
  if (found.file.binary === undefined)
    return [
      stuck(process, "EXEC_FORMAT", `${found.name}${placeOf(process)} is neither a binary nor a script`),
    ];
  const { scriptPath } = process;
  return [
    scriptPath === undefined
      ? terminal({ process, found }, "native")
      : terminal({ process, found }, "script", { program: scriptPath }),
  ];
}

function missing(name: string, path: string, process: Process, files: RootFiles): Way {
  const place = placeOf(process);
  if (name.includes("/") && files.kindOf?.(rootPath(name, process.workingDir)) === "file")
    return stuck(
      process,
      "INTERPRETER_UNKNOWN",
      `${name}${place} is a file of which no analyzer tells how it starts`,
    );
  const where = name.includes("/") ? `seen from ${shown(process.workingDir)}` : `in PATH ${shown(path)}`;
  return stuck(process, "PROGRAM_NOT_FOUND", `no program ${name} ${where}${place}`);
}

/** By the name used, then by the name behind all links. */
function launchers({ file, name }: FoundProgram, files: RootFiles): { launcher: Launcher; name: string }[] {
  const [used, real] = [lastName(name), lastName(file.path)];
  const launcher =
    wrapperOf(used) ??
    supervisorOf(used, name.slice(1), files) ??
    runnerOf(used) ??
    (file.binary ? runnerOf(real) : undefined);
  return launcher ? [{ launcher, name: used }] : [];
}

const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const SHELLS = new Set(["sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "rbash"]);

const runners: readonly (readonly [RegExp, Launcher])[] = [
  [/^java$/, runJava],
  [/^(?:node|nodejs)$/, runNode],
  [/^(?:npm|yarn|yarnpkg|pnpm)$/, runNpm],
  [/^npx$/, runNpx],
  [/^(?:python|pypy)[\d.]*$/, runPython],
  [/^ruby[\d.]*$/, runRuby],
  [/^bundler?$/, runBundle],
  [/^php[\d.]*$/, runPhp],
  [/^php-fpm[\d.]*$/, runPhpFpm],
  [/^(?:dotnet|mono)$/, runDotnet],
];

function runnerOf(name: string): Launcher | undefined {
  return SHELLS.has(name) ? runShell : runners.find(([pattern]) => pattern.test(name))?.[1];
}

/** The kernel hands the script to its interpreter, with one argument at most; a shell takes a text without `#!` itself. */
function runScript(process: Process, found: FoundProgram, go: Start["follow"]): Way[] {
  const { interpreter = [], text } = found.file.script ?? {};
  if (interpreter.length === 0 && (text === undefined || process.from === undefined))
    return [
      stuck(process, "EXEC_FORMAT", `${found.name} has no #! line, so nothing but a shell can start it`),
    ];
  return go(interpreted(process, found, process.steps));
}

/** The interpreter with the script, which the kernel starts in the script's place. */
function interpreted(process: Process, found: FoundProgram, before: Process["steps"]): Process {
  const [program, ...words] = found.file.script?.interpreter ?? [];
  const head =
    program === undefined ? ["/bin/sh"] : [program, ...(words.length === 0 ? [] : [words.join(" ")])];
  const argv = [...head, found.name, ...process.argv.slice(1)];
  const step = { kind: "interpreter", path: found.file.path, line: 1, argv: shownWords(argv) } as const;
  return {
    ...process,
    argv,
    from: { path: found.file.path, line: 1 },
    scriptPath: found.file.path,
    steps: [...before, step],
  };
}
