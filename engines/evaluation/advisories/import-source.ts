// SPDX-License-Identifier: Apache-2.0
/**
 * One source's documents to its export. Atomic: either all documents were read and those that could not be used are
 * listed, or an error is thrown and nothing of the source is there.
 */
import { byText } from "#lib/compare.ts";
import type { ConnectorId } from "./connector-ids.ts";
import { connectorOf, connectors } from "./connectors/catalog.ts";
import { leafDocuments } from "./documents/expand.ts";
import type { Leaf } from "./documents/expand.ts";
import { parseDocument } from "./documents/parse.ts";
import { advisoryErrors } from "./errors.ts";
import { withDigest } from "./export.ts";
import { noting, standing } from "./inventory.ts";
import { defaultLimits, limitExceeded } from "./limits.ts";
import type { FeedLimits } from "./limits.ts";
import { mergeRecords } from "./merge-records.ts";
import { OpenPart } from "./open-part.ts";
import { withinStatements } from "./statements.ts";
import type {
  Connector,
  DocumentPart,
  FeedInventory,
  FeedReader,
  ImportResult,
  NotCompared,
  ParsedDocument,
  Rejection,
} from "./types.ts";

export interface ImportOptions {
  /** Name of the source; unique in a snapshot. */
  readonly name: string;
  readonly feed: FeedReader;
  /** Absent: each document is given to the connector that recognizes it. */
  readonly connector?: ConnectorId;
  readonly limits?: Partial<FeedLimits>;
  /**
   * `parts` of an earlier import of the same feed. Read only where the feed has an inventory: what that still lists, and
   * what was not read anew, is taken from here. The export is the one that reading everything would give.
   */
  readonly base?: readonly DocumentPart[];
}

const MAX_LISTED_REJECTIONS = 20;
/** Base names that are never facts, whatever the feed. */
const NEVER_FACTS = new Set(["manifest.json", "package.json", "index.json"]);

/** @throws FEED_UNREADABLE, FEED_LIMIT_EXCEEDED, CONNECTOR_UNKNOWN */
export async function importSource(options: ImportOptions): Promise<ImportResult> {
  const intake = new Intake(options);
  const documents = noting(options.feed.documents(), intake.renewed);
  for await (const leaf of leafDocuments(documents, intake.limits)) intake.take(leaf);
  return intake.finish(await options.feed.inventory?.(), options.base);
}

class Intake {
  readonly limits: FeedLimits;
  readonly #name: string;
  readonly #connector: Connector | undefined;
  /** A later document takes the place of an earlier one of its name; elsewhere both would count. */
  readonly #replaces: boolean;
  /** Names under which this import read everything anew. */
  readonly renewed = new Set<string>();
  readonly #parts = new Map<string, OpenPart>();
  #advisories = 0;
  #documents = 0;
  #ignored = 0;

  constructor({ name, connector, limits, feed }: ImportOptions) {
    this.#name = name;
    this.#connector = connector === undefined ? undefined : connectorOf(connector);
    this.#replaces = feed.inventory !== undefined;
    const maxDocumentBytes = this.#connector?.maxDocumentBytes ?? defaultLimits.maxDocumentBytes;
    this.limits = { ...defaultLimits, maxDocumentBytes, ...limits };
    // Another connector can do nothing with OVAL.
    if (this.#connector !== undefined)
      this.limits = { ...this.limits, maxOvalBytes: this.limits.maxDocumentBytes };
  }

  take(leaf: Leaf): void {
    if (leaf.kind === "rejected") this.#part(leaf.rejection.document).reject(leaf.rejection);
    else if (leaf.kind === "ignored" || this.#isIndex(leaf.name)) this.#ignored += 1;
    else this.#read(leaf);
  }

  finish(inventory: FeedInventory | undefined, base: readonly DocumentPart[] = []): ImportResult {
    const own = [...this.#parts.values()].map((part) => part.close());
    const parts = inventory === undefined ? own : standing(inventory, base, own, this.renewed);
    const merged = mergeRecords(parts.flatMap((part) => part.advisories));
    this.#checkCount(merged.length, this.#name);
    const { advisories, refused } = withinStatements(this.#name, merged, parts, this.limits);
    const exploited = [...new Set(parts.flatMap((part) => part.exploited))].sort();
    const epss = [...highest(parts)].sort(([a], [b]) => byText(a, b));
    const covers = [...new Set(parts.flatMap((part) => part.covers))].sort();
    const facts = { name: this.#name, advisories, exploited, epss, covers };
    const notCompared = countsOf(parts.flatMap((part) => part.notCompared ?? []));
    return {
      export: withDigest(notCompared.length === 0 ? facts : { ...facts, notCompared }),
      ...(inventory === undefined ? {} : { parts: parts.toSorted((a, b) => byText(a.name, b.name)) }),
      records: advisories.length + exploited.length + epss.length,
      documents: this.#documents,
      ignored: this.#ignored,
      skipped: parts.reduce((sum, { skipped }) => sum + skipped, 0),
      rejected: firstRejections([...parts, { rejected: refused }]),
      rejectedCount: parts.reduce((sum, { rejectedCount }) => sum + rejectedCount, refused.length),
    };
  }

  #read(leaf: Extract<Leaf, { kind: "document" }>): void {
    this.#documents += 1;
    const part = this.#part(leaf.name);
    try {
      this.#add(part, parseDocument(leaf.name, leaf.form, leaf.bytes, this.limits));
    } catch (error) {
      if (!advisoryErrors.is(error, "FEED_DOCUMENT_INVALID")) throw error;
      part.reject(error.data as unknown as Rejection);
    }
  }

  #add(part: OpenPart, document: ParsedDocument): void {
    const connector = this.#connector ?? connectors.find((candidate) => candidate.recognizes(document));
    const reject = (path: string, reason: string): void =>
      part.reject({ document: document.name, path, reason });
    if (connector === undefined) {
      reject("$", "no connector recognizes it");
      return;
    }
    const found = connector.normalize(document, reject);
    part.add(found);
    this.#advisories += found.advisories?.length ?? 0;
    this.#checkCount(this.#advisories, document.name);
  }

  #part(name: string): OpenPart {
    const known = this.#replaces ? undefined : this.#parts.get(name);
    if (known !== undefined) return known;
    const made = new OpenPart(name, MAX_LISTED_REJECTIONS);
    this.#parts.set(name, made);
    return made;
  }

  #checkCount(count: number, document: string): void {
    const { maxRecords } = this.limits;
    if (count > maxRecords) throw limitExceeded("maxRecords", maxRecords, document);
  }

  #isIndex(name: string): boolean {
    const base = name.split("/").at(-1) ?? name;
    return this.#connector === undefined
      ? NEVER_FACTS.has(base)
      : (this.#connector.ignores?.has(base) ?? false);
  }
}

const MAX_ECOSYSTEMS = 100;

/** By ecosystem; those of the fewest records are one where they are very many. */
function countsOf(ecosystems: readonly string[]): readonly NotCompared[] {
  const counts = [...Map.groupBy(ecosystems, (ecosystem) => ecosystem)]
    .map(([ecosystem, records]): NotCompared => [ecosystem, records.length])
    .sort(([a, many], [b, more]) => more - many || byText(a, b));
  const rest = counts.splice(MAX_ECOSYSTEMS).reduce((sum, [, records]) => sum + records, 0);
  return [...counts.sort(([a], [b]) => byText(a, b)), ...(rest === 0 ? [] : [["others", rest] as const])];
}

function highest(parts: readonly DocumentPart[]): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  for (const { epss } of parts) {
    for (const [id, score] of epss) scores.set(id, Math.max(score, scores.get(id) ?? 0));
  }
  return scores;
}

function firstRejections(parts: readonly Pick<DocumentPart, "rejected">[]): readonly Rejection[] {
  const first: Rejection[] = [];
  for (const { rejected } of parts) {
    if (first.length >= MAX_LISTED_REJECTIONS) break;
    first.push(...rejected.slice(0, MAX_LISTED_REJECTIONS - first.length));
  }
  return first;
}
