// SPDX-License-Identifier: Apache-2.0
/** Whether an answer can rest on the probability of exploitation, which changes for most vulnerabilities every day. */
import type { PolicySet } from "./types.ts";

export function asksForEpss({ system, namespace = [] }: PolicySet): boolean {
  return [...system, ...namespace].some(({ rules }) =>
    rules.some(({ match, action }) => match.epss !== undefined || "epss" in action),
  );
}
