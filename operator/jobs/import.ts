// SPDX-License-Identifier: Apache-2.0
/**
 * The import job: read one source whole, store its export, and compile the snapshot of all sources. Atomic: until the
 * new snapshot is named, the former one is in force; a broken feed changes nothing but its own record.
 */
import type { ImportJob, ImportRecord } from "#controllers/source/index.ts";
import type { ConnectorId, FeedDocument, FeedReader, VexFormat } from "#engines/evaluation/index.ts";
import type { Clock } from "#lib/clock.ts";
import { hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { codeOf, kindOf, messageOf } from "#lib/errors.ts";
import type { CatalogCollection } from "#lib/stores/ports.ts";
import type { AdvisorySource, VexSource } from "#crds/index.ts";
import { impactOf } from "./impact.ts";
import type { ImpactPorts } from "./impact.ts";
import { importErrors } from "./import-work.ts";
import type { ImportWork } from "./import-work.ts";

/** Catalog `feeds`, id: the source's uid. */
export interface FeedDocumentRecord {
  readonly kind: ImportJob["kind"];
  /** `namespace/name`; the source's name in findings. */
  readonly name: string;
  readonly key: string;
  readonly digest: Digest;
}

export interface ImportJobPorts extends ImpactPorts {
  readonly clock: Clock;
  readonly feeds: CatalogCollection<FeedDocumentRecord>;
  readonly records: CatalogCollection<ImportRecord>;
  /** The source as it is now; undefined when it was deleted. */
  source(job: ImportJob): AdvisorySource | VexSource | undefined;
  /** @throws FEED_UNREADABLE and what its place throws */
  open(source: AdvisorySource | VexSource): Promise<FeedReader>;
  /** Where the heavy part of one job runs. */
  startWork(signal?: AbortSignal): ImportWork;
}

const CONNECTORS: Readonly<Record<AdvisorySource["spec"]["format"], ConnectorId | undefined>> = {
  auto: undefined,
  osv: "osv",
  ghsa: "ghsa",
  rustsec: "rustsec",
  rubysec: "rubysec",
  friendsofphp: "friendsofphp",
  victims: "victims",
  "retire-net": "retire.net",
  "retire-js": "retire.js",
  "npm-security-wg": "npm/security-wg",
  "alpine-secdb": "alpine/secdb",
  "debian-tracker": "debian/tracker",
  "debian-dsa": "debian/dsa",
  cve5: "cve5",
  kev: "cisa/kev",
  epss: "first/epss",
  csaf: "csaf",
  oval: "oval",
};

const FORMATS: Readonly<Record<VexSource["spec"]["format"], VexFormat | undefined>> = {
  auto: undefined,
  openvex: "openvex",
  csaf: "csaf",
  cyclonedx: "cyclonedx",
};

/** @throws IMPORT_ABORTED; every other outcome is the record's */
export async function runImportJob(
  job: ImportJob,
  ports: ImportJobPorts,
  signal?: AbortSignal,
): Promise<ImportRecord> {
  const before = (await ports.records.get(job.uid))?.body;
  const work = ports.startWork(signal);
  const record = await importOnce(job, ports, work)
    .catch((error: unknown): ImportRecord => {
      if (signal?.aborted === true) throw error;
      return {
        key: job.key,
        finishedAt: ports.clock.now(),
        ...(before?.good === undefined ? {} : { good: before.good }),
        rejections: [],
        error: { kind: kindOf(error), code: codeOf(error), message: messageOf(error).slice(0, 800) },
      };
    })
    .finally(() => work.close());
  await ports.records.put(job.uid, record);
  return record;
}

async function importOnce(job: ImportJob, ports: ImportJobPorts, work: ImportWork): Promise<ImportRecord> {
  const source = ports.source(job);
  if (source === undefined) throw importErrors.make("SOURCE_MISSING", `${job.namespace}/${job.name} is gone`);
  const reader = await ports.open(source);
  const name = `${job.namespace}/${job.name}`;
  const connector =
    job.kind === "AdvisorySource" ? CONNECTORS[(source as AdvisorySource).spec.format] : undefined;
  const format = job.kind === "VexSource" ? FORMATS[(source as VexSource).spec.format] : undefined;
  const task = {
    kind: job.kind,
    name,
    ...(connector === undefined ? {} : { connector }),
    ...(format === undefined ? {} : { format }),
  };
  const { bytes, records, rejected, rejections, digest } = await work.read(task, reader);
  if (records === 0) {
    const why = rejections.length === 0 ? "" : `: ${rejections.join("; ")}`;
    throw importErrors.make("FEED_EMPTY", `no record could be read${why}`);
  }
  const key = `feeds/${job.kind === "AdvisorySource" ? "advisories" : "vex"}/${job.uid}/${hexOf(digest)}`;
  await takeIn(job.uid, { kind: job.kind, name, key, digest }, bytes, ports, work);
  const finishedAt = ports.clock.now();
  return { key: job.key, finishedAt, good: { exportId: digest, records, rejected, finishedAt }, rejections };
}

/** The export counts once the snapshot with it is in force. What cannot be compiled leaves no trace. */
async function takeIn(
  uid: string,
  feed: FeedDocumentRecord,
  bytes: Uint8Array,
  ports: ImportJobPorts,
  work: ImportWork,
): Promise<void> {
  const { feeds, objects, knowledge } = ports;
  const before = (await feeds.get(uid))?.body;
  await objects.put(feed.key, bytes);
  try {
    const others = (await feedsOf(feed.kind, ports)).filter(({ id }) => id !== uid);
    const all = [...others, { id: uid, body: feed }];
    const bytes = await compileAll(feed.kind, all, ports, work);
    await knowledge.replace(nameOf(feed.kind), bytes, await impactOf(nameOf(feed.kind), bytes, ports, work));
  } catch (error) {
    if (before?.key !== feed.key) await objects.delete(feed.key);
    throw error;
  }
  await feeds.put(uid, feed);
  if (before !== undefined && before.key !== feed.key) await objects.delete(before.key);
}

type Feeds = readonly { readonly id: string; readonly body: FeedDocumentRecord }[];
type RebuildPorts = ImpactPorts & Pick<ImportJobPorts, "feeds" | "startWork">;

/** From all exports in force. Called when a source is gone. */
export async function rebuildSnapshot(
  kind: ImportJob["kind"],
  ports: RebuildPorts,
  signal?: AbortSignal,
): Promise<boolean> {
  const work = ports.startWork(signal);
  try {
    const bytes = await compileAll(kind, await feedsOf(kind, ports), ports, work);
    return await ports.knowledge.replace(
      nameOf(kind),
      bytes,
      await impactOf(nameOf(kind), bytes, ports, work),
    );
  } finally {
    await work.close();
  }
}

const feedsOf = (kind: ImportJob["kind"], { feeds }: Pick<RebuildPorts, "feeds">): Promise<Feeds> =>
  feeds.list({ where: { kind }, limit: 1000 });

const nameOf = (kind: ImportJob["kind"]) => (kind === "AdvisorySource" ? "advisories" : "vex");

function compileAll(
  kind: ImportJob["kind"],
  feeds: Feeds,
  { objects }: Pick<RebuildPorts, "objects">,
  work: ImportWork,
): Promise<Uint8Array> {
  const documents = feeds.map(({ body: { key } }): FeedDocument => ({
    name: key,
    open: async function* () {
      yield* await objects.get(key);
    },
  }));
  const exports = feeds.map(({ body: { name, digest } }) => ({ name, digest }));
  const reader: FeedReader = {
    documents: async function* () {
      yield* documents;
      await Promise.resolve();
    },
  };
  return work.compile({ kind, exports }, reader);
}
