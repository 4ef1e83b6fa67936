// SPDX-License-Identifier: Apache-2.0
/** Who publishes a CSAF document, as one word: `https://www.redhat.com` is `redhat`, `https://www.cisa.gov/` is `cisa`. */
import type { CsafDocument } from "./schema.ts";

/** Labels under which others register, so that the one before is the publisher's: `bund.de`, `co.jp`. */
const SHARED: ReadonlySet<string> = new Set([
  "ac",
  "bund",
  "co",
  "com",
  "edu",
  "gov",
  "gv",
  "net",
  "or",
  "org",
]);

/** From the host of the namespace; from the name where that is no URL. */
export function publisherSlug({ namespace, name }: CsafDocument["document"]["publisher"]): string {
  const host = URL.parse(namespace)?.hostname.toLowerCase().split(".") ?? [];
  // The last label of a name is a word; of an address it is a number.
  if (host.length < 2 || !/^[a-z]/.test(host.at(-1) ?? "")) return slug(name);
  const at = host.length > 2 && SHARED.has(host[host.length - 2] ?? "") ? host.length - 3 : host.length - 2;
  return host[at] ?? slug(name);
}

function slug(name: string): string {
  const words = name.toLowerCase().match(/[a-z\d]+/g) ?? ["unknown"];
  return words.join("-").slice(0, 64);
}
