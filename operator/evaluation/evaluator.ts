// SPDX-License-Identifier: Apache-2.0
/**
 * Evaluations by key and snapshots. The key holds everything else that can change an answer: SBOM, attached VEX, policies, context,
 * and the version here. So a question that was answered is not computed again, and no stale answer can be found. An answer made with
 * earlier snapshots holds on where what has changed since can't concern the image.
 */
import { asksForEpss, evaluate, matchSbom, rescanDelta, summarize } from "#engines/evaluation/index.ts";
import type {
  EvaluationContext,
  ReportDocument,
  ReportSummary,
  VexTrust,
} from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { RescanDelta } from "#lib/contracts/events.ts";
import type { Clock } from "#lib/clock.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import type { Catalog, CatalogCollection, ObjectStore } from "#lib/stores/ports.ts";
import type { ImageDocument } from "../jobs/scan.ts";
import { readSbom } from "./images.ts";
import type { MadeWith } from "./change-log.ts";
import type { Knowledge } from "./knowledge.ts";
import { openAttachedVex } from "./attached-vex.ts";
import type { HeardAttachedVex } from "./attached-vex.ts";
import type { SelectedPolicies } from "./policies.ts";

/** Raise when the same inputs give another report. */
const EVALUATOR_VERSION = 4;
const MAX_OMISSION_LINES = 10;
const MAX_REPORT_BYTES = 64 * 1024 * 1024;

/** Catalog `evaluations`, id: namespace, digest asked for and slot. Only the slot `report` keeps its full report as an object. */
export interface EvaluationDocument {
  /** Of all that can change the answer but what is known: snapshots and whom they are to be believed. */
  readonly key: Digest;
  /** The snapshots with which it is known to be right: those it was made with, or later ones that change nothing for the image. */
  readonly holdsFor: HoldsFor;
  readonly summary: ReportSummary;
  readonly omissions: readonly string[];
  readonly reportDigest: Digest;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly evaluatedAt: number;
  /** Milliseconds since the epoch; absent: does not end by itself. */
  readonly validUntil?: number;
  readonly namespace: string;
  readonly imageDigest: string;
}

interface HoldsFor extends MadeWith {
  /** Digest of the VEX sources' weights. */
  readonly trust: Digest;
}

export interface Question {
  readonly image: ImageDocument;
  /** By which who asks names the image: its own, or that of an index that leads to it. */
  readonly digest: Digest;
  readonly policies: SelectedPolicies;
  readonly context: EvaluationContext & { readonly namespace: string };
  /** Who keeps the answer: a Report, or admission, which asks once for each enforcement in use. */
  readonly slot: Slot;
}

const slots = ["report", "admission-dryrun", "admission-warn", "admission-enforce"] as const;
export type Slot = (typeof slots)[number];

export interface EvaluatorPorts {
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly objects: ObjectStore;
  readonly knowledge: Knowledge;
  /** Weights of the VEX sources, by the names under which findings know them. */
  readonly vexTrust: () => VexTrust;
  /** What is attached to the image in this repository, where that is heard. */
  readonly attachedVex: (
    image: ImageDocument,
    repository: string | undefined,
  ) => HeardAttachedVex | undefined;
  /** Seconds that an evaluation took. */
  readonly observed: (seconds: number) => void;
  /** New knowledge changed what a report says. */
  readonly onDelta: (delta: RescanDelta) => void;
}

export class Evaluator {
  readonly #ports: EvaluatorPorts;
  /** For the sweep, which removes answers about images that are gone. */
  readonly evaluations: CatalogCollection<EvaluationDocument>;
  readonly #running = new Map<string, Promise<EvaluationDocument>>();
  /** By id, what is computed last: one after the other, so that what was asked first is not put last. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(ports: EvaluatorPorts) {
    this.#ports = ports;
    this.evaluations = ports.catalog.collection<EvaluationDocument>("evaluations", [
      "namespace",
      "reportDigest",
    ]);
  }

  /** The answer in force; equal questions at one time are computed once. */
  async answer(question: Question, force = false): Promise<EvaluationDocument> {
    const { knowledge } = this.#ports;
    const [advisories, vex] = [knowledge.advisories(), knowledge.vex()];
    const vexTrust = this.#ports.vexTrust();
    const holdsFor: HoldsFor = {
      advisories: advisories.digest,
      vex: vex.digest,
      trust: digestOf(canonicalJson(vexTrust)),
    };
    const heard = this.#ports.attachedVex(question.image, question.context.repository);
    const key = keyOf(question, heard);
    const id = idOf(question.context.namespace, question.digest, question.slot);
    if (!force) {
      const before = (await this.evaluations.get(id))?.body;
      if (before?.key === key && this.#isInTime(before)) {
        if (isSame(before.holdsFor, holdsFor)) return before;
        const { imageDigest, artifacts } = question.image;
        const index = artifacts.find(({ type }) => type === "bom-index")?.digest;
        const usesEpss = asksForEpss(question.policies.set);
        if (
          before.holdsFor.trust === holdsFor.trust &&
          knowledge.stillHolds(imageDigest, index, before.holdsFor, usesEpss)
        ) {
          const renewed = { ...before, holdsFor };
          await this.evaluations.put(id, renewed);
          return renewed;
        }
      }
    }
    // The slot counts too: the one that keeps the report must not be answered by the one that does not.
    const work = `${id} ${key} ${canonicalJson(holdsFor)}`;
    const running =
      this.#running.get(work) ??
      this.#inTurn(id, () =>
        this.#compute(question, { advisories, vex, vexTrust, heard, holdsFor }, key, id),
      ).finally(() => this.#running.delete(work));
    this.#running.set(work, running);
    return running;
  }

  #inTurn(id: string, compute: () => Promise<EvaluationDocument>): Promise<EvaluationDocument> {
    const turn = (this.#last.get(id) ?? Promise.resolve()).then(compute);
    const over = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#last.get(id) === over) this.#last.delete(id);
      });
    this.#last.set(id, over);
    return turn;
  }

  /** A report that cannot be read any more can't be compared; the new one stands all the same. */
  async #tell(
    { reportDigest, namespace, validUntil }: EvaluationDocument,
    report: ReportDocument,
  ): Promise<void> {
    // A waiver that is over changes findings too, without anything being new.
    if (validUntil !== undefined && validUntil <= this.#ports.clock.now()) return;
    const bytes = await this.#ports.objects
      .read(reportKey(reportDigest), MAX_REPORT_BYTES)
      .catch(() => undefined);
    if (bytes === undefined) return;
    const before = JSON.parse(Buffer.from(bytes).toString("utf8")) as ReportDocument;
    const delta = rescanDelta(namespace, before, report);
    if (delta !== undefined) this.#ports.onDelta(delta);
  }

  #isInTime({ validUntil }: EvaluationDocument): boolean {
    return validUntil === undefined || validUntil > this.#ports.clock.now();
  }

  /** When the Report's answer was made; milliseconds since the epoch. */
  async lastEvaluated(namespace: string, digest: Digest): Promise<number | undefined> {
    const found = await this.evaluations.get(idOf(namespace, digest, "report"));
    return found?.body.evaluatedAt;
  }

  /** Forgets answers of a namespace for an image, e.g. when its Report is gone. @param digest by which the Report names it */
  async forget(namespace: string, digest: Digest): Promise<void> {
    for (const slot of slots) {
      const id = idOf(namespace, digest, slot);
      const found = (await this.evaluations.get(id))?.body;
      if (found === undefined) continue;
      await this.evaluations.delete(id);
      if (slot === "report") await this.#drop(found.reportDigest);
    }
  }

  /** Two Reports on one image, by its own digest and by an index's, may say the same. */
  async #drop(reportDigest: Digest): Promise<void> {
    const others = await this.evaluations.list({ where: { reportDigest }, limit: 1 });
    if (others.length === 0) await this.#ports.objects.delete(reportKey(reportDigest));
  }

  async #compute(
    question: Question,
    { advisories, vex, vexTrust, heard, holdsFor }: Known,
    key: Digest,
    id: string,
  ): Promise<EvaluationDocument> {
    const { clock, objects } = this.#ports;
    const { image, policies, context } = question;
    const started = performance.now();
    const sbom = await readSbom(image, this.#ports.objects);
    const attached = await openAttachedVex(heard, this.#ports.objects);
    const matched = matchSbom(sbom, advisories.snapshot);
    const report = evaluate({
      sbom,
      sbomDigest: image.sbomDigest,
      findings: matched.findings,
      uncovered: matched.uncovered,
      advisoriesDigest: advisories.digest,
      vexSnapshot: vex.snapshot,
      vexTrust: { ...vexTrust, ...attached.trust },
      ...(attached.attachedVex === undefined ? {} : { attachedVex: attached.attachedVex }),
      policies: policies.set,
      unsoundPolicies: policies.unsound,
      context,
      now: clock.now(),
    });
    const bytes = Buffer.from(canonicalJson(report));
    const reportDigest = digestOf(bytes);
    const keeps = question.slot === "report";
    if (keeps) await objects.put(reportKey(reportDigest), bytes);
    const document = documentOf(question, key, report, {
      holdsFor,
      reportDigest,
      size: bytes.length,
      evaluatedAt: clock.now(),
    });
    const before = (await this.evaluations.get(id))?.body;
    await this.evaluations.put(id, document);
    if (keeps && before !== undefined && before.reportDigest !== reportDigest) {
      if (before.key === key) await this.#tell(before, report);
      await this.#drop(before.reportDigest);
    }
    this.#ports.observed((performance.now() - started) / 1000);
    return document;
  }
}

/** The snapshots that a key was made with; the answer is made with the same, whatever arrives meanwhile. */
interface Known {
  readonly advisories: ReturnType<Knowledge["advisories"]>;
  readonly vex: ReturnType<Knowledge["vex"]>;
  readonly vexTrust: VexTrust;
  readonly heard: HeardAttachedVex | undefined;
  readonly holdsFor: HoldsFor;
}

const isSame = (a: HoldsFor, b: HoldsFor): boolean =>
  a.advisories === b.advisories && a.vex === b.vex && a.trust === b.trust;

function keyOf({ image, policies, context }: Question, heard: HeardAttachedVex | undefined): Digest {
  return digestOf(
    canonicalJson({
      version: EVALUATOR_VERSION,
      sbom: image.sbomDigest,
      ...(heard === undefined ? {} : { attachedVex: heard }),
      policies: policies.digest,
      unsound: policies.unsound,
      context,
    }),
  );
}

export const reportKey = (digest: Digest): string => `reports/${hexOf(digest)}.json`;

const idOf = (namespace: string, digest: Digest, slot: Slot): string =>
  `${namespace}/${hexOf(digest)}/${slot}`;

function documentOf(
  { image, context }: Question,
  key: Digest,
  report: ReportDocument,
  made: Pick<EvaluationDocument, "holdsFor" | "reportDigest" | "size" | "evaluatedAt">,
): EvaluationDocument {
  return {
    key,
    summary: summarize(report, made.reportDigest),
    omissions: report.omissions.slice(0, MAX_OMISSION_LINES),
    ...made,
    ...(report.nextExpiry === undefined ? {} : { validUntil: Date.parse(report.nextExpiry) }),
    namespace: context.namespace,
    imageDigest: image.imageDigest,
  };
}
