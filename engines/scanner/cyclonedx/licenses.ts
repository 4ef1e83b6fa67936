// SPDX-License-Identifier: Apache-2.0
/** Licence texts of package metadata as CycloneDX 1.6 `licenses`: an SPDX id, an SPDX expression, or a name. */
import { spdxIds } from "./spdx-ids.ts";

export type CycloneDxLicenses =
  | readonly { readonly license: { readonly id: string } | { readonly name: string } }[]
  | readonly [{ readonly expression: string }];

/** Undefined when there is nothing to say. One expression stands alone; among others it is a name, as the schema asks. */
export function cycloneDxLicenses(texts: readonly string[]): CycloneDxLicenses | undefined {
  if (texts.length === 0) return undefined;
  const [only] = texts;
  if (texts.length === 1 && only !== undefined && !spdxIds.has(only) && isExpression(only)) {
    return [{ expression: only }];
  }
  return texts.map((text) => ({ license: spdxIds.has(text) ? { id: text } : { name: text } }));
}

const TOKEN = /\(|\)|[^\s()]+/g;
const REFERENCE = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/;
const MAX_TOKENS = 200;

/** SPDX 2.3 annex D: identifiers joined by AND, OR and WITH, with brackets. */
export function isExpression(text: string): boolean {
  const tokens = text.match(TOKEN) ?? [];
  if (tokens.length === 0 || tokens.length > MAX_TOKENS) return false;
  let depth = 0;
  let wantsOperand = true;
  for (const token of tokens) {
    if (token === "(") {
      if (!wantsOperand) return false;
      depth++;
    } else if (token === ")") {
      if (wantsOperand || --depth < 0) return false;
    } else if (wantsOperand) {
      if (!isOperand(token)) return false;
      wantsOperand = false;
    } else {
      if (token !== "AND" && token !== "OR" && token !== "WITH") return false;
      wantsOperand = true;
    }
  }
  return depth === 0 && !wantsOperand;
}

function isOperand(token: string): boolean {
  return (
    spdxIds.has(token) || REFERENCE.test(token) || (token.endsWith("+") && spdxIds.has(token.slice(0, -1)))
  );
}
