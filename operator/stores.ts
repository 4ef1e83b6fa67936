// SPDX-License-Identifier: Apache-2.0
/** The embedded profile's stores under one folder. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openFolderObjectStore } from "#lib/stores/folder/index.ts";
import { openSqliteCatalog, openSqliteQueues } from "#lib/stores/sqlite/index.ts";
import type { Catalog, ObjectStore, Queues } from "#lib/stores/ports.ts";

export interface Stores {
  readonly catalog: Catalog;
  readonly objects: ObjectStore;
  readonly queues: Queues;
  close(): Promise<void>;
}

/** @throws QUEUE_IN_USE while another process has them open, CATALOG_UNAVAILABLE, OBJECTS_UNAVAILABLE */
export async function openEmbeddedStores(
  dataDir: string,
  onError: (error: unknown) => void,
): Promise<Stores> {
  await mkdir(dataDir, { recursive: true });
  // The queue first: it takes the lock that makes this the only process.
  const queues = await openSqliteQueues(join(dataDir, "queue.db"), { onError });
  const catalog = await openSqliteCatalog(join(dataDir, "catalog.db"));
  const objects = await openFolderObjectStore(join(dataDir, "objects"), { sweepAfterMs: 0 });
  return {
    catalog,
    objects,
    queues,
    close: async () => {
      await queues.close();
      await catalog.close();
      await objects.close();
    },
  };
}

/** Facts of single files by content, which layer workers keep beside the stores. */
export const fileFactsIn = (dataDir: string): string => join(dataDir, "file-facts");

/** What feeds fetch from the web lies there until it has been read. */
export const downloadsIn = (dataDir: string): string => join(dataDir, "downloads");
