// SPDX-License-Identifier: Apache-2.0
/** What the scan controller asks for, and what a scan job leaves behind for it. */
import type { Clock } from "#lib/clock.ts";
import type { Digest, ImageDigest } from "#lib/digest.ts";
import type { ErrorKind } from "#lib/errors.ts";
import type { Platform } from "#lib/oci/types.ts";
import type { JobState } from "#lib/stores/ports.ts";

/** One scan to make. Equal keys ask for the same work. */
export interface ScanJob {
  /** `uid:generation`: what was asked, and of which object. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly imageReference: string;
  readonly platform?: Platform;
  readonly pullSecrets: readonly { readonly namespace: string; readonly name: string }[];
  /** Analyze every layer anew, cached or not. */
  readonly force: boolean;
  /** `spec.forceGeneration` that this answers. */
  readonly forceGeneration: number;
}

type SbomFormat = "cyclonedx-json" | "cyclonedx-pb" | "spdx-json";

export interface ScanArtifact {
  readonly type: "sbom" | "bom-index" | SbomFormat | `usage-${SbomFormat}`;
  readonly key: string;
  readonly digest: Digest;
  readonly size: number;
}

/** What was found attached to an image. */
export interface AttachedVexOutcome {
  /** Of the documents, compiled. */
  readonly digest: Digest;
  readonly documents: number;
  readonly statements: number;
  readonly leftOut: number;
  /** Why the first of them was left out. */
  readonly reason?: string;
}

/** The outcome of a scan job, written once at its end. */
export interface ScanRecord {
  readonly key: string;
  readonly forceGeneration: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly result:
    | {
        readonly ok: true;
        readonly imageDigest: ImageDigest;
        readonly indexDigest?: Digest;
        readonly platform: Platform;
        readonly layers: { readonly total: number; readonly cached: number; readonly analyzed: number };
        readonly components: number;
        readonly omissions: number;
        readonly artifacts: readonly ScanArtifact[];
        /** Manifest of the attached SBOM from which the facts are, in place of layers. */
        readonly attachedSbom?: Digest;
        /** VEX that is attached to the image; absent: nobody looked. */
        readonly attachedVex?: AttachedVexOutcome;
      }
    | { readonly ok: false; readonly kind: ErrorKind; readonly code: string; readonly message: string };
}

export interface ScanPorts {
  readonly clock: Clock;
  /** The last outcome for this object, whatever it was asked. */
  record(uid: string): Promise<ScanRecord | undefined>;
  jobState(key: string): Promise<JobState | undefined>;
  enqueue(job: ScanJob): Promise<void>;
}
