// SPDX-License-Identifier: Apache-2.0
/** What the parts of the shell need of one another. */
import type { ParsedScript } from "unbash";
import type { Budget } from "../budget.ts";
import type { RootFiles } from "../types.ts";
import type { World } from "./world.ts";

export interface Evaluator {
  readonly files: RootFiles;
  readonly budget: Budget;
  /** Conditions take a variable that nobody sets as unknown. */
  readonly unsetIsUnknown: boolean;
  /** Set once a condition has asked for such a variable. */
  readonly asked: { unset: boolean };
  /** More than 0 while a condition is evaluated. */
  conditions: number;
  /** What `$(...)` prints, without newlines at its end; sets the world's status. */
  substitute(script: ParsedScript | undefined, world: World): string;
}
