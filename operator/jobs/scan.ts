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
import type { Digest, ImageDigest } from "#lib/digest.ts";
import { codeOf, kindOf, messageOf } from "#lib/errors.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import type { ImageSource, Platform, ResolvedImage } from "#lib/oci/types.ts";
import type { ImageCatalog } from "../evaluation/images.ts";
import type { CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";

/** What is known of one image manifest. Catalog `images`, id: its hex digest. */
export interface ImageDocument {
  readonly imageDigest: ImageDigest;
  readonly platform: Platform;
  readonly sbomDigest: Digest;
  readonly artifacts: readonly ScanArtifact[];
  readonly layers: number;
  readonly components: number;
  readonly omissions: number;
  /** Analyzers and their versions when it was read, canonical; another set makes a new scan. */
  readonly analyzers: string;
}

export interface ScanJobPorts {
  readonly clock: Clock;
  readonly objects: ObjectStore;
  readonly images: ImageCatalog;
  readonly records: CatalogCollection<ScanRecord>;
  readonly defaultPlatform: Platform;
  /** Analyzers and versions in force, canonical. */
  readonly analyzers: string;
  openSource(job: ScanJob): Promise<ImageSource>;
  scan(
    source: ImageSource,
    platform: Platform,
    options: { force: boolean; signal: AbortSignal },
  ): Promise<ScanResult>;
  toCycloneDx(sbom: ScanResult["sbom"], imageName: string): string;
}

/** Analyzers and versions in force: facts made by others are made again. */
export const analyzerKey = canonicalJson(analyzerVersions);

/** The image without tag and digest. */
const nameOf = (job: ScanJob): string => repositoryOf(parseReference(job.imageReference));

/** Always leaves a record, also of a failure; throws only when the stores fail or the process stops. */
export async function runScanJob(
  job: ScanJob,
  signal: AbortSignal,
  ports: ScanJobPorts,
): Promise<ScanRecord> {
  const startedAt = ports.clock.now();
  const result = await scanOnce(job, signal, ports).catch((error: unknown): ScanRecord["result"] => {
    if (signal.aborted) throw error;
    return { ok: false, kind: kindOf(error), code: codeOf(error), message: messageOf(error).slice(0, 800) };
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

async function scanOnce(
  job: ScanJob,
  signal: AbortSignal,
  ports: ScanJobPorts,
): Promise<ScanRecord["result"]> {
  const source = await ports.openSource(job);
  try {
    const platform = job.platform ?? ports.defaultPlatform;
    const resolved = await source.resolve(platform);
    if (resolved.indexDigest !== undefined)
      await ports.images.alias(resolved.indexDigest, resolved.imageDigest);
    const known = job.force ? undefined : (await ports.images.images.get(hexOf(resolved.imageDigest)))?.body;
    if (known !== undefined && known.analyzers === ports.analyzers) return knownResult(known, resolved);
    const { sbom, counters } = await ports.scan(source, platform, { force: job.force, signal });
    const artifacts = await storeDocuments(sbom, ports.toCycloneDx(sbom, nameOf(job)), ports.objects);
    const sbomDigest = artifacts[0]?.digest;
    if (sbomDigest === undefined) throw new Error("no SBOM was stored");
    await ports.images.images.put(hexOf(resolved.imageDigest), {
      imageDigest: resolved.imageDigest,
      platform: resolved.platform,
      sbomDigest,
      artifacts,
      layers: counters.layers,
      components: sbom.components.length,
      omissions: sbom.omissions.length,
      analyzers: ports.analyzers,
    });
    return {
      ...identity(resolved),
      layers: { total: counters.layers, cached: counters.cached, analyzed: counters.analyzed },
      components: sbom.components.length,
      omissions: sbom.omissions.length,
      artifacts,
    };
  } finally {
    await source.close();
  }
}

function knownResult(known: ImageDocument, resolved: ResolvedImage): ScanRecord["result"] {
  return {
    ...identity(resolved),
    layers: { total: known.layers, cached: known.layers, analyzed: 0 },
    components: known.components,
    omissions: known.omissions,
    artifacts: known.artifacts,
  };
}

const identity = (resolved: ResolvedImage) => ({
  ok: true as const,
  imageDigest: resolved.imageDigest,
  ...(resolved.indexDigest === undefined ? {} : { indexDigest: resolved.indexDigest }),
  platform: resolved.platform,
});

/** The SBOM as evaluation reads it first, then the formats for others. */
async function storeDocuments(
  sbom: ScanResult["sbom"],
  cycloneDx: string,
  objects: ObjectStore,
): Promise<readonly ScanArtifact[]> {
  const folder = `images/${hexOf(sbom.imageDigest)}`;
  const documents = [
    { type: "sbom" as const, key: `${folder}/sbom.json`, text: canonicalJson(sbom) },
    { type: "cyclonedx-json" as const, key: `${folder}/inventory.cdx.json`, text: cycloneDx },
  ];
  const artifacts: ScanArtifact[] = [];
  for (const { type, key, text } of documents) {
    const { digest, size } = await objects.put(key, Buffer.from(text));
    artifacts.push({ type, key, digest, size });
  }
  return artifacts;
}
