// SPDX-License-Identifier: Apache-2.0
/**
 * Sources that exist and have never been tried since the catalog is new. Until each was, good or not, no verdict is
 * given: one from half the advisories would look whole.
 */
import type { ImportRecord } from "#controllers/source/index.ts";
import { keyOf } from "#lib/kube/index.ts";
import type { CatalogCollection } from "#lib/stores/ports.ts";
import type { Caches } from "../caches.ts";

/** `namespace/name`, sorted; suspended sources and those outside the system namespace do not count. */
export async function unreadSources(
  caches: Pick<Caches, "advisorySources" | "vexSources">,
  systemNamespace: string,
  records: CatalogCollection<ImportRecord>,
): Promise<readonly string[]> {
  const waiting: string[] = [];
  for (const source of [...caches.advisorySources.list(), ...caches.vexSources.list()]) {
    if (source.spec.suspend || source.metadata.namespace !== systemNamespace) continue;
    if ((await records.get(source.metadata.uid ?? "")) === undefined) waiting.push(keyOf(source));
  }
  return waiting.sort();
}
