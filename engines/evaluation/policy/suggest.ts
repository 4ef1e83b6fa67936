// SPDX-License-Identifier: Apache-2.0
/** "Did you mean": the nearest known word to a mistyped one. */

const MAX_LENGTH = 40;

/** `, did you mean "severity"?` or nothing. Two edits at most, and half of the word. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (word.length > MAX_LENGTH) return "";
  const lower = word.toLowerCase();
  const ranked = known
    .map((name) => ({ name, edits: distance(lower, name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= 2 && edits * 2 <= Math.max(name.length, word.length))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best === undefined ? "" : `, did you mean "${best.name}"?`;
}

/** Levenshtein distance by rows. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, char] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const swap = (row[j] ?? 0) + (char === other ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
