// SPDX-License-Identifier: Apache-2.0
/** Which entries an image leads to by itself, so that every entry can be reached from it. */
import type { Entry } from "./document.ts";

/** Refs of entries that no other entry requires, and one of each ring that nothing outside leads into; sorted. */
export function topRefs(entries: readonly Entry[]): string[] {
  const requires = new Map(entries.map(({ bomRef, dependsOn }) => [bomRef, dependsOn ?? []]));
  const required = new Set(entries.flatMap(({ dependsOn }) => dependsOn ?? []));
  const refs = entries.map(({ bomRef }) => bomRef).sort();
  const reached = new Set<string>();
  const tops = refs.filter((ref) => !required.has(ref));
  for (const ref of tops) reach(ref);
  for (const ref of refs) {
    if (reached.has(ref)) continue;
    tops.push(ref);
    reach(ref);
  }
  return tops.sort();

  function reach(top: string): void {
    const waiting = [top];
    for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
      if (reached.has(ref)) continue;
      reached.add(ref);
      for (const next of requires.get(ref) ?? []) waiting.push(next);
    }
  }
}
