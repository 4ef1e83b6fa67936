// SPDX-License-Identifier: Apache-2.0
/** VEX documents to one content-addressed snapshot. */
import { byText } from "#lib/compare.ts";
import { digestOf, type Digest } from "#lib/digest.ts";
import { evaluationErrors } from "../errors.ts";
import { isBomLink, productAtLink } from "./formats/cyclonedx-components.ts";
import { readVexDocument } from "./formats/index.ts";
import { Place } from "./formats/fault.ts";
import { isCpe } from "./formats/names.ts";
import { itemTable } from "./item-table.ts";
import { readPurl } from "./product-purl.ts";
import type {
  LinkedBom,
  VexClaim,
  VexDocument,
  VexFormat,
  VexProduct,
  VexReading,
  VexSignature,
} from "./types.ts";
import { writeVexSnapshot } from "./write-snapshot.ts";
import type { InternedClaims } from "./write-snapshot.ts";

const MAX_PROBLEMS = 100;
/** Entries of one document: a short one that names many aliases and many products has as many as they are multiplied. */
const MAX_ENTRIES = 5_000_000;

export interface CompiledVex {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly documents: number;
  readonly statements: number;
  /** Products of statements that have no name to look for: none, or one in a BOM that is not there. */
  readonly unnamed: number;
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
  readonly signature: VexSignature;
  /** One text may be listed for several packages, at several places. */
  readonly listedFor: string;
  readonly reading: VexReading;
}

export interface VexAddition {
  /** False where all of it was refused. */
  readonly isRead: boolean;
  /** The first hundred. */
  readonly problems: readonly Error[];
  readonly problemCount: number;
}

export interface VexCompiler {
  add(document: VexDocument): VexAddition;
  /** How many the snapshot of what was added so far would have. */
  statements(): number;
  finish(): CompiledVex;
}

/**
 * For callers that read their documents one by one.
 * @param only the one format of documents that are taken
 * @param maxEntries of all documents together, in the order in which they are added; what would be over is refused
 */
export function vexCompiler(only?: VexFormat, maxEntries = Infinity): VexCompiler {
  const read = new Map<string, Read>();
  let entries = 0;
  let problems: { key: string; errors: readonly Error[] }[] = [];
  let problemCount = 0;
  const firstProblems = (): typeof problems =>
    problems.sort((a, b) => byText(a.key, b.key)).slice(0, MAX_PROBLEMS);
  return {
    add(document) {
      const { source, name, signature = "none" } = document;
      const listedFor = (document.listedFor ?? []).join(" ");
      const digest = digestOf(document.bytes);
      const key = `${source}\0${name}\0${digest}`;
      const { reading, errors, count, size } = tryRead(document, only, maxEntries - entries);
      entries += size;
      if (reading !== undefined) read.set(key, { source, name, digest, signature, listedFor, reading });
      if (count > 0) problems.push({ key, errors });
      if (problems.length > 10 * MAX_PROBLEMS) problems = firstProblems();
      problemCount += count;
      return { isRead: reading !== undefined, problems: errors, problemCount: count };
    },
    statements: () => linkedDocuments(read).reduce((sum, { reading }) => sum + reading.claims.length, 0),
    finish() {
      const linked = linkedDocuments(read);
      // A BOM beside the VEX that points to it states nothing itself.
      const claims = intern(
        linked.filter(({ reading }) => reading.bom === undefined || reading.claims.length > 0),
      );
      const bytes = writeVexSnapshot(claims);
      const told = firstProblems().flatMap(({ errors }) => errors);
      return {
        bytes,
        digest: digestOf(bytes),
        documents: claims.documents.length,
        statements: claims.statements.length,
        unnamed: linked.reduce((sum, { reading }) => sum + reading.unnamed, 0),
        problems: told.slice(0, MAX_PROBLEMS),
        problemCount,
      };
    },
  };
}

function tryRead(
  document: VexDocument,
  only: VexFormat | undefined,
  room: number,
): { reading?: VexReading; errors: readonly Error[]; count: number; size: number } {
  try {
    const reading = readVexDocument(document, only);
    const size = entriesOf(reading);
    const most = Math.min(room, MAX_ENTRIES);
    if (size > most)
      throw new Place(document.name).refuse(`it says something ${size} times, of ${most} that are taken`);
    return { reading, errors: reading.problems, count: reading.problemCount, size };
  } catch (error) {
    if (!evaluationErrors.is(error)) throw error;
    return { errors: [error], count: 1, size: 0 };
  }
}

function linkedDocuments(read: ReadonlyMap<string, Read>): readonly Read[] {
  const ordered = [...read].sort(([a], [b]) => byText(a, b)).map(([, entry]) => entry);
  return withLinks(withoutDoubles(ordered));
}

/** Each name of a vulnerability with each product, or each of its subcomponents. */
function entriesOf({ claims }: VexReading): number {
  return claims.reduce((sum, { vulnerabilities, products }) => {
    const parts = products.reduce((all, { subcomponents }) => all + Math.max(1, subcomponents.length), 0);
    return sum + vulnerabilities.length * parts;
  }, 0);
}

/** BOM-Links become the names that the other document of the same source has for the place they point to. */
function withLinks(documents: readonly Read[]): readonly Read[] {
  const boms = new Map<string, LinkedBom>();
  for (const { source, reading } of documents) {
    if (reading.bom !== undefined) boms.set(`${source}\0${reading.bom.link}`, reading.bom);
  }
  return documents.map((document) => {
    const { source, reading } = document;
    const bomAt = (link: string): LinkedBom | undefined => boms.get(`${source}\0${link}`);
    let unnamed = 0;
    const claims = reading.claims.flatMap((claim): readonly VexClaim[] => {
      if (!claim.products.some(({ ids }) => ids.some(isBomLink))) return [claim];
      const products = claim.products.flatMap((product) => {
        const [link] = product.ids.filter(isBomLink);
        if (link === undefined) return [product];
        const found = productAtLink(link, bomAt);
        if (found === undefined) unnamed += 1;
        return found ?? [];
      });
      return products.length === 0 ? [] : [{ ...claim, products }];
    });
    return { ...document, reading: { ...reading, claims, unnamed: reading.unnamed + unnamed } };
  });
}

function withoutDoubles(documents: readonly Read[]): readonly Read[] {
  const seen = new Set<string>();
  return documents.filter(({ source, digest, listedFor }) => {
    const key = `${source}\0${digest}\0${listedFor}`;
    return !seen.has(key) && seen.add(key);
  });
}

function intern(documents: readonly Read[]): InternedClaims {
  const strings = itemTable<string>();
  const names = itemTable<InternedClaims["names"][number]>();
  const products = itemTable<InternedClaims["products"][number]>();
  const statements: InternedClaims["statements"][number][] = [];
  const vulnerabilities = new Map<string, number[]>();
  const text = (value: string): number => strings.place(value, () => value);
  const name = (ids: readonly string[]): number =>
    names.place(ids.join("\0"), () => [ids.map(text), keysOf(ids).map(text)]);
  const product = ({ ids, subcomponents }: VexProduct): number => {
    const own = name(ids);
    const parts = subcomponents.map(name);
    return products.place(`${own}/${parts.join()}`, () => [own, parts]);
  };
  for (const [index, { reading }] of documents.entries()) {
    for (const claim of reading.claims) {
      const why = claim.justification ?? claim.impact;
      for (const id of claim.vulnerabilities) push(vulnerabilities, id, statements.length);
      statements.push([
        index,
        text(claim.status),
        why === undefined ? -1 : text(why),
        claim.timestamp ?? "",
        claim.products.map(product),
        claim.action === undefined ? -1 : text(claim.action),
      ]);
    }
  }
  return {
    strings: strings.items,
    documents: documents.map(({ source, name, digest, signature, reading: { id = name, author } }) =>
      author === undefined ? [source, id, digest, signature] : [source, id, digest, signature, author],
    ),
    names: names.items,
    products: products.items,
    statements,
    vulnerabilities: Object.fromEntries(vulnerabilities),
  };
}

/** Keys of the components that ids name; "" for an image (pkg:oci, a digest, a reference). A CPE is looked for under no key. */
function keysOf(ids: readonly string[]): readonly string[] {
  const keys = ids.flatMap((id) => {
    if (isCpe(id)) return [];
    const purl = readPurl(id);
    return [purl === undefined || purl.type === "oci" ? "" : purl.key];
  });
  return [...new Set(keys)];
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
