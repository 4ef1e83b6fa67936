// SPDX-License-Identifier: Apache-2.0
/** Small CSAF documents for tests of this and other folders. */

export interface DocumentParts {
  /** Default: `csaf_base`, which asks for the least. */
  readonly category?: string;
  readonly branches?: readonly unknown[];
  readonly products?: readonly unknown[];
  readonly groups?: readonly unknown[];
  readonly relationships?: readonly unknown[];
  /** Members of one vulnerability, beside its CVE. */
  readonly vulnerability?: Readonly<Record<string, unknown>>;
  /** More members of `document`. */
  readonly document?: Readonly<Record<string, unknown>>;
}

/** About CVE-2024-1000, of 2024-02-01, published by Acme. */
export function csafDocument(parts: DocumentParts): unknown {
  const { category = "csaf_base", branches, products, groups, relationships, vulnerability = {} } = parts;
  const date = "2024-02-01T00:00:00Z";
  return {
    document: {
      category,
      csaf_version: "2.0",
      publisher: { category: "vendor", name: "Acme", namespace: "https://acme.example" },
      title: "Acme and CVE-2024-1000",
      tracking: {
        current_release_date: date,
        id: "ACME-1",
        initial_release_date: date,
        revision_history: [{ date, number: "1", summary: "First." }],
        status: "final",
        version: "1",
      },
      ...parts.document,
    },
    product_tree: {
      ...(branches === undefined ? {} : { branches }),
      ...(products === undefined ? {} : { full_product_names: products }),
      ...(groups === undefined ? {} : { product_groups: groups }),
      ...(relationships === undefined ? {} : { relationships }),
    },
    vulnerabilities: [
      { cve: "CVE-2024-1000", notes: [{ category: "description", text: "A flaw." }], ...vulnerability },
    ],
  };
}
