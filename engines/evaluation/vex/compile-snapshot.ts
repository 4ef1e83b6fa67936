// SPDX-License-Identifier: Apache-2.0
/** VEX documents to one content-addressed snapshot: canonical JSON with its strings and products held once. */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byText } from "#lib/compare.ts";
import { digestOf, type Digest } from "#lib/digest.ts";
import { evaluationErrors } from "../errors.ts";
import { parseOpenVex, type OpenVexResult } from "./openvex.ts";
import { componentKey, readPurl } from "./product-purl.ts";
import type { VexDocument, VexProduct } from "./types.ts";

const MAX_PROBLEMS = 100;

/** The stored form. Numbers are places in the list of that name. */
export interface SnapshotFile {
  readonly schemaVersion: "1";
  readonly strings: readonly string[];
  /** Source, document id, digest. */
  readonly documents: readonly (readonly [string, string, Digest])[];
  /** Products and subcomponents: ids (strings), and the component keys under which they are found (strings). */
  readonly names: readonly (readonly [readonly number[], readonly number[]])[];
  /** Name of the product, then names of its subcomponents. */
  readonly products: readonly (readonly [number, readonly number[]])[];
  /** Document, status, justification or impact (-1: none), timestamp or "", products. */
  readonly statements: readonly (readonly [number, number, number, string, readonly number[]])[];
  readonly vulnerabilities: Readonly<Record<string, readonly number[]>>;
}

export interface CompiledVex {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly documents: number;
  readonly statements: number;
  /** VEX_DOCUMENT_INVALID for refused documents and statements, at most 100, in document order. */
  readonly problems: readonly Error[];
  /** All of them, also beyond 100. */
  readonly problemCount: number;
}

/** The same documents in any order give the same bytes; a document that stands twice counts once. */
export function compileVexSnapshot(documents: Iterable<VexDocument>): CompiledVex {
  const compiler = vexCompiler();
  for (const document of documents) compiler.add(document);
  return compiler.finish();
}

interface Read {
  readonly source: string;
  readonly name: string;
  readonly digest: Digest;
  readonly result: OpenVexResult;
}

/** For callers that read their documents one by one. `add` returns what was wrong with that document. */
export function vexCompiler(): { add(document: VexDocument): readonly Error[]; finish(): CompiledVex } {
  const read = new Map<string, Read>();
  const problems: { key: string; errors: readonly Error[] }[] = [];
  return {
    add(document) {
      const digest = digestOf(document.bytes);
      const key = `${document.source}\0${document.name}\0${digest}`;
      const { result, errors } = tryParse(document);
      if (result !== undefined)
        read.set(key, { source: document.source, name: document.name, digest, result });
      if (errors.length > 0) problems.push({ key, errors });
      return errors;
    },
    finish() {
      const ordered = [...read].sort(([a], [b]) => byText(a, b)).map(([, entry]) => entry);
      const file = build(withoutDoubles(ordered));
      const bytes = new TextEncoder().encode(canonicalJson(file));
      const all = problems.sort((a, b) => byText(a.key, b.key)).flatMap(({ errors }) => errors);
      return {
        bytes,
        digest: digestOf(bytes),
        documents: file.documents.length,
        statements: file.statements.length,
        problems: all.slice(0, MAX_PROBLEMS),
        problemCount: all.length,
      };
    },
  };
}

function tryParse(document: VexDocument): { result?: OpenVexResult; errors: readonly Error[] } {
  try {
    const result = parseOpenVex(document.bytes, document.name);
    return { result, errors: result.problems };
  } catch (error) {
    if (!evaluationErrors.is(error)) throw error;
    return { errors: [error] };
  }
}

function withoutDoubles(documents: readonly Read[]): readonly Read[] {
  const seen = new Set<string>();
  return documents.filter(({ source, digest }) => {
    const key = `${source}\0${digest}`;
    return !seen.has(key) && seen.add(key);
  });
}

function build(documents: readonly Read[]): SnapshotFile {
  const strings = table<string>();
  const names = table<SnapshotFile["names"][number]>();
  const products = table<SnapshotFile["products"][number]>();
  const statements: SnapshotFile["statements"][number][] = [];
  const vulnerabilities = new Map<string, number[]>();
  const text = (value: string): number => strings.place(value, () => value);
  const name = (ids: readonly string[]): number =>
    names.place(ids.join("\0"), () => [ids.map(text), keysOf(ids).map(text)]);
  const product = ({ ids, subcomponents }: VexProduct): number => {
    const own = name(ids);
    const parts = subcomponents.map(name);
    return products.place(`${own}/${parts.join()}`, () => [own, parts]);
  };
  for (const [index, { result }] of documents.entries()) {
    for (const claim of result.claims) {
      const why = claim.justification ?? claim.impact;
      for (const id of claim.vulnerabilities) push(vulnerabilities, id, statements.length);
      statements.push([
        index,
        text(claim.status),
        why === undefined ? -1 : text(why),
        claim.timestamp ?? "",
        claim.products.map(product),
      ]);
    }
  }
  return {
    schemaVersion: "1",
    strings: strings.items,
    documents: documents.map(({ source, name, digest, result }) => [source, result.id ?? name, digest]),
    names: names.items,
    products: products.items,
    statements,
    vulnerabilities: Object.fromEntries(vulnerabilities),
  };
}

/** Keys of the components that ids name; "" for an image (pkg:oci, a digest, a reference). */
function keysOf(ids: readonly string[]): readonly string[] {
  const keys = ids.map((id) => {
    const purl = readPurl(id);
    return purl === undefined || purl.type === "oci" ? "" : componentKey(purl);
  });
  return [...new Set(keys)];
}

/** Each item once, in the order of first use. */
function table<Item>(): { items: Item[]; place: (key: string, make: () => Item) => number } {
  const items: Item[] = [];
  const places = new Map<string, number>();
  return {
    items,
    place(key, make) {
      const known = places.get(key);
      if (known !== undefined) return known;
      const item = make();
      places.set(key, items.length);
      return items.push(item) - 1;
    },
  };
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
