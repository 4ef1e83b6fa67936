// SPDX-License-Identifier: Apache-2.0
/**
 * What a root filesystem holds, as an SPDX 2.3 document, where it is not known which image it becomes: while a build goes
 * on there are neither layers nor digests nor an entry point to speak of.
 */
import type { Sbom } from "../../types.ts";
import { inventoryOf, type DocumentMeta } from "../document.ts";
import { documentUuid } from "../uuid.ts";
import { unasserted } from "./packages.ts";
import { NOT_KNOWN, documentOf, withNamespace } from "./to-spdx.ts";
import type { Spdx } from "./types.ts";

/** @param sbom of a folder; what it says of digests, layers and start is left out. */
export function rootSpdx(
  { entryTrace, base, ...sbom }: Sbom,
  { imageName, toolVersion }: Pick<DocumentMeta, "imageName" | "toolVersion">,
): Spdx {
  const inventory = inventoryOf(sbom);
  const entries = inventory.entries.map(({ layer, ...entry }) => entry);
  const omissions = inventory.omissions.map(({ diffId, ...omission }) => omission);
  const document = documentOf(
    { ...inventory, entries, omissions },
    {
      name: imageName,
      created: NOT_KNOWN,
      creator: `Tool: stella-${toolVersion}`,
      subject: () => ({
        SPDXID: "SPDXRef-Image",
        name: imageName,
        ...unasserted,
        primaryPackagePurpose: "CONTAINER",
      }),
      layers: [],
    },
  );
  return withNamespace(document, documentUuid(JSON.stringify(document)));
}
