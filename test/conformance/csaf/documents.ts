// SPDX-License-Identifier: Apache-2.0
/** A small CSAF document of our own that is right, and changes that make it wrong. */

/** At a path of names and positions: a value put there, an item added to the list there, or what is there taken away. */
export type Change =
  readonly [do_: "set" | "add", path: string, value: unknown] | readonly [do_: "drop", path: string];

type Json = Record<string, unknown>;

/** A copy with all changes. */
export function changed(document: unknown, changes: readonly Change[]): unknown {
  const copy = structuredClone(document);
  for (const [what, path, value] of changes) {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    const parent = steps.reduce<unknown>((at, step) => (at as Json)[step], copy) as Json;
    if (what === "drop") Reflect.deleteProperty(parent, last);
    else if (what === "set") parent[last] = value;
    else (parent[last] as unknown[]).push(value);
  }
  return copy;
}

const CVSS_31 = {
  version: "3.1",
  vectorString: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
  baseScore: 9.8,
  baseSeverity: "CRITICAL",
  attackVector: "NETWORK",
  scope: "UNCHANGED",
};

/** A VEX document that passes every test: one vulnerability, a product with a status of each kind. */
export function validVex(): unknown {
  return {
    document: {
      category: "csaf_vex",
      csaf_version: "2.0",
      lang: "en",
      publisher: { category: "vendor", name: "Acme", namespace: "https://acme.example" },
      title: "Acme and CVE-2024-1000",
      tracking: {
        current_release_date: "2024-03-02T00:00:00Z",
        id: "ACME-2024-1",
        initial_release_date: "2024-03-01T00:00:00Z",
        revision_history: [
          { date: "2024-03-01T00:00:00Z", number: "1", summary: "First." },
          { date: "2024-03-02T00:00:00Z", number: "2", summary: "Second." },
        ],
        status: "final",
        version: "2",
      },
    },
    product_tree: {
      branches: [
        {
          category: "vendor",
          name: "Acme",
          branches: [
            {
              category: "product_version",
              name: "1.0",
              product: { product_id: "P1", name: "Acme Server 1.0" },
            },
            {
              category: "product_version",
              name: "1.1",
              product: { product_id: "P2", name: "Acme Server 1.1" },
            },
          ],
        },
      ],
      full_product_names: [
        {
          product_id: "P3",
          name: "Acme Client",
          product_identification_helper: {
            purl: "pkg:npm/acme-client@1.0.0",
            hashes: [{ filename: "a.tgz", file_hashes: [{ algorithm: "sha256", value: "ab".repeat(32) }] }],
          },
        },
      ],
      product_groups: [{ group_id: "G1", product_ids: ["P1", "P3"] }],
      relationships: [
        {
          category: "installed_on",
          full_product_name: { product_id: "P4", name: "Client on server" },
          product_reference: "P3",
          relates_to_product_reference: "P1",
        },
      ],
    },
    vulnerabilities: [
      {
        cve: "CVE-2024-1000",
        cwe: { id: "CWE-79", name: "Cross-site Scripting" },
        notes: [{ category: "description", text: "A flaw." }],
        product_status: {
          known_affected: ["P1"],
          known_not_affected: ["P3"],
          fixed: ["P2"],
          under_investigation: ["P4"],
          recommended: ["P2"],
        },
        flags: [{ label: "vulnerable_code_not_present", product_ids: ["P3"] }],
        threats: [{ category: "exploit_status", details: "None known.", product_ids: ["P1"] }],
        remediations: [{ category: "vendor_fix", details: "Take 1.1.", product_ids: ["P1"] }],
        scores: [{ products: ["P1"], cvss_v3: { ...CVSS_31 } }],
        involvements: [{ party: "vendor", status: "completed", date: "2024-03-01T00:00:00Z" }],
      },
    ],
  };
}

/** Of the same things a document of another category. */
export function validOf(category: string): unknown {
  const same: Change = ["set", "document.category", category];
  if (category !== "csaf_informational_advisory") return changed(validVex(), [same]);
  return changed(validVex(), [
    same,
    ["drop", "vulnerabilities"],
    ["set", "document.notes", [{ category: "summary", text: "Of note." }]],
    ["set", "document.references", [{ url: "https://acme.example/1" }]],
  ]);
}
