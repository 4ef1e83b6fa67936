// SPDX-License-Identifier: Apache-2.0
/** Whether what is not marked as used by the entry point can be said to be unused, as far as declarations tell. */
import type { TerminalKind } from "../entrytrace/types.ts";
import type { Sbom } from "../types.ts";

/** Programs whose packages are followed by what they declare. */
export const FOLLOWED_KINDS: ReadonlySet<TerminalKind> = new Set(["java", "native", "node", "python"]);

/**
 * False where the trace stops before a program, or ends in one whose way of loading packages is not followed, and where
 * something that the program may use was not followed.
 */
export function isUsageKnown({
  entryTrace,
  usageGaps = [],
}: Pick<Sbom, "entryTrace" | "usageGaps">): boolean {
  const ways = entryTrace ? [entryTrace, ...(entryTrace.alternatives ?? [])] : [];
  return (
    usageGaps.length === 0 &&
    ways.length > 0 &&
    ways.every(
      ({ terminal, unresolved }) =>
        !unresolved && terminal !== undefined && FOLLOWED_KINDS.has(terminal.kind),
    )
  );
}
