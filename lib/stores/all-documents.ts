// SPDX-License-Identifier: Apache-2.0
/** A whole collection, page by page. */
import type { CatalogCollection, CatalogDocument } from "./ports.ts";

const PAGE = 500;

/** In the order of ids; those that are removed on the way are no hindrance. @throws the signal's reason, between two pages */
export async function* allDocuments<Body>(
  collection: Pick<CatalogCollection<Body>, "list">,
  signal?: AbortSignal,
): AsyncGenerator<CatalogDocument<Body>> {
  let after: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const page = await collection.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id;
  }
}
