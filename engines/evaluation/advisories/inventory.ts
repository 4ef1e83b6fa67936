// SPDX-License-Identifier: Apache-2.0
/** What was read earlier and now, against what a feed says that there is. */
import { isUnder } from "./document-names.ts";
import type { FeedDocument, FeedInventory } from "./types.ts";

interface Named {
  readonly name: string;
  readonly stamp?: string;
}

/** The documents, each of which leaves in `renewed` the name under which everything is read anew. */
export async function* noting(
  documents: AsyncIterable<FeedDocument>,
  renewed: Set<string>,
): AsyncGenerator<FeedDocument> {
  for await (const document of documents) {
    renewed.add(document.root ?? document.name);
    yield document;
  }
}

/** What was read now and what still stands of the earlier import, as far as the inventory has it, with its marks. */
export function standing<Part extends Named>(
  { present }: FeedInventory,
  earlier: readonly Part[],
  read: readonly Part[],
  renewed: ReadonlySet<string>,
): readonly Part[] {
  const names = new Set(present.map(({ name }) => name));
  const stamps = new Map(present.map(({ name, stamp }) => [name, stamp]));
  const kept = earlier.filter(({ name }) => !isUnder(name, renewed));
  return [...kept, ...read]
    .filter(({ name }) => isUnder(name, names))
    .map((part) => {
      const stamp = stamps.get(part.name);
      return stamp === undefined ? part : { ...part, stamp };
    });
}
