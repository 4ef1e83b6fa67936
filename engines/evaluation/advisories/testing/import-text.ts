// SPDX-License-Identifier: Apache-2.0
/** One document from memory, imported as a feed of its own. */
import type { ConnectorId } from "../connector-ids.ts";
import { importSource } from "../import-source.ts";
import type { ImportResult } from "../types.ts";
import { memoryFeed } from "./sbom.ts";

export function importText(name: string, text: string, connector?: ConnectorId): Promise<ImportResult> {
  return importSource({
    name: "test",
    feed: memoryFeed({ [name]: text }),
    ...(connector ? { connector } : {}),
  });
}
