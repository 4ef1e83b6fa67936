// SPDX-License-Identifier: Apache-2.0
/** Shapes shared by advisories, VEX and policy: advisory, finding, verdict, report. */
import type { Digest, DiffId, ImageDigest } from "#lib/digest.ts";
import type { Evidence } from "#engines/scanner/index.ts";

/** Worst first in `severities`. `unknown` ranks below `low` and above `none`. */
export type Severity = "critical" | "high" | "medium" | "low" | "unknown" | "none";
export type VexStatus = "not_affected" | "affected" | "fixed" | "under_investigation";
export type Verdict = "pass" | "warn" | "fail";

/** One half-open range in the ecosystem's own version order. `introduced` "0" is before every version. */
export interface VersionRange {
  readonly introduced: string;
  /** First version without the flaw; absent: no fix known. */
  readonly fixed?: string;
  /** Last version with the flaw, where the source gives that and not a fix. */
  readonly lastAffected?: string;
}

/** What one advisory says of one package. */
export interface AffectedPackage {
  /** Version order and package namespace: `npm`, `pypi`, `golang`, `deb`, `apk`. */
  readonly ecosystem: string;
  /** Distro id and release for OS packages: `debian:12`, `alpine:3.20`. */
  readonly distro?: string;
  /** purl namespace and name joined by `/` (`@babel/traverse`, `github.com/x/y`); source package for distros. */
  readonly name: string;
  readonly ranges: readonly VersionRange[];
  /** Versions named one by one. */
  readonly versions?: readonly string[];
  /** Distro's word where there is no fix: `no-dsa`, `will_not_fix`, `end_of_life`, `unimportant`. */
  readonly distroStatus?: string;
  /** Severity that this distro gives. */
  readonly severity?: Severity;
  /** rpm module stream whose packages alone are meant: `nodejs:18`. */
  readonly module?: string;
  /** An rpm source package, all of whose binaries are meant, of a feed that otherwise names binaries. */
  readonly isSource?: true;
}

/** Our record of one vulnerability as one source gives it. Without packages it is an enrichment: scores and words only. */
export interface Advisory {
  /** CVE, GHSA, PYSEC, GO, DSA ... id. */
  readonly id: string;
  readonly aliases: readonly string[];
  /** Connector id. */
  readonly source: string;
  /** Who says it, in lower case: `debian`, `redhat`, `github`, `nvd`. Absent where id and connector tell (`vendorOf`). */
  readonly vendor?: string;
  /** The package itself is the harm: no version of those named is good, and no fix will come. */
  readonly malware?: true;
  readonly summary?: string;
  readonly severity: Severity;
  readonly cvss: readonly { readonly version: string; readonly vector: string; readonly source: string }[];
  readonly withdrawn?: string;
  readonly published?: string;
  readonly modified?: string;
  readonly references: readonly string[];
  readonly affected: readonly AffectedPackage[];
}

/** The statement that counts for a finding, and the ones that say otherwise. */
export interface VexAnnotation {
  readonly status: VexStatus;
  /** `not_affected` or `fixed` that does not count, for want of weight or of a reason: the finding stands. */
  readonly isOpen?: true;
  /** Justification label, else the impact statement (cut to 300 characters). */
  readonly justification?: string;
  /** What the provider says is to be done (cut to 300 characters). */
  readonly action?: string;
  readonly source: string;
  /** The document's name of itself (`@id`, tracking id, serial number), else its name. */
  readonly document?: string;
  /** Who the document says wrote it. Nobody has verified that, and nothing is decided by it. */
  readonly author?: string;
  /** There is a signature, and nobody has verified it. */
  readonly signature?: "unverified";
  /** RFC 3339; absent where the document gives no time, or one after the day of the evaluation. */
  readonly timestamp?: string;
  /** What the statement is about: the image, a program in it, this version of the package, or any version. */
  readonly scope: "image" | "program" | "version" | "package";
  /** Who says what with which weight, and why a finding stands although it was answered. */
  readonly reason: string;
  /** Where the finding is answered: others whose answer counted too, latest first, at most 10. */
  readonly support?: readonly {
    readonly status: VexStatus;
    readonly source: string;
    readonly document: string;
    readonly justification?: string;
  }[];
  /** Statements about the same finding with another status, newest first, at most 10. */
  readonly conflicts?: readonly {
    readonly status: VexStatus;
    readonly source: string;
    readonly document: string;
    readonly timestamp?: string;
  }[];
}

/** A component met by an advisory, before policy. Sorted worst first, then by id, then by purl. */
export interface Finding {
  /** CVE where an alias is one, else the advisory's own id. */
  readonly id: string;
  readonly advisoryIds: readonly string[];
  readonly aliases: readonly string[];
  readonly sources: readonly string[];
  /** Who publishes these advisories (`debian`, `github`), sorted. */
  readonly vendors: readonly string[];
  readonly purl: string;
  readonly bomRef: string;
  readonly name: string;
  readonly version: string;
  readonly severity: Severity;
  readonly fixedVersion?: string;
  readonly distroStatus?: string;
  /** The range that met, e.g. `>=0 <4.17.12 (npm)`. */
  readonly range: string;
  readonly evidence: readonly Evidence[];
  readonly layer: { readonly index: number; readonly diffId: DiffId };
  readonly kev: boolean;
  readonly epss?: number;
  /** The package itself is the harm: remove it, no fix will come. */
  readonly malware?: true;
  /** What vendors contradict each other in; of each vendor the worst severity and the latest fix. Sorted by vendor. */
  readonly contradictions?: readonly {
    readonly field: "severity" | "fixedVersion";
    readonly values: readonly { readonly vendor: string; readonly value: string }[];
  }[];
  /** RFC 3339; the earliest time at which an advisory was published, where a source says it. */
  readonly published?: string;
  readonly vex?: VexAnnotation;
  /** Why the entry program uses the component; not set where no use is known. */
  readonly usedByEntrypoint?: string;
  /** Set where another statement answers for this one: the distro's package owns the file, or VEX not_affected. */
  readonly suppressedBy?: string;
}

/** `none`: no rule matched, or the finding is suppressed and policy was not asked. */
export type PolicyAction = "fail" | "warn" | "ignore" | "defer" | "none";

/** A finding after policy. */
export interface JudgedFinding extends Finding {
  readonly action: PolicyAction;
  /** Name of the deciding rule; absent when none matched. */
  readonly rule?: string;
  readonly policy?: string;
  /** Present for `ignore` and `defer`; a deferral has no justification. */
  readonly waiver?: { readonly until: string; readonly justification: string };
  /** Severity before `escalate`, where a rule raised it. */
  readonly originalSeverity?: Severity;
  /** What suppressed it, where a `requireVEX` rule does not take that answer: `vex:acme`. */
  readonly refusedVex?: string;
  /** Rules that changed the finding before (escalate) or no longer count (expired), in order. */
  readonly trace: readonly string[];
}

/** A component whose licence a rule speaks of. */
export interface LicenseFinding {
  readonly purl: string;
  readonly bomRef: string;
  readonly name: string;
  readonly version: string;
  /** All that is stated, as one expression, cut to 300 characters; NOASSERTION where nothing is. */
  readonly license: string;
  /** Of these, what the rule speaks of and no choice avoids; at most 10. */
  readonly matched: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly layer: { readonly index: number; readonly diffId: DiffId };
  readonly usedByEntrypoint?: string;
  readonly action: Exclude<PolicyAction, "none">;
  readonly rule: string;
  readonly policy: string;
  readonly waiver?: { readonly until: string; readonly justification: string };
  readonly trace: readonly string[];
}

/** Licence findings by what was decided. */
export interface LicenseCounts {
  readonly fail: number;
  readonly warn: number;
  readonly waived: number;
  readonly deferred: number;
}

export type SeverityCounts = Readonly<Record<Severity, number>>;

/** VEX documents that are attached to the image itself. */
export interface AttachedVexFacts {
  /** Repository in which they were found: who can push to it can say so. */
  readonly repository: string;
  readonly documents: number;
  readonly statements: number;
  /** What was not taken, with the reason; at most 20 lines. */
  readonly leftOut: readonly string[];
  /** All of it. */
  readonly leftOutCount: number;
}

/** The full report; its canonical JSON is stored, digested and later signed. Holds no wall clock. */
export interface ReportDocument {
  readonly schemaVersion: "1";
  readonly imageDigest: ImageDigest;
  /** The reference that was judged, where rules may match it. */
  readonly imageReference?: string;
  readonly repository?: string;
  readonly namespace?: string;
  readonly env?: string;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** Findings that count (not suppressed, not waived, not deferred) by severity. */
  readonly counts: SeverityCounts;
  readonly waived: number;
  /** Findings left undecided until a date by a `defer` rule. */
  readonly deferred: number;
  readonly suppressed: number;
  readonly fixable: number;
  readonly licenses: LicenseCounts;
  readonly components: number;
  /** Whether the entry point could be followed to its program; else nothing is known to be unused. */
  readonly usageKnown: boolean;
  /** True when the SBOM has omissions or no advisory source covers the image's distro. */
  readonly partial: boolean;
  readonly omissions: readonly string[];
  readonly findings: readonly JudgedFinding[];
  /** Strictest action first, then by purl and component. */
  readonly licenseFindings: readonly LicenseFinding[];
  /** Weights of the VEX sources where any was given; with the digests all that the answer rests on. */
  readonly vexTrust?: Readonly<Record<string, number>>;
  /** Absent where nobody looked for them. */
  readonly attachedVex?: AttachedVexFacts;
  readonly digests: {
    readonly sbom: Digest;
    readonly advisories: Digest;
    readonly vex: Digest;
    /** VEX attached to the image, compiled. */
    readonly attachedVex?: Digest;
    readonly policy: Digest;
  };
  /** RFC 3339 of the first moment at which a waiver ends, an age is reached or a VEX claim's date comes: the report must be made anew then. */
  readonly nextExpiry?: string;
}
