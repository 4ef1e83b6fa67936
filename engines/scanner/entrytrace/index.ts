// SPDX-License-Identifier: Apache-2.0
/** The entry trace's public face. */
export { traceEntry } from "./trace-entry.ts";
export type {
  EntryConfig,
  EntryFile,
  EntryPath,
  EntryStep,
  EntryStepKind,
  EntryTerminal,
  EntryTrace,
  EntryTraceLimits,
  RootFiles,
  TerminalKind,
  Unresolved,
  UnresolvedCode,
} from "./types.ts";
