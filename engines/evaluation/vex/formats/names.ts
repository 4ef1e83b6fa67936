// SPDX-License-Identifier: Apache-2.0
/** Names of products as claims carry them: purls, `sha256:` digests, CPEs, and URIs that name nothing here. */

/** A longer text is no name; cut, it would name something else. */
const MAX_ID = 1000;

/** Those that are texts, each once, in order. */
export function idsOf(values: readonly unknown[]): readonly string[] {
  const texts = values.map((value) => (typeof value === "string" ? value.trim() : ""));
  return [...new Set(texts.filter((text) => text !== "" && text.length <= MAX_ID))];
}

/** Whether it says which thing is meant without a dictionary. */
export function isStrongName(id: string): boolean {
  return id.startsWith("pkg:") || id.startsWith("sha256:");
}

export function isCpe(id: string): boolean {
  return /^cpe:(?:\/|2\.3:)/i.test(id);
}

/** Whether nothing but a CPE names it: such a product is the platform of a component, and nothing by itself. */
export function isCpeOnly(ids: readonly string[]): boolean {
  return ids.some(isCpe) && !ids.some(isStrongName);
}
