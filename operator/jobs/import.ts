// SPDX-License-Identifier: Apache-2.0
/**
 * The import job: read one source whole, store its export, and compile the snapshot of all sources. Atomic: until the
 * new snapshot is named, the former one is in force; a broken feed changes nothing but its own record.
 */
import type { ImportJob, ImportRecord } from "#controllers/source/index.ts";
import {
  compileSnapshot,
  decodeExport,
  encodeExport,
  importSource,
  vexCompiler,
} from "#engines/evaluation/index.ts";
import type { ConnectorId, FeedReader, SourceExport } from "#engines/evaluation/index.ts";
import type { Clock } from "#lib/clock.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { codeOf, defineErrors, kindOf, messageOf } from "#lib/errors.ts";
import type { CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";
import type { AdvisorySource, VexSource } from "#crds/index.ts";
import type { Knowledge } from "../evaluation/knowledge.ts";

export const importErrors = defineErrors("import", {
  FEED_EMPTY: "invalid",
  SOURCE_MISSING: "missing",
  FEED_TOO_LARGE: "invalid",
});

/** Catalog `feeds`, id: the source's uid. */
export interface FeedDocumentRecord {
  readonly kind: ImportJob["kind"];
  /** `namespace/name`; the source's name in findings. */
  readonly name: string;
  readonly key: string;
  readonly digest: Digest;
}

export interface ImportJobPorts {
  readonly clock: Clock;
  readonly objects: ObjectStore;
  readonly feeds: CatalogCollection<FeedDocumentRecord>;
  readonly records: CatalogCollection<ImportRecord>;
  readonly knowledge: Knowledge;
  /** The source as it is now; undefined when it was deleted. */
  source(job: ImportJob): AdvisorySource | VexSource | undefined;
  /** @throws FEED_UNREADABLE and what its place throws */
  open(source: AdvisorySource | VexSource): Promise<FeedReader>;
}

const MAX_EXPORT_BYTES = 1024 * 1024 * 1024;
const MAX_VEX_DOCUMENTS = 100_000;
const MAX_VEX_DOCUMENT_BYTES = 64 * 1024 * 1024;
const MAX_REJECTIONS = 5;

const CONNECTORS: Readonly<Record<AdvisorySource["spec"]["format"], ConnectorId | undefined>> = {
  auto: undefined,
  osv: "osv",
  "alpine-secdb": "alpine/secdb",
  "debian-tracker": "debian/tracker",
  kev: "cisa/kev",
  epss: "first/epss",
};

interface Imported {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly records: number;
  readonly rejected: number;
  readonly rejections: readonly string[];
}

export async function runImportJob(job: ImportJob, ports: ImportJobPorts): Promise<ImportRecord> {
  const before = (await ports.records.get(job.uid))?.body;
  const record = await importOnce(job, ports).catch((error: unknown): ImportRecord => ({
    key: job.key,
    finishedAt: ports.clock.now(),
    ...(before?.good === undefined ? {} : { good: before.good }),
    rejections: [],
    error: { kind: kindOf(error), code: codeOf(error), message: messageOf(error).slice(0, 800) },
  }));
  await ports.records.put(job.uid, record);
  return record;
}

async function importOnce(job: ImportJob, ports: ImportJobPorts): Promise<ImportRecord> {
  const source = ports.source(job);
  if (source === undefined) throw importErrors.make("SOURCE_MISSING", `${job.namespace}/${job.name} is gone`);
  const reader = await ports.open(source);
  const name = `${job.namespace}/${job.name}`;
  const imported =
    job.kind === "AdvisorySource"
      ? await importAdvisories(name, reader, CONNECTORS[(source as AdvisorySource).spec.format])
      : await importVex(name, reader);
  if (imported.records === 0) {
    const why = imported.rejections.length === 0 ? "" : `: ${imported.rejections.join("; ")}`;
    throw importErrors.make("FEED_EMPTY", `no record could be read${why}`);
  }
  const key = `feeds/${job.kind === "AdvisorySource" ? "advisories" : "vex"}/${job.uid}/${hexOf(imported.digest)}`;
  const before = (await ports.feeds.get(job.uid))?.body;
  await ports.objects.put(key, imported.bytes);
  await ports.feeds.put(job.uid, { kind: job.kind, name, key, digest: imported.digest });
  await rebuildSnapshot(job.kind, ports);
  if (before !== undefined && before.key !== key) await ports.objects.delete(before.key);
  const finishedAt = ports.clock.now();
  const { records, rejected, rejections, digest } = imported;
  return { key: job.key, finishedAt, good: { exportId: digest, records, rejected, finishedAt }, rejections };
}

async function importAdvisories(
  name: string,
  feed: FeedReader,
  connector: ConnectorId | undefined,
): Promise<Imported> {
  const result = await importSource({ name, feed, ...(connector === undefined ? {} : { connector }) });
  return {
    bytes: encodeExport(result.export),
    digest: result.export.exportDigest,
    records: result.records,
    rejected: result.rejectedCount,
    rejections: result.rejected
      .slice(0, MAX_REJECTIONS)
      .map(({ document, path, reason }) => `${document} ${path}: ${reason}`),
  };
}

/** VEX documents are kept as they came: claims stay verbatim. */
async function importVex(name: string, feed: FeedReader): Promise<Imported> {
  const compiler = vexCompiler();
  const kept: { name: string; text: string }[] = [];
  const problems: string[] = [];
  let rejected = 0;
  for await (const document of feed.documents()) {
    if (!document.name.endsWith(".json")) continue;
    if (kept.length >= MAX_VEX_DOCUMENTS)
      throw importErrors.make("FEED_TOO_LARGE", "over 100000 VEX documents");
    const text = await readText(document.open(), document.name);
    const errors = compiler.add({ source: name, name: document.name, bytes: text });
    rejected += errors.length;
    problems.push(...errors.slice(0, MAX_REJECTIONS - problems.length).map(messageOf));
    kept.push({ name: document.name, text });
  }
  const compiled = compiler.finish();
  kept.sort((a, b) => (a.name < b.name ? -1 : 1));
  const bytes = Buffer.from(canonicalJson({ name, documents: kept }));
  return { bytes, digest: digestOf(bytes), records: compiled.statements, rejected, rejections: problems };
}

async function readText(stream: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_VEX_DOCUMENT_BYTES) throw importErrors.make("FEED_TOO_LARGE", `${name} is over 64 MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** From all exports in force. Called after every import, and when a source is gone. */
export async function rebuildSnapshot(
  kind: ImportJob["kind"],
  { feeds, objects, knowledge }: Pick<ImportJobPorts, "feeds" | "objects" | "knowledge">,
): Promise<boolean> {
  const all = (await feeds.list({ where: { kind }, limit: 1000 })).map(({ body }) => body);
  if (kind === "AdvisorySource") {
    const exports: SourceExport[] = [];
    for (const { key, digest } of all)
      exports.push(decodeExport(await objects.read(key, MAX_EXPORT_BYTES), digest));
    return knowledge.replace("advisories", compileSnapshot(exports));
  }
  const compiler = vexCompiler();
  for (const { key, name } of all) {
    const text = Buffer.from(await objects.read(key, MAX_EXPORT_BYTES)).toString("utf8");
    const stored = JSON.parse(text) as { readonly documents: readonly { name: string; text: string }[] };
    for (const document of stored.documents) {
      compiler.add({ source: name, name: document.name, bytes: document.text });
    }
  }
  return knowledge.replace("vex", compiler.finish().bytes);
}
