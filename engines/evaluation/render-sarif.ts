// SPDX-License-Identifier: Apache-2.0
/**
 * A report as SARIF 2.1.0 (OASIS, sarif-v2.1.0), for code scanning dashboards. What is waived, deferred or suppressed stays, as a
 * suppressed result (3.27.23). Same report, same bytes.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byText } from "#lib/compare.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import { counts } from "./evaluate.ts";
import type { JudgedFinding, LicenseFinding, ReportDocument, Severity } from "./types.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const VERSION = "2.1.0";
/** `security-severity` of a severity that is not a score: within the bands in which GitHub reads it. */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "2.0",
  unknown: "0.0",
  none: "0.0",
};
const MAX_TEXT = 1000;
const MAX_LOCATIONS = 10;

export interface SarifMeta {
  readonly toolVersion: string;
}

/** Ends with a newline. Results in the report's order. */
export function renderSarif(report: ReportDocument, { toolVersion }: SarifMeta): string {
  const ids = [...new Set(report.findings.map(({ id }) => id))].sort(byText);
  const ruleOf = new Map(ids.map((id, index) => [id, index]));
  const rules = ids.map((id) => rule(report.findings.filter((finding) => finding.id === id)));
  const licenses = licenseResults(report.licenseFindings, rules.length);
  return `${canonicalJson({
    $schema: SCHEMA,
    version: VERSION,
    runs: [
      {
        tool: {
          driver: {
            name: "stella",
            version: toolVersion,
            informationUri: "https://stella-ops.org",
            rules: [...rules, ...licenses.rules],
          },
        },
        columnKind: "utf16CodeUnits",
        automationDetails: { id: `stella/${report.repository ?? report.imageDigest}/` },
        properties: {
          imageDigest: report.imageDigest,
          verdict: report.verdict,
          partial: report.partial,
          digests: report.digests,
        },
        results: [
          ...report.findings.map((finding) => result(finding, ruleOf.get(finding.id) ?? 0)),
          ...licenses.results,
        ],
      },
    ],
  })}\n`;
}

/** @param findings of one vulnerability, worst first */
function rule(findings: readonly JudgedFinding[]): object {
  const [worst] = findings;
  if (worst === undefined) throw new Error("a rule without findings");
  const { id, severity, aliases, kev, malware } = worst;
  const what = malware === true ? "malicious package" : `${severity} vulnerability`;
  return {
    id,
    name: malware === true ? "MaliciousPackage" : "VulnerablePackage",
    shortDescription: { text: `${id}: ${what}` },
    helpUri: helpOf(id),
    properties: {
      "security-severity": SCORES[severity],
      tags: [
        "security",
        malware === true ? "malware" : "vulnerability",
        severity,
        ...(kev ? ["known-exploited"] : []),
      ],
      ...(aliases.length === 0 ? {} : { aliases }),
    },
  };
}

function helpOf(id: string): string {
  const name = escaped(id);
  if (id.startsWith("CVE-")) return `https://www.cve.org/CVERecord?id=${name}`;
  if (id.startsWith("GHSA-")) return `https://github.com/advisories/${name}`;
  return `https://osv.dev/vulnerability/${name}`;
}

function result(finding: JudgedFinding, ruleIndex: number): object {
  const {
    id,
    name,
    version,
    purl,
    severity,
    fixedVersion,
    distroStatus,
    range,
    layer,
    epss,
    rule: decided,
  } = finding;
  const isMalware = finding.malware === true;
  const fix =
    fixedVersion !== undefined ? `fixed in ${fixedVersion}` : (distroStatus ?? "no fixed version is known");
  return {
    ruleId: id,
    ruleIndex,
    level: isMalware && counts(finding) ? "error" : levelOf(finding),
    message: {
      text: `${name} ${version} ${isMalware ? `is malicious (${id}); remove it` : `has ${id} (${severity}); ${fix}`}.`.slice(
        0,
        MAX_TEXT,
      ),
    },
    locations: locationsOf(finding),
    partialFingerprints: {
      "stella/v1": hexOf(digestOf(`${id}\n${purl}\n${finding.evidence[0]?.path ?? ""}`)),
    },
    ...(counts(finding) ? {} : { suppressions: [suppression(finding)] }),
    properties: {
      purl,
      range,
      layer: layer.diffId,
      ...(fixedVersion === undefined ? {} : { fixedVersion }),
      ...(epss === undefined ? {} : { epss }),
      ...(decided === undefined ? {} : { rule: decided }),
      ...(finding.usedByEntrypoint === undefined ? {} : { usedByEntrypoint: finding.usedByEntrypoint }),
    },
  };
}

/** One rule for each licence rule of a policy that speaks of something, behind the vulnerabilities. */
function licenseResults(
  findings: readonly LicenseFinding[],
  firstIndex: number,
): { readonly rules: readonly object[]; readonly results: readonly object[] } {
  const names = [...new Set(findings.map(licenseRuleId))].sort(byText);
  return {
    rules: names.map((id) => ({
      id,
      name: "PackageLicence",
      shortDescription: { text: `${id}: a licence that policy speaks of` },
      properties: { tags: ["licence"] },
    })),
    results: findings.map((finding) => {
      const id = licenseRuleId(finding);
      const { name, version, purl, license, matched, layer, evidence, policy } = finding;
      return {
        ruleId: id,
        ruleIndex: firstIndex + names.indexOf(id),
        level: levelOf(finding),
        message: {
          text: `${name} ${version} can't be used without accepting ${matched.join(" and ")}.`.slice(
            0,
            MAX_TEXT,
          ),
        },
        locations: locationsOf(finding),
        partialFingerprints: {
          "stella/v1": hexOf(digestOf(`${id}\n${purl}\n${evidence[0]?.path ?? ""}`)),
        },
        ...(finding.action === "fail" || finding.action === "warn"
          ? {}
          : { suppressions: [suppression(finding)] }),
        properties: { purl, license, layer: layer.diffId, policy },
      };
    }),
  };
}

const licenseRuleId = ({ rule }: LicenseFinding): string => `licence/${rule}`;

function levelOf({ action }: Pick<JudgedFinding, "action">): "error" | "warning" | "note" {
  return action === "fail" ? "error" : action === "warn" ? "warning" : "note";
}

/** Files of the image, relative to its root; a package without a place is at the root. */
function locationsOf({ evidence, purl }: Pick<JudgedFinding, "evidence" | "purl">): readonly object[] {
  const places: readonly { readonly path: string; readonly line?: number }[] =
    evidence.length === 0 ? [{ path: "" }] : evidence;
  return places.slice(0, MAX_LOCATIONS).map(({ path, line = 1 }) => ({
    physicalLocation: {
      artifactLocation: { uri: uriOf(path), uriBaseId: "ROOTFS" },
      region: { startLine: line },
    },
    logicalLocations: [{ fullyQualifiedName: purl, kind: "module" }],
  }));
}

const uriOf = (path: string): string => path.split("/").map(escaped).join("/");

/** Half of a surrogate pair, which SBOMs of others may hold, has no form in a URI. */
const escaped = (text: string): string => encodeURIComponent(text.toWellFormed());

/** The one that set it aside: a waiver of the policy, VEX, or the distro's own word. */
function suppression({
  suppressedBy,
  vex,
  waiver,
  action,
}: Pick<JudgedFinding, "suppressedBy" | "vex" | "waiver" | "action">): object {
  const justification =
    waiver === undefined
      ? [suppressedBy, vex?.justification].filter((text) => text !== undefined).join(": ")
      : `${action === "defer" ? "deferred" : "waived"} until ${waiver.until}${waiver.justification === "" ? "" : `: ${waiver.justification}`}`;
  return { kind: "external", status: "accepted", justification: justification.slice(0, MAX_TEXT) };
}
