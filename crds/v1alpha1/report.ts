// SPDX-License-Identifier: Apache-2.0
/**
 * Report: the verdict on one image in one namespace, small; the whole document is in the object store.
 * Small in etcd, whole in the store.
 */
import { z } from "zod";
import { immutable, ruled } from "../cel.ts";
import { defineKind } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { commonStatus } from "./conditions.ts";
import {
  choice,
  count,
  digest,
  flag,
  imageReference,
  keyedListOf,
  largeCount,
  listOf,
  namespaceName,
  objectName,
  shaped,
  text,
  time,
} from "./fields.ts";

/** Findings and owners that a Report lists; the rest is in the full document. */
export const MAX_LISTED = 20;
const MAX_LICENSES = 10;

const policyRefSchema = z
  .object({
    namespace: namespaceName("Namespace of the ScanPolicy."),
    name: objectName("Name of the ScanPolicy."),
  })
  .meta({ description: "One ScanPolicy." });

const specSchema = ruled(
  z.object({
    imageDigest: digest("Digest of the image manifest. Cannot be changed."),
    imageRef: imageReference("The image as the pods name it."),
    repository: imageReference("Registry and repository, without tag and digest."),
    policyRefs: keyedListOf(
      "Policies that judge the image here. Not filled by this version; the Ready message names them.",
      policyRefSchema,
      ["namespace", "name"],
      50,
    ).exactOptional(),
  }),
  [immutable("imageDigest")],
).meta({ description: "Which image, and who judges it." });

const findingSchema = z
  .object({
    id: text("CVE where there is one, else the advisory's own id.", 64),
    purl: text("Package URL of the component.", 512),
    severity: choice("Severity after policy.", ["critical", "high", "medium", "low", "unknown", "none"]),
    fixedVersion: text("First version without the flaw; absent: none known.", 128).exactOptional(),
    action: choice("What the policy decided.", ["fail", "warn", "ignore", "defer", "none"]),
    rule: text("Name of the rule that decided; absent: none matched.", 128).exactOptional(),
  })
  .meta({ description: "One finding." });

const licenseSchema = z
  .object({
    purl: text("Package URL of the component.", 512),
    license: text("Its licences that the rule speaks of and no choice avoids.", 256),
    action: choice("What the policy decided.", ["fail", "warn"]),
    rule: text("Name of the rule that decided.", 128),
  })
  .meta({ description: "One component by its licence." });

const licenseCountsSchema = z.object({
  fail: count("Components whose licence fails a rule."),
  warn: count("Components whose licence warns."),
  waived: count("Components whose licence an ignore rule waives."),
  deferred: count("Components whose licence a defer rule leaves undecided."),
});

const ownerSchema = z
  .object({
    kind: shaped("Kind of the workload, e.g. Deployment.", /^[A-Z][A-Za-z0-9]*$/, 63),
    name: objectName("Name of the workload."),
  })
  .meta({ description: "One workload." });

const countsSchema = z.object({
  critical: count("Critical findings."),
  high: count("High findings."),
  medium: count("Medium findings."),
  low: count("Low findings."),
  unknown: count("Findings to which no source gives a severity."),
});

const digestsSchema = z.object({
  sbom: digest("The image's SBOM."),
  advisories: digest("The advisory snapshot that was asked."),
  vex: digest("The VEX snapshot that was asked."),
  attachedVex: digest("VEX documents that are attached to the image, where they were asked.").exactOptional(),
  policy: digest("The policies that judged."),
  report: digest("The full report in the object store."),
});

const statusSchema = z
  .object({
    ...commonStatus,
    verdict: choice("The answer.", ["pass", "warn", "fail"]).exactOptional(),
    counts: countsSchema
      .meta({
        description: "Findings that count (neither suppressed, nor waived, nor deferred) by severity.",
      })
      .exactOptional(),
    waived: count("Findings that an ignore rule waives.").exactOptional(),
    deferred: count("Findings that a defer rule leaves undecided.").exactOptional(),
    suppressed: count(
      "Findings that another statement answers: VEX, or the distribution's own advisory.",
    ).exactOptional(),
    fixable: count("Counted findings with a known fix.").exactOptional(),
    components: count("Packages in the SBOM.").exactOptional(),
    partial: flag(
      "True when something could not be read, or no advisory source covers the image's distribution: the answer may lack findings.",
    ).exactOptional(),
    worst: listOf("The worst findings, worst first.", findingSchema, MAX_LISTED).exactOptional(),
    licenses: licenseCountsSchema
      .meta({ description: "Components of whose licence a rule speaks, by what was decided." })
      .exactOptional(),
    worstLicenses: listOf(
      "Components whose licence fails or warns, failing ones first.",
      licenseSchema,
      MAX_LICENSES,
    ).exactOptional(),
    owners: keyedListOf(
      "Workloads of this namespace that run the image.",
      ownerSchema,
      ["kind", "name"],
      MAX_LISTED,
    ).exactOptional(),
    digests: digestsSchema
      .meta({ description: "The documents that led to the answer, by SHA-256: same digests, same answer." })
      .exactOptional(),
    evaluatedAt: time(
      "When the answer was made. It holds as long as nothing changes that it rests on.",
    ).exactOptional(),
    nextExpiry: time(
      "When a waiver or deferral ends, an age is reached or the date of a VEX claim comes, and the report is made anew.",
    ).exactOptional(),
    notRunningSince: time(
      "When the last pod with the image was gone; after the retention the Report is removed.",
    ).exactOptional(),
    signature: z
      .object({
        bundleRef: text("Name of the signed bundle in the object store.", 512),
        logIndex: largeCount("Index of the entry in the transparency log."),
      })
      .meta({ description: "Proof: the signed report and its entry in the transparency log." })
      .exactOptional(),
  })
  .meta({ description: "The answer." });

export const report = defineKind({
  kind: "Report",
  plural: "reports",
  singular: "report",
  shortNames: ["rep"],
  scope: "Namespaced",
  description:
    "A Report says whether an image that runs in this namespace may run there, and why. The operator makes, renews and removes it. `stella report NAME` prints the full document.",
  spec: specSchema,
  status: statusSchema,
  selectable: [".spec.imageDigest", ".status.verdict"],
  columns: [
    { name: "IMAGE", type: "string", jsonPath: ".spec.imageRef", description: "The image." },
    { name: "VERDICT", type: "string", jsonPath: ".status.verdict", description: "pass, warn or fail." },
    { name: "CRIT", type: "integer", jsonPath: ".status.counts.critical", description: "Critical findings." },
    { name: "HIGH", type: "integer", jsonPath: ".status.counts.high", description: "High findings." },
    { name: "MED", type: "integer", jsonPath: ".status.counts.medium", description: "Medium findings." },
    { name: "WAIVED", type: "integer", jsonPath: ".status.waived", description: "Waived findings." },
    {
      name: "SIGNED",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Signed")].status',
      description: "Whether the report is signed and logged.",
    },
    {
      name: "FIXABLE",
      type: "integer",
      jsonPath: ".status.fixable",
      description: "Findings with a known fix.",
      priority: 1,
    },
    {
      name: "PARTIAL",
      type: "boolean",
      jsonPath: ".status.partial",
      description: "Whether the answer may lack findings.",
      priority: 1,
    },
    {
      name: "DIGEST",
      type: "string",
      jsonPath: ".spec.imageDigest",
      description: "Digest of the image.",
      priority: 1,
    },
  ],
});

export type Report = ObjectOf<typeof report>;
export type ReportSpec = SpecOf<typeof report>;
export type ReportStatus = StatusOf<typeof report>;
