// SPDX-License-Identifier: Apache-2.0
/** A trace in a few lines, for tests. */
import type { EntryPath, EntryTrace } from "../types.ts";

/** The steps behind the image config's, then the end; then the programs of the alternatives. */
export function outline(trace: EntryTrace): string[] {
  return [
    ...trace.steps
      .slice(1)
      .map(({ kind, path, line }) => `${kind} ${path ?? ""}${line === undefined ? "" : `:${line}`}`.trim()),
    ...endOf(trace),
    ...(trace.alternatives ?? []).flatMap((way) => endOf(way).map((end) => `or ${end}`)),
  ];
}

/** The end alone. */
export function endOf({ terminal, unresolved }: EntryPath): string[] {
  const { kind = "", path = "", program, module, application, user = "" } = terminal ?? {};
  const what = [
    `${kind}: ${path}`,
    program,
    module && `(${module})`,
    application && `[${application}]`,
    user && `as ${user}`,
  ];
  return [
    ...(terminal ? [what.filter((part) => part).join(" ")] : []),
    ...(unresolved ? [unresolved.code] : []),
  ];
}
