// SPDX-License-Identifier: Apache-2.0
/** Licence texts of package metadata as CycloneDX 1.6 `licenses`: an SPDX id, an SPDX expression, or a name. */
import { isLicenseExpression } from "../license-expression.ts";
import { spdxIds } from "../spdx-ids.ts";

export type CycloneDxLicenses =
  | readonly { readonly license: { readonly id: string } | { readonly name: string } }[]
  | readonly [{ readonly expression: string }];

/** Undefined when there is nothing to say. One expression stands alone; among others it is a name, as the schema asks. */
export function cycloneDxLicenses(texts: readonly string[]): CycloneDxLicenses | undefined {
  if (texts.length === 0) return undefined;
  const [only] = texts;
  const isAlone = texts.length === 1 && only !== undefined && !spdxIds.has(only);
  if (isAlone && isLicenseExpression(only, { references: true })) return [{ expression: only }];
  return texts.map((text) => ({ license: spdxIds.has(text) ? { id: text } : { name: text } }));
}
