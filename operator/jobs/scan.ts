// SPDX-License-Identifier: Apache-2.0
/**
 * The scan job: resolve the image with the asker's own credentials, read what is not known yet, store the SBOM, and
 * leave a record. It may run twice: layers come from the fragment cache, documents are content-addressed.
 */
import type { ScanArtifact, ScanJob, ScanRecord } from "#controllers/scan/index.ts";
import { analyzerVersions } from "#engines/scanner/index.ts";
import type { ScanResult } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { Clock } from "#lib/clock.ts";
import { hexOf } from "#lib/digest.ts";
import type { DiffId, Digest, ImageDigest } from "#lib/digest.ts";
import { codeOf, defineErrors, kindOf, messageOf } from "#lib/errors.ts";
import type { ImageSource, Platform, ResolvedImage } from "#lib/oci/types.ts";
import type { AttachedVex } from "#engines/evaluation/index.ts";
import type { KeptAttachedVex } from "../evaluation/attached-vex.ts";
import type { ImageCatalog } from "../evaluation/images.ts";
import { keepAttachedVex } from "./attached-vex.ts";
import type { NewlyKept } from "./attached-vex.ts";
import type { ScanDocument } from "./scan-documents.ts";
import type { CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";

export const scanJobErrors = defineErrors("scan-job", { SCAN_TIMEOUT: "unavailable" });

/** What is known of one image manifest. Catalog `images`, id: its hex digest. */
export interface ImageDocument {
  readonly imageDigest: ImageDigest;
  readonly platform: Platform;
  readonly sbomDigest: Digest;
  readonly artifacts: readonly ScanArtifact[];
  readonly layers: number;
  /** Layers by uncompressed digest, bottom first: what keeps their fragments. */
  readonly diffIds: readonly DiffId[];
  readonly components: number;
  readonly omissions: number;
  /** Analyzers and their versions when it was read, canonical; another set makes a new scan. */
  readonly analyzers: string;
  /** Manifest of the attached SBOM that it is from. */
  readonly attachedSbom?: Digest;
  /** VEX found attached to it, by repository. */
  readonly attachedVex?: readonly KeptAttachedVex[];
}

export interface ScanJobPorts {
  readonly clock: Clock;
  readonly objects: ObjectStore;
  readonly images: ImageCatalog;
  readonly records: CatalogCollection<ScanRecord>;
  readonly defaultPlatform: Platform;
  /** Analyzers and versions in force, canonical. */
  readonly analyzers: string;
  /** Longest time of one scan, in milliseconds. */
  readonly timeoutMs: () => number;
  openSource(job: ScanJob): Promise<ImageSource>;
  scan(
    source: ImageSource,
    platform: Platform,
    options: { force: boolean; signal: AbortSignal },
  ): Promise<ScanResult>;
  /** Whether an SBOM that is attached to the image stands for its layers. */
  takesAttached(job: ScanJob): boolean;
  /** Undefined when none is attached that can be used. */
  attached(job: ScanJob, resolved: ResolvedImage): Promise<ScanResult | undefined>;
  /** Undefined where nobody is to look. */
  attachedVex(job: ScanJob, resolved: ResolvedImage, signal: AbortSignal): Promise<AttachedVex | undefined>;
  /** The canonical SBOM first. @param imageName how the documents call the image */
  documents(scanned: ScanResult, imageName: string): Iterable<ScanDocument>;
}

/** Analyzers and versions in force: facts made by others are made again. */
export const analyzerKey = canonicalJson(analyzerVersions);

/** Always leaves a record, also of a failure; throws only when the stores fail or the process stops. */
export async function runScanJob(
  job: ScanJob,
  signal: AbortSignal,
  ports: ScanJobPorts,
): Promise<ScanRecord> {
  const startedAt = ports.clock.now();
  const timeout = AbortSignal.timeout(ports.timeoutMs());
  const either = AbortSignal.any([signal, timeout]);
  const result = await scanOnce(job, either, ports).catch((error: unknown): ScanRecord["result"] => {
    if (signal.aborted) throw error;
    const why = timeout.aborted ? timedOut(ports.timeoutMs(), error) : error;
    return { ok: false, kind: kindOf(why), code: codeOf(why), message: messageOf(why).slice(0, 800) };
  });
  const record: ScanRecord = {
    key: job.key,
    forceGeneration: job.forceGeneration,
    startedAt,
    finishedAt: ports.clock.now(),
    result,
  };
  await ports.records.put(job.key.slice(0, job.key.indexOf(":")), record);
  return record;
}

const timedOut = (ms: number, cause: unknown): Error =>
  scanJobErrors.make("SCAN_TIMEOUT", `not done within ${Math.round(ms / 1000)} s (spec.scan.timeout)`, {
    cause,
  });

async function scanOnce(
  job: ScanJob,
  signal: AbortSignal,
  ports: ScanJobPorts,
): Promise<ScanRecord["result"]> {
  const source = await ports.openSource(job);
  try {
    const platform = job.platform ?? ports.defaultPlatform;
    const resolved = await source.resolve(platform);
    // An index stands for the image that our nodes run; a Scan of another platform must not change that.
    if (resolved.indexDigest !== undefined && isSame(platform, ports.defaultPlatform))
      await ports.images.alias(resolved.indexDigest, resolved.imageDigest);
    const before = (await ports.images.images.get(hexOf(resolved.imageDigest)))?.body;
    const known = job.force ? undefined : before;
    const vex = await keepAttachedVex(
      await ports.attachedVex(job, resolved, signal),
      resolved,
      before ?? {},
      ports.objects,
    );
    const takesAttached = !job.force && ports.takesAttached(job);
    if (known?.analyzers === ports.analyzers && (takesAttached || known.attachedSbom === undefined)) {
      if (await isStored(known, ports.objects)) {
        if (vex.isChanged) await putImage(resolved, ports, (now = known) => ({ ...now, ...vex.into(now) }));
        return { ...knownResult(known, resolved), ...outcomeOf(vex) };
      }
    }
    const scanned =
      (takesAttached ? await ports.attached(job, resolved) : undefined) ??
      (await ports.scan(source, platform, { force: job.force, signal }));
    const { sbom, counters } = scanned;
    const attached = sbom.source?.kind === "attached" ? { attachedSbom: sbom.source.digest } : {};
    const artifacts = await storeDocuments(
      sbom.imageDigest,
      // By digest: a name would tell other namespaces where the first that asked has the image from.
      ports.documents(scanned, sbom.imageDigest),
      ports.objects,
    );
    const sbomDigest = artifacts[0]?.digest;
    if (sbomDigest === undefined) throw new Error("no SBOM was stored");
    await putImage(resolved, ports, (now) => ({
      imageDigest: resolved.imageDigest,
      platform: resolved.platform,
      sbomDigest,
      artifacts,
      layers: counters.layers,
      diffIds: sbom.layers.map(({ diffId }) => diffId),
      components: sbom.components.length,
      omissions: sbom.omissions.length,
      analyzers: ports.analyzers,
      ...attached,
      ...vex.into(now ?? {}),
    }));
    return {
      ...identity(resolved),
      layers: { total: counters.layers, cached: counters.cached, analyzed: counters.analyzed },
      components: sbom.components.length,
      omissions: sbom.omissions.length,
      artifacts,
      ...attached,
      ...outcomeOf(vex),
    };
  } finally {
    await source.close();
  }
}

/** Writes the image's entry from what it is now: the same image may be scanned in another repository, or by another Scan, meanwhile. */
async function putImage(
  { imageDigest }: ResolvedImage,
  { images: { images } }: ScanJobPorts,
  entry: (now: ImageDocument | undefined) => ImageDocument,
): Promise<void> {
  const id = hexOf(imageDigest);
  for (;;) {
    const now = await images.get(id);
    if ((await images.putIf(id, now?.version ?? 0, entry(now?.body))) !== undefined) return;
  }
}

function outcomeOf({ own }: Pick<NewlyKept, "own">): Pick<ScannedResult, "attachedVex"> {
  if (own === undefined) return {};
  const { documents, statements, leftOutCount, leftOut } = own.facts;
  const reason = leftOut[0] === undefined ? {} : { reason: leftOut[0] };
  return { attachedVex: { digest: own.digest, documents, statements, leftOut: leftOutCount, ...reason } };
}

const isSame = (a: Platform, b: Platform): boolean => canonicalJson(a) === canonicalJson(b);

/** Facts whose documents are lost are made again. */
async function isStored({ artifacts }: ImageDocument, objects: ObjectStore): Promise<boolean> {
  for (const { key, digest } of artifacts) {
    const head = await objects.head(key).catch(() => undefined);
    if (head?.digest !== digest) return false;
  }
  return true;
}

type ScannedResult = Extract<ScanRecord["result"], { readonly ok: true }>;

function knownResult(known: ImageDocument, resolved: ResolvedImage): ScannedResult {
  return {
    ...identity(resolved),
    layers: { total: known.layers, cached: known.layers, analyzed: 0 },
    components: known.components,
    omissions: known.omissions,
    artifacts: known.artifacts,
    ...(known.attachedSbom === undefined ? {} : { attachedSbom: known.attachedSbom }),
  };
}

const identity = (resolved: ResolvedImage) => ({
  ok: true as const,
  imageDigest: resolved.imageDigest,
  ...(resolved.indexDigest === undefined ? {} : { indexDigest: resolved.indexDigest }),
  platform: resolved.platform,
});

/** Content-addressed: what is there already is written over with itself. */
async function storeDocuments(
  imageDigest: ImageDigest,
  documents: Iterable<ScanDocument>,
  objects: ObjectStore,
): Promise<readonly ScanArtifact[]> {
  const folder = `images/${hexOf(imageDigest)}`;
  const artifacts: ScanArtifact[] = [];
  for (const { type, name, content } of documents) {
    const key = `${folder}/${name}`;
    const { digest, size } = await objects.put(key, Buffer.from(content));
    artifacts.push({ type, key, digest, size });
  }
  return artifacts;
}
