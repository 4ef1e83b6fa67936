// SPDX-License-Identifier: Apache-2.0
/** Who says an advisory, in the ids and names that Trivy has for it (trivy-db, pkg/vulnsrc). */
import { vendorOf } from "../vendors.ts";

/** A row of Trivy's `data-source` bucket. */
export interface DataSource {
  readonly ID: string;
  readonly Name: string;
  readonly URL: string;
}

const VENDORS: ReadonlyMap<string, string> = new Map([
  ["almalinux", "alma"],
  ["azurelinux", "azure"],
  ["canonical", "ubuntu"],
  ["friendsofphp", "php-security-advisories"],
  ["github", "ghsa"],
  ["gitlab", "glad"],
  ["go", "govulndb"],
  ["golang", "govulndb"],
  ["kubernetes", "k8s"],
  ["mariner", "cbl-mariner"],
  ["microsoft", "azure"],
  ["nodejs", "nodejs-security-wg"],
  ["oracle", "oracle-oval"],
  ["ossf", "osv"],
  ["pypa", "osv"],
  ["rubysec", "ruby-advisory-db"],
  ["rustsec", "osv"],
  ["suse", "suse-cvrf"],
]);

/** Trivy's id for who says an advisory. */
export function sourceId(advisory: Parameters<typeof vendorOf>[0]): string {
  const vendor = vendorOf(advisory);
  return VENDORS.get(vendor) ?? vendor;
}

/** Sources of language advisories; `%` stands for the ecosystem's name. */
const LANGUAGE_SOURCES: ReadonlyMap<string, Omit<DataSource, "ID">> = new Map([
  ["bitnami", { Name: "Bitnami Vulnerability Database", URL: "https://github.com/bitnami/vulndb" }],
  ["ghsa", { Name: "GitHub Security Advisory %", URL: "https://github.com/advisories" }],
  [
    "glad",
    {
      Name: "GitLab Advisory Database Community",
      URL: "https://gitlab.com/gitlab-org/advisories-community",
    },
  ],
  ["govulndb", { Name: "The Go Vulnerability Database", URL: "https://pkg.go.dev/vuln/" }],
  [
    "k8s",
    { Name: "Official Kubernetes CVE Feed", URL: "https://kubernetes.io/docs/reference/issues-security/" },
  ],
  [
    "nodejs-security-wg",
    { Name: "Node.js Ecosystem Security Working Group", URL: "https://github.com/nodejs/security-wg" },
  ],
  [
    "php-security-advisories",
    { Name: "PHP Security Advisories Database", URL: "https://github.com/FriendsOfPHP/security-advisories" },
  ],
  [
    "ruby-advisory-db",
    { Name: "Ruby Advisory Database", URL: "https://github.com/rubysec/ruby-advisory-db" },
  ],
]);

/** OSV's database is many; Trivy names that of an ecosystem by its keepers. */
const OSV_KEEPERS: ReadonlyMap<string, Omit<DataSource, "ID">> = new Map([
  ["pypi", { Name: "Python Packaging Advisory Database", URL: "https://github.com/pypa/advisory-database" }],
  ["cargo", { Name: "RustSec Advisory Database", URL: "https://github.com/RustSec/advisory-db" }],
]);
const OSV = { Name: "Open Source Vulnerabilities", URL: "https://osv.dev" };

/** @param label the ecosystem as GitHub's advisories call it, e.g. `pip` */
export function languageSource(id: string, ecosystem: string, label: string): DataSource {
  const known = id === "osv" ? (OSV_KEEPERS.get(ecosystem) ?? OSV) : LANGUAGE_SOURCES.get(id);
  if (known === undefined) return { ID: id, Name: id, URL: "" };
  return { ID: id, Name: known.Name.replace("%", label), URL: known.URL };
}
