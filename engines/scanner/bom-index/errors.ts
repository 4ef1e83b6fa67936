// SPDX-License-Identifier: Apache-2.0
/** Why a BOM-Index is not read. Either way it can be made again from the SBOM. */
import { defineErrors } from "#lib/errors.ts";

export const bomIndexErrors = defineErrors("bom-index", {
  /** Cut short, changed, of another kind, or not as docs/formats/bom-index.md says. */
  BOM_INDEX_CORRUPT: "invalid",
  BOM_INDEX_VERSION_UNKNOWN: "invalid",
});

/** For `throw`. */
export function corrupt(what: string): Error {
  return bomIndexErrors.make("BOM_INDEX_CORRUPT", `BOM-Index: ${what}`);
}
