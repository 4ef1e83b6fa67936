// SPDX-License-Identifier: Apache-2.0
/** Names of leaf documents: archives and folders that hold them stand before a `/`, the file of a line before a `:`. */

/** Deeper nesting than any feed has; a name may come from a hostile archive. */
const MAX_HOLDERS = 64;

/** Whether the name, or that of an archive, folder or file that holds it, is in the set. */
export function isUnder(name: string, holders: ReadonlySet<string>): boolean {
  if (holders.has(name)) return true;
  let seen = 0;
  for (const { index } of name.matchAll(/[/:]/g)) {
    if (holders.has(name.slice(0, index))) return true;
    seen += 1;
    if (seen === MAX_HOLDERS) return false;
  }
  return false;
}
