// SPDX-License-Identifier: Apache-2.0
/** SPDX licence expressions: SPDX 2.3 annex D. Only ids of the list count; case matters, as metadata that errs is kept as text. */
import { spdxExceptionIds, spdxLicenseIds } from "./spdx-ids.ts";

const TOKEN = /\(|\)|[^\s()]+/g;
const REFERENCE = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/;
/** A longer text is hardly an expression that somebody wrote. */
const MAX_LENGTH = 4096;
const MAX_TOKENS = 200;

/** `references`: whether `LicenseRef-...` is an operand; a document that does not define it must say no. */
export function isLicenseExpression(text: string, { references }: { references: boolean }): boolean {
  const tokens = text.length > MAX_LENGTH ? [] : (text.match(TOKEN) ?? []);
  if (tokens.length === 0 || tokens.length > MAX_TOKENS) return false;
  let depth = 0;
  let wanted: "license" | "exception" | "operator" = "license";
  let isSimple = false; // the operand just read may be followed by WITH
  for (const token of tokens) {
    if (wanted === "exception") {
      if (!spdxExceptionIds.has(token)) return false;
      [wanted, isSimple] = ["operator", false];
    } else if (token === "(") {
      if (wanted !== "license") return false;
      depth++;
    } else if (wanted === "license") {
      if (!isLicense(token) && !(references && REFERENCE.test(token))) return false;
      [wanted, isSimple] = ["operator", true];
    } else if (token === ")") {
      if (--depth < 0) return false;
      isSimple = false;
    } else if (token === "WITH") {
      if (!isSimple) return false;
      wanted = "exception";
    } else {
      if (token !== "AND" && token !== "OR") return false;
      wanted = "license";
    }
  }
  return depth === 0 && wanted === "operator";
}

function isLicense(token: string): boolean {
  return spdxLicenseIds.has(token) || (token.endsWith("+") && spdxLicenseIds.has(token.slice(0, -1)));
}
