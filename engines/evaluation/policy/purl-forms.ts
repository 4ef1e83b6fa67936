// SPDX-License-Identifier: Apache-2.0
/** How people name a package in a pattern. */

/**
 * The purl in full, without qualifiers, and without version: `pkg:npm/lodash` names every lodash. Each also
 * decoded, since people write `pkg:npm/@babel/core` and not `%40babel`.
 */
export function purlForms(purl: string): readonly string[] {
  const bare = purl.split(/[?#]/, 1)[0] ?? purl;
  const at = bare.lastIndexOf("@");
  const forms = at > bare.lastIndexOf("/") ? [purl, bare, bare.slice(0, at)] : [purl, bare];
  return purl.includes("%") ? [...forms, ...forms.map(decoded)] : forms;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
