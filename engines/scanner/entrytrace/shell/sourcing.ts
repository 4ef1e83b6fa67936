// SPDX-License-Identifier: Apache-2.0
/** `.` and `eval`: more text that the same shell reads. */
import { fileAt, findProgram, rootPath } from "../places.ts";
import type { EntryFile } from "../types.ts";
import { isKnown, shown } from "../unknown.ts";
import type { Shell } from "./shell.ts";
import { parseSource } from "./source.ts";
import { pathOf } from "./tools.ts";
import type { World } from "./world.ts";

/** Steps that one script adds. */
const MAX_TRAIL = 64;

export function runSource(args: readonly string[], line: number, world: World, shell: Shell): World[] {
  const [name = "", ...rest] = args[0] === "--" ? args.slice(1) : args;
  const file = sourced(name, world, shell);
  world.status = file ? 0 : undefined;
  const step = {
    kind: "source",
    path: world.source.path,
    line,
    ...(file ? { program: file.path } : {}),
    argv: [".", shown(name)],
  } as const;
  const note = isKnown(name) ? "its text is not known" : "which file is not known";
  if (world.trail.length < MAX_TRAIL)
    world.trail = [...world.trail, file?.script?.text === undefined ? { ...step, note } : step];
  if (file?.script?.text === undefined) {
    world.mayHoldMore ||=
      !isKnown(name) || shell.files.kindOf?.(rootPath(name, world.workingDir)) !== "absent";
    return [world];
  }
  const { tree, source } = parseSource(file.script.text, file.path, name);
  world.enter("source", source, rest.length > 0 ? rest : world.parameters);
  return shell.budget.nested(() =>
    shell.run(tree.commands, world).map((each) => {
      const { parameters } = each;
      each.leave();
      if (rest.length === 0) each.parameters = parameters; // `set --` of the file is the script's own
      return each;
    }),
  );
}

function sourced(name: string, world: World, shell: Shell): EntryFile | undefined {
  if (!isKnown(name) || name === "") return undefined;
  const { files } = shell;
  if (name.includes("/")) return fileAt(name, world.workingDir, files);
  return (
    findProgram(name, pathOf(world), world.workingDir, files)?.file ?? fileAt(name, world.workingDir, files)
  );
}

export function runEval(text: string, line: number, world: World, shell: Shell): World[] {
  const { tree, error } = parseSource(text, world.source.path, world.source.name, line);
  world.status = 0;
  if (error) {
    world.status = undefined;
    return [world];
  }
  const outer = world.source;
  world.source = { ...outer, lineOf: () => line };
  const worlds = shell.budget.nested(() => shell.run(tree.commands, world));
  for (const each of worlds) each.source = outer;
  return worlds;
}
