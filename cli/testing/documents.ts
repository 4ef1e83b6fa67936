// SPDX-License-Identifier: Apache-2.0
/** Small documents for the command's tests: an advisory, a VEX statement and an SBOM, all about lodash. */

export const osv = (id: string, aliases: readonly string[] = []): string =>
  JSON.stringify({
    id,
    aliases,
    modified: "2024-01-01T00:00:00Z",
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [
      {
        package: { ecosystem: "npm", name: "lodash" },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "4.17.21" }] }],
      },
    ],
  });

export const openVex = (
  author: string,
  id: string,
  status: "affected" | "not_affected",
  product = "pkg:npm/lodash",
): string =>
  JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `https://${author}.example/1`,
    author,
    timestamp: "2024-01-01T00:00:00Z",
    version: 1,
    statements: [
      {
        vulnerability: { name: id },
        products: [{ "@id": product }],
        status,
        ...(status === "affected"
          ? { action_statement: "Update." }
          : { justification: "vulnerable_code_not_present" }),
      },
    ],
  });

export const sbomText = (...purls: readonly string[]): string =>
  JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    components: purls.map((purl) => ({ type: "library", name: "-", purl })),
  });
