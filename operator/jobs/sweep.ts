// SPDX-License-Identifier: Apache-2.0
/**
 * Removes what nothing refers to any more: images whose Scans are gone, their evaluations and reports, layers that no
 * kept image has, records of deleted Scans. Everything that it removes can be made again.
 */
import type { ScanRecord } from "#controllers/scan/index.ts";
import { hexOf } from "#lib/digest.ts";
import { allDocuments } from "#lib/stores/all-documents.ts";
import type { CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";
import { reportKey } from "../evaluation/evaluator.ts";
import type { EvaluationDocument } from "../evaluation/evaluator.ts";
import type { ImageAlias, ImageCatalog } from "../evaluation/images.ts";

export interface SweepPorts {
  readonly images: Pick<ImageCatalog, "images" | "aliases">;
  readonly records: CatalogCollection<ScanRecord>;
  readonly evaluations: CatalogCollection<EvaluationDocument>;
  readonly objects: ObjectStore;
  /** UIDs of the Scans that are there. */
  readonly scanUids: ReadonlySet<string>;
  /** Manifest digests that a Scan has found. */
  readonly imageDigests: ReadonlySet<string>;
  /** A scan waits or runs: its layers are stored before its image is. */
  isScanning(): Promise<boolean>;
}

export interface Swept {
  readonly images: number;
  readonly layers: number;
  readonly evaluations: number;
  readonly records: number;
}

const PAGE = 500;

/** Nothing while scans are under way; the next sweep is an hour away. */
export async function sweepStores(ports: SweepPorts, signal: AbortSignal): Promise<Swept> {
  const swept = { images: 0, layers: 0, evaluations: 0, records: 0 };
  if (await ports.isScanning()) return swept;
  const kept = new Set<string>();
  for await (const { id, body } of allDocuments(ports.images.images, signal)) {
    if (ports.imageDigests.has(body.imageDigest)) {
      for (const diffId of body.diffIds) kept.add(hexOf(diffId));
      continue;
    }
    for (const { key } of [...body.artifacts, ...(body.attachedVex ?? [])]) await ports.objects.delete(key);
    await ports.images.images.delete(id);
    swept.images++;
  }
  for await (const { id, body } of allDocuments<ImageAlias>(ports.images.aliases, signal)) {
    if (!ports.imageDigests.has(body.image)) await ports.images.aliases.delete(id);
  }
  for await (const { id, body } of allDocuments(ports.evaluations, signal)) {
    if (ports.imageDigests.has(body.imageDigest)) continue;
    await ports.objects.delete(reportKey(body.reportDigest));
    await ports.evaluations.delete(id);
    swept.evaluations++;
  }
  for await (const { id } of allDocuments(ports.records, signal)) {
    if (ports.scanUids.has(id)) continue;
    await ports.records.delete(id);
    swept.records++;
  }
  swept.layers = await sweepLayers(ports, kept, signal);
  return swept;
}

/** Keys are `layers/<hex of the diffId>-<analyzers>`. */
async function sweepLayers(
  { objects }: SweepPorts,
  kept: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  let after: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const page = await objects.list("layers/", { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { key } of page) {
      const diffId = key.slice("layers/".length).split("-")[0] ?? "";
      if (!kept.has(diffId) && (await objects.delete(key))) removed++;
    }
    after = page.at(-1)?.key;
    if (page.length < PAGE) return removed;
  }
}
