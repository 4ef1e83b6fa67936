// SPDX-License-Identifier: Apache-2.0
/** Where ways through a script end, and which program they leave behind. */
import { UNKNOWN } from "../unknown.ts";
import type { Launched, Status, World } from "./world.ts";

export type Ending =
  | { readonly kind: "exec"; readonly program: Launched; readonly world: World }
  /** `code`: as written; `0`, another number, or not known. */
  | { readonly kind: "exit"; readonly code: string; readonly world: World }
  | { readonly kind: "loop"; readonly world: World };

/** The program that a shell is left with when it goes no further. */
export function programOf({ last, jobs }: World): Launched | undefined {
  if (last?.isLasting === true) return last;
  return jobs.findLast(({ isLasting }) => isLasting) ?? last ?? jobs.at(-1);
}

export interface Summary {
  readonly program: Launched | undefined;
  readonly status: Status;
  readonly output: string;
}

/** What a subshell's ways have in common. */
export function summarised(rest: readonly World[], endings: readonly Ending[]): Summary {
  const worlds = [...endings.map(({ world }) => world), ...rest];
  const outputs = new Set(worlds.map(({ output }) => output ?? ""));
  const statuses = new Set<Status>([
    ...rest.map(({ status }) => status),
    ...endings.map((ending): Status => {
      if (ending.kind !== "exit" || ending.code === UNKNOWN) return undefined;
      return ending.code === "0" ? 0 : 1;
    }),
  ]);
  const programs = [
    ...endings.map((ending) => (ending.kind === "exec" ? ending.program : programOf(ending.world))),
    ...rest.map(programOf),
  ].filter((program) => program !== undefined);
  const program = programs.findLast(({ isLasting }) => isLasting) ?? programs.at(-1);
  return {
    program: program && { ...program, kind: "run" },
    status: statuses.size === 1 ? [...statuses][0] : undefined,
    output: outputs.size === 1 ? ([...outputs][0] ?? "") : UNKNOWN,
  };
}
