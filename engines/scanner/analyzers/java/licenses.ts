// SPDX-License-Identifier: Apache-2.0
/** Names and URLs of licences in Bundle-License. Source: OSGi Core, "Bundle-License": clauses joined by commas. */

const MAX_LENGTH = 120;
const MAX_LICENSES = 20;
const CLAUSE = /(?:"[^"]*"|[^",])+/g;
/** `Apache License, Version 2.0`: the comma parts no clauses. */
const CONTINUED = /^v(?:ersion|\.)?\s*\d|^\d/i;

export function bundleLicenses(text: string): string[] {
  const found: string[] = [];
  for (const [clause] of text.matchAll(CLAUSE)) {
    const name = (clause.split(";", 1)[0] ?? "").replaceAll('"', "").trim();
    const last = found.at(-1);
    if (last !== undefined && CONTINUED.test(name)) found[found.length - 1] = `${last}, ${name}`;
    else found.push(name);
  }
  return [...new Set(found)]
    .filter(
      (name) =>
        name !== "" && name.length <= MAX_LENGTH && !name.includes("EXTERNAL") && !name.includes("${"),
    )
    .slice(0, MAX_LICENSES);
}
