// SPDX-License-Identifier: Apache-2.0
/** Findings out of our report and out of trivy's, in one form: a vulnerability in a package, counted once an image. */
import type { ReportDocument } from "#engines/evaluation/index.ts";
import { byText } from "#lib/compare.ts";
import { packageOf } from "../components.ts";
import { keyOf, type Package } from "../truth.ts";

export interface FoundFinding {
  readonly package: Package;
  readonly id: string;
  /** Every other name that the finding gives its vulnerability, sorted. */
  readonly aliases: readonly string[];
  readonly severity: string;
  /** One for us, all that trivy lists; without Go's leading `v`. */
  readonly fixes: readonly string[];
  /** Why we do not count it. */
  readonly suppressedBy?: string;
}

export function ourFindings({ findings }: Pick<ReportDocument, "findings">): readonly FoundFinding[] {
  return distinct(
    findings.map(({ id, purl, aliases, advisoryIds, severity, fixedVersion, suppressedBy }) => ({
      package: packageOf(purl),
      id,
      aliases: sorted([...aliases, ...advisoryIds], id),
      severity,
      fixes: fixedVersion === undefined ? [] : [plain(fixedVersion)],
      ...(suppressedBy === undefined ? {} : { suppressedBy }),
    })),
  );
}

interface TrivyReport {
  readonly Results?: readonly { readonly Vulnerabilities?: readonly TrivyFinding[] }[];
}

interface TrivyFinding {
  readonly VulnerabilityID: string;
  readonly VendorIDs?: readonly string[];
  readonly PkgIdentifier: { readonly PURL: string };
  readonly Severity: string;
  readonly FixedVersion?: string;
}

export function trivyFindings(report: unknown): readonly FoundFinding[] {
  const found = ((report as TrivyReport).Results ?? []).flatMap(
    ({ Vulnerabilities = [] }) => Vulnerabilities,
  );
  return distinct(
    found.map(({ VulnerabilityID: id, VendorIDs = [], PkgIdentifier, Severity, FixedVersion = "" }) => ({
      package: packageOf(PkgIdentifier.PURL),
      id,
      aliases: sorted(VendorIDs, id),
      severity: Severity.toLowerCase(),
      fixes: FixedVersion.split(", ")
        .filter((text) => text !== "")
        .map(plain),
    })),
  );
}

const plain = (version: string): string => version.replace(/^v(?=\d)/, "").replace(/^0:/, "");
const sorted = (ids: readonly string[], id: string): readonly string[] =>
  [...new Set(ids)].filter((one) => one !== id).sort(byText);

/** A package at several places is one; what counts somewhere counts. */
function distinct(findings: readonly FoundFinding[]): readonly FoundFinding[] {
  const byKey = new Map<string, FoundFinding>();
  for (const finding of findings) {
    const key = `${keyOf(finding.package)} ${finding.id}`;
    const before = byKey.get(key);
    if (before === undefined || before.suppressedBy !== undefined) byKey.set(key, finding);
  }
  return [...byKey].sort(([a], [b]) => byText(a, b)).map(([, finding]) => finding);
}
