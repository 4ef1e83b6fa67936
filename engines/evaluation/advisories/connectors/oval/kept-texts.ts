// SPDX-License-Identifier: Apache-2.0
/**
 * Texts of a document as copies, one of each. A text from the parser is a view into the whole document or a chain of its
 * characters: kept as it is, a version of ten characters would hold a hundred megabytes.
 */
export class KeptTexts {
  readonly #kept = new Map<string, string>();

  keep(text: string): string {
    let kept = this.#kept.get(text);
    if (kept === undefined) {
      kept = copied(text);
      this.#kept.set(kept, kept);
    }
    return kept;
  }
}

export function copied(text: string): string {
  return Buffer.from(text).toString();
}
