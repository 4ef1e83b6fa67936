// SPDX-License-Identifier: Apache-2.0
/**
 * One source's documents to its export. Atomic: either all documents were read and those that could not be used are
 * listed, or an error is thrown and nothing of the source is there.
 */
import { byText } from "#lib/compare.ts";
import type { Advisory } from "../types.ts";
import type { ConnectorId } from "./connector-ids.ts";
import { connectorOf, connectors } from "./connectors/catalog.ts";
import { leafDocuments } from "./documents/expand.ts";
import type { Leaf } from "./documents/expand.ts";
import { parseDocument } from "./documents/parse.ts";
import { advisoryErrors } from "./errors.ts";
import { withDigest } from "./export.ts";
import { defaultLimits, limitExceeded } from "./limits.ts";
import type { FeedLimits } from "./limits.ts";
import { mergeRecords } from "./merge-records.ts";
import type { Connector, FeedReader, ImportResult, ParsedDocument, Rejection } from "./types.ts";

export interface ImportOptions {
  /** Name of the source; unique in a snapshot. */
  readonly name: string;
  readonly feed: FeedReader;
  /** Absent: each document is given to the connector that recognizes it. */
  readonly connector?: ConnectorId;
  readonly limits?: Partial<FeedLimits>;
}

const MAX_LISTED_REJECTIONS = 20;
/** Base names that are never facts, whatever the feed. */
const NEVER_FACTS = new Set(["manifest.json", "package.json", "index.json"]);

/** @throws FEED_UNREADABLE, FEED_LIMIT_EXCEEDED, CONNECTOR_UNKNOWN */
export async function importSource(options: ImportOptions): Promise<ImportResult> {
  const intake = new Intake(options);
  for await (const leaf of leafDocuments(options.feed.documents(), intake.limits)) intake.take(leaf);
  return intake.finish();
}

class Intake {
  readonly limits: FeedLimits;
  readonly #name: string;
  readonly #connector: Connector | undefined;
  readonly #advisories: Advisory[] = [];
  readonly #exploited = new Set<string>();
  readonly #epss = new Map<string, number>();
  readonly #covers = new Set<string>();
  readonly #rejected: Rejection[] = [];
  #rejectedCount = 0;
  #documents = 0;
  #ignored = 0;
  #skipped = 0;

  constructor({ name, connector, limits }: ImportOptions) {
    this.#name = name;
    this.#connector = connector === undefined ? undefined : connectorOf(connector);
    const maxDocumentBytes = this.#connector?.maxDocumentBytes ?? defaultLimits.maxDocumentBytes;
    this.limits = { ...defaultLimits, maxDocumentBytes, ...limits };
  }

  take(leaf: Leaf): void {
    if (leaf.kind === "rejected") this.#reject(leaf.rejection);
    else if (leaf.kind === "ignored" || this.#isIndex(leaf.name)) this.#ignored += 1;
    else this.#read(leaf);
  }

  finish(): ImportResult {
    const advisories = mergeRecords(this.#advisories);
    const exploited = [...this.#exploited].sort();
    const epss = [...this.#epss].sort(([a], [b]) => byText(a, b));
    return {
      export: withDigest({ name: this.#name, advisories, exploited, epss, covers: [...this.#covers].sort() }),
      records: advisories.length + exploited.length + epss.length,
      documents: this.#documents,
      ignored: this.#ignored,
      skipped: this.#skipped,
      rejected: this.#rejected,
      rejectedCount: this.#rejectedCount,
    };
  }

  #read(leaf: Extract<Leaf, { kind: "document" }>): void {
    this.#documents += 1;
    try {
      const document = parseDocument(leaf.name, leaf.form, leaf.bytes, this.limits);
      this.#add(document);
    } catch (error) {
      if (!advisoryErrors.is(error, "FEED_DOCUMENT_INVALID")) throw error;
      this.#reject(error.data as unknown as Rejection);
    }
  }

  #add(document: ParsedDocument): void {
    const connector = this.#connector ?? connectors.find((candidate) => candidate.recognizes(document));
    if (connector === undefined) {
      this.#reject({ document: document.name, path: "$", reason: "no connector recognizes it" });
      return;
    }
    const reject = (path: string, reason: string): void =>
      this.#reject({ document: document.name, path, reason });
    const found = connector.normalize(document, reject);
    for (const advisory of found.advisories ?? []) {
      this.#advisories.push(advisory);
      for (const { distro } of advisory.affected) if (distro !== undefined) this.#covers.add(distro);
    }
    if (this.#advisories.length > this.limits.maxRecords) {
      throw limitExceeded("maxRecords", this.limits.maxRecords, document.name);
    }
    for (const id of found.exploited ?? []) this.#exploited.add(id);
    for (const [id, score] of found.epss ?? []) this.#epss.set(id, Math.max(score, this.#epss.get(id) ?? 0));
    for (const distro of found.covers ?? []) this.#covers.add(distro);
    this.#skipped += found.skipped ?? 0;
  }

  #isIndex(name: string): boolean {
    const base = name.split("/").at(-1) ?? name;
    return this.#connector === undefined
      ? NEVER_FACTS.has(base)
      : (this.#connector.ignores?.has(base) ?? false);
  }

  #reject(rejection: Rejection): void {
    this.#rejectedCount += 1;
    if (this.#rejected.length < MAX_LISTED_REJECTIONS) this.#rejected.push(rejection);
  }
}
