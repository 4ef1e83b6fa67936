// SPDX-License-Identifier: Apache-2.0
/** Detached signatures by their names: `a.json.asc`, `a.json.sig`, `a.json.sigstore.json`. Nothing looks into them yet. */

const SIGNATURE = /^(.+)\.(?:asc|sig|sigstore(?:\.[a-z]{1,10})?)$/i;

/** Name of the file that is signed; undefined for what is no signature. */
export function signedFile(name: string): string | undefined {
  return SIGNATURE.exec(name)?.[1];
}

/** Whether the document, its file or an archive around it is one of the signed ones. */
export function isSigned(name: string, signed: ReadonlySet<string>): boolean {
  if (signed.size === 0) return false;
  const file = name.replace(/:\d+$/, "");
  if (signed.has(file)) return true;
  for (let at = file.indexOf("/"); at >= 0; at = file.indexOf("/", at + 1)) {
    if (signed.has(file.slice(0, at))) return true;
  }
  return false;
}
