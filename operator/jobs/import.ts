// SPDX-License-Identifier: Apache-2.0
/**
 * The import job: read one source whole, store its export, and compile the snapshot of all sources. Atomic: until the
 * new snapshot is named, the former one is in force; a broken feed changes nothing but its own record.
 */
import type { ImportJob, ImportRecord } from "#controllers/source/index.ts";
import type {
  ChangingFeed,
  ConnectorId,
  FeedBefore,
  FeedDocument,
  FeedReader,
  VexFormat,
} from "#engines/evaluation/index.ts";
import type { Clock } from "#lib/clock.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { codeOf, kindOf, messageOf } from "#lib/errors.ts";
import type { CatalogCollection } from "#lib/stores/ports.ts";
import type { AdvisorySource, VexSource } from "#crds/index.ts";
import type { SnapshotKind } from "../evaluation/change-log.ts";
import { feedsOfKind, refetchDamaged } from "./damaged-feeds.ts";
import { impactOf } from "./impact.ts";
import type { ImpactPorts } from "./impact.ts";
import { importErrors } from "./import-work.ts";
import type { ImportWork } from "./import-work.ts";
import { deleteUnlessIn, isDamaged, keptImport } from "./kept-import.ts";
import type { KeptImport } from "./kept-import.ts";

/** Catalog `feeds`, id: the source's uid. */
export interface FeedDocumentRecord {
  readonly kind: ImportJob["kind"];
  /** `namespace/name`; the source's name in findings. */
  readonly name: string;
  readonly key: string;
  readonly digest: Digest;
  /** Of a source whose changes alone can be fetched: key of the parts that its export is made of. */
  readonly partsKey?: string;
}

export interface ImportJobPorts extends ImpactPorts {
  readonly clock: Clock;
  readonly feeds: CatalogCollection<FeedDocumentRecord>;
  readonly records: CatalogCollection<ImportRecord>;
  /** The source as it is now; undefined when it was deleted. */
  source(job: ImportJob): AdvisorySource | VexSource | undefined;
  /** @throws FEED_UNREADABLE, EXPORT_CORRUPT of `before`, and what its place throws */
  open(
    source: AdvisorySource | VexSource,
    before?: FeedBefore,
    signal?: AbortSignal,
  ): Promise<FeedReader | ChangingFeed>;
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
  const record = await importOnce(job, ports, work, before, signal)
    .catch(async (error: unknown): Promise<ImportRecord> => {
      if (signal?.aborted === true) throw error;
      const cursor = (await ports.records.get(job.uid))?.body.cursor; // gone where the export was lost meanwhile
      return {
        key: job.key,
        finishedAt: ports.clock.now(),
        ...(before?.good === undefined ? {} : { good: before.good }),
        ...(cursor === undefined ? {} : { cursor }),
        rejections: [],
        error: { kind: kindOf(error), code: codeOf(error), message: messageOf(error).slice(0, 800) },
      };
    })
    .finally(() => work.close());
  await ports.records.put(job.uid, record);
  return record;
}

async function importOnce(
  job: ImportJob,
  ports: ImportJobPorts,
  work: ImportWork,
  before: ImportRecord | undefined,
  signal: AbortSignal | undefined,
): Promise<ImportRecord> {
  const source = ports.source(job);
  if (source === undefined) throw importErrors.make("SOURCE_MISSING", `${job.namespace}/${job.name} is gone`);
  const kept = before === undefined ? undefined : await keptImport(job.uid, before, ports);
  const attempt = { job, source, before, ports, work, signal };
  if (kept === undefined) return importFrom(attempt, undefined);
  return importFrom(attempt, kept).catch((error: unknown) => {
    if (!isDamaged(error)) throw error; // everything is fetched and read anew
    return importFrom(attempt, undefined);
  });
}

interface Attempt {
  readonly job: ImportJob;
  readonly source: AdvisorySource | VexSource;
  readonly before: ImportRecord | undefined;
  readonly ports: ImportJobPorts;
  readonly work: ImportWork;
  readonly signal: AbortSignal | undefined;
}

async function importFrom(attempt: Attempt, kept: KeptImport | undefined): Promise<ImportRecord> {
  const { job, source, before, ports, signal } = attempt;
  const feed = await ports.open(source, kept?.before, signal);
  if (!("cursor" in feed)) return importedRecord(attempt, feed, undefined);
  try {
    if (!feed.unchanged) return await importedRecord(attempt, feed, kept);
    if (before?.good === undefined) throw importErrors.make("FEED_EMPTY", "there is nothing at the place");
    const finishedAt = ports.clock.now();
    const good = { ...before.good, finishedAt, unchanged: true as const };
    return { ...restOf(before), key: job.key, finishedAt, good, cursor: feed.cursor() };
  } finally {
    await feed.close();
  }
}

/** What the last good import left out still is. */
const restOf = ({ rejections, notes }: ImportRecord): Pick<ImportRecord, "rejections" | "notes"> => ({
  rejections,
  ...(notes === undefined ? {} : { notes }),
});

async function importedRecord(
  attempt: Attempt,
  feed: FeedReader | ChangingFeed,
  kept: KeptImport | undefined,
): Promise<ImportRecord> {
  const { job, source, ports, work } = attempt;
  const name = `${job.namespace}/${job.name}`;
  const connector =
    job.kind === "AdvisorySource" ? CONNECTORS[(source as AdvisorySource).spec.format] : undefined;
  const format = job.kind === "VexSource" ? FORMATS[(source as VexSource).spec.format] : undefined;
  const base = kept !== undefined && "cursor" in feed && feed.isIncremental ? await kept.load() : undefined;
  const task = {
    kind: job.kind,
    name,
    ...(connector === undefined ? {} : { connector }),
    ...(format === undefined ? {} : { format }),
    ...(base === undefined ? {} : { base }),
  };
  const { bytes, parts, records, rejected, rejections, digest } = await work.read(task, feed);
  if (records === 0) {
    const why = rejections.length === 0 ? "" : `: ${rejections.join("; ")}`;
    throw importErrors.make("FEED_EMPTY", `no record could be read${why}`);
  }
  holdBackShrunk(attempt, records);
  const folder = `feeds/${job.kind === "AdvisorySource" ? "advisories" : "vex"}/${job.uid}`;
  const partsKey = parts && `${folder}/${hexOf(digestOf(parts))}.parts`;
  await takeIn(
    job.uid,
    {
      kind: job.kind,
      name,
      key: `${folder}/${hexOf(digest)}`,
      digest,
      ...(partsKey === undefined ? {} : { partsKey }),
    },
    { bytes, parts },
    ports,
    work,
  );
  const finishedAt = ports.clock.now();
  const notes = "cursor" in feed ? feed.notes().slice(0, MAX_NOTES) : [];
  return {
    key: job.key,
    finishedAt,
    good: { exportId: digest, records, rejected, finishedAt },
    rejections,
    ...(notes.length === 0 ? {} : { notes }),
    ...("cursor" in feed ? { cursor: feed.cursor() } : {}),
  };
}

const MAX_NOTES = 5;
/** Of a few records one that is taken back is no sign of a broken feed. */
const MIN_TO_SHRINK = 100;

/**
 * A feed that loses its records looks like images that lose their flaws. Whoever changes the spec has looked at it.
 * @throws FEED_SHRUNK
 */
function holdBackShrunk({ job, source, before }: Attempt, records: number): void {
  const had = before?.good?.records ?? 0;
  if (before?.key !== job.key || had < MIN_TO_SHRINK) return;
  const { maxShrinkPercent } = source.spec;
  if (records >= had * (1 - maxShrinkPercent / 100)) return;
  throw importErrors.make(
    "FEED_SHRUNK",
    `${records} records in place of ${had} are over ${maxShrinkPercent} % fewer: held back until the feed has them again, ` +
      "or spec.maxShrinkPercent allows it",
  );
}

interface StoredImport {
  readonly bytes: Uint8Array;
  readonly parts: Uint8Array | undefined;
}

/**
 * The export counts once the snapshot with it is in force. What cannot be compiled leaves no trace, unless the store has lost what the
 * source said before, and others' exports too: each would wait for all others else.
 */
async function takeIn(
  uid: string,
  feed: FeedDocumentRecord,
  { bytes, parts }: StoredImport,
  ports: ImportJobPorts,
  work: ImportWork,
): Promise<void> {
  const { feeds, objects, knowledge } = ports;
  const before = (await feeds.get(uid))?.body;
  const store = async (): Promise<void> => {
    await objects.put(feed.key, bytes);
    if (feed.partsKey !== undefined && parts !== undefined) await objects.put(feed.partsKey, parts);
  };
  const name = async (): Promise<void> => {
    await feeds.put(uid, feed);
    if (before !== undefined) await deleteUnlessIn(feed, before, objects);
  };
  let lost: ReadonlySet<string> = new Set();
  await store();
  try {
    const others = (await feedsOf(feed.kind, ports)).filter(({ id }) => id !== uid);
    const all = [...others, { id: uid, body: feed }];
    const compiled = await compileAll(feed.kind, all, ports, work).catch(async (error: unknown) => {
      if (!isDamaged(error)) throw error;
      const damaged = await refetchDamaged(feed.kind, ports);
      lost = new Set(damaged.keys());
      const names = [...damaged.values()].sort().join(", ") || "a source";
      const why = `the store has lost what ${names} said; it is fetched anew`;
      throw importErrors.make("EXPORT_LOST", why, { cause: error });
    });
    const impact = await impactOf(nameOf(feed.kind), compiled, ports, work);
    await knowledge.replace(nameOf(feed.kind), compiled, impact);
  } catch (error) {
    if (!lost.has(uid)) await deleteUnlessIn(before, feed, objects);
    else await store().then(name); // stored again: an equal one that was damaged has been deleted
    throw error;
  }
  await name();
}

type Feeds = readonly { readonly id: string; readonly body: FeedDocumentRecord }[];
type RebuildPorts = ImpactPorts & Pick<ImportJobPorts, "feeds" | "startWork">;

/** From all exports in force. @throws EXPORT_CORRUPT and what the stores throw, where one can't be read */
export async function compileFeeds(
  kind: SnapshotKind,
  ports: Pick<ImportJobPorts, "feeds" | "objects" | "startWork">,
): Promise<Uint8Array> {
  const of = kind === "vex" ? "VexSource" : "AdvisorySource";
  const work = ports.startWork();
  try {
    return await compileAll(of, await feedsOf(of, ports), ports, work);
  } finally {
    await work.close();
  }
}

/** From all exports in force. Called when a source is gone. @param without the source's uid */
export async function rebuildSnapshot(
  kind: ImportJob["kind"],
  ports: RebuildPorts,
  signal?: AbortSignal,
  without?: string,
): Promise<boolean> {
  const work = ports.startWork(signal);
  try {
    const left = (await feedsOf(kind, ports)).filter(({ id }) => id !== without);
    const bytes = await compileAll(kind, left, ports, work);
    return await ports.knowledge.replace(
      nameOf(kind),
      bytes,
      await impactOf(nameOf(kind), bytes, ports, work),
    );
  } finally {
    await work.close();
  }
}

async function feedsOf(kind: ImportJob["kind"], { feeds }: Pick<RebuildPorts, "feeds">): Promise<Feeds> {
  const all: Feeds[number][] = [];
  for await (const feed of feedsOfKind(kind, feeds)) all.push(feed);
  return all;
}

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
