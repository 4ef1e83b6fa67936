// SPDX-License-Identifier: Apache-2.0
/**
 * Reads a compiled VEX snapshot back; statements are laid out per vulnerability when first asked for. Those of schema version 1 are
 * read too: they know nothing of signatures and actions.
 */
import { byText } from "#lib/compare.ts";
import { digestOf, type Digest } from "#lib/digest.ts";
import { evaluationErrors } from "../errors.ts";
import type { VexStatus } from "../types.ts";
import { compileVexSnapshot, type SnapshotFile } from "./compile-snapshot.ts";
import { isCpeOnly } from "./formats/names.ts";
import type { VexSignature, VexSnapshot, VexStatement } from "./types.ts";

/** @throws VEX_SNAPSHOT_INVALID when the bytes are not a snapshot of this version */
export function openVexSnapshot(bytes: Uint8Array): VexSnapshot {
  const file = read(bytes);
  const vulnerabilities = new Map(Object.entries(file.vulnerabilities));
  const cache = new Map<string, ReadonlyMap<string, readonly VexStatement[]>>();
  return {
    digest: digestOf(bytes),
    documents: file.documents.length,
    sources: [...new Set(file.documents.map(([source]) => source))],
    statements: file.statements.length,
    vulnerabilities: () => vulnerabilities.keys(),
    about(vulnerability) {
      const places = vulnerabilities.get(vulnerability);
      if (places === undefined) return NOTHING;
      let found = cache.get(vulnerability);
      if (found === undefined) cache.set(vulnerability, (found = layOut(file, places)));
      return found;
    },
  };
}

const NOTHING: ReadonlyMap<string, readonly VexStatement[]> = new Map();

let empty: VexSnapshot | undefined;

/** The snapshot of no documents. */
export function emptyVexSnapshot(): VexSnapshot {
  return (empty ??= openVexSnapshot(compileVexSnapshot([]).bytes));
}

function read(bytes: Uint8Array): SnapshotFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw evaluationErrors.make("VEX_SNAPSHOT_INVALID", "VEX snapshot is not JSON", { cause });
  }
  const file = parsed as (Partial<Omit<SnapshotFile, "schemaVersion">> & { schemaVersion?: unknown }) | null;
  const lists = [file?.strings, file?.documents, file?.names, file?.products, file?.statements];
  if (
    (file?.schemaVersion !== "1" && file?.schemaVersion !== "2") ||
    typeof file.vulnerabilities !== "object" ||
    !lists.every(Array.isArray)
  ) {
    throw evaluationErrors.make("VEX_SNAPSHOT_INVALID", "not a VEX snapshot of schema version 1 or 2");
  }
  return file as SnapshotFile;
}

function layOut(file: SnapshotFile, places: readonly number[]): ReadonlyMap<string, readonly VexStatement[]> {
  const byComponent = new Map<string, VexStatement[]>();
  for (const place of places) {
    for (const { key, statement } of statementsAt(file, place)) {
      const list = byComponent.get(key);
      if (list === undefined) byComponent.set(key, [statement]);
      else list.push(statement);
    }
  }
  for (const list of byComponent.values()) list.sort(latestFirst);
  return byComponent;
}

/** Version 1 ends before the optional ones. */
type StatementRow = readonly [number, number, number, string, readonly number[], action?: number];
type DocumentRow = readonly [string, string, Digest, signature?: VexSignature];

function* statementsAt(
  file: SnapshotFile,
  place: number,
): Generator<{ key: string; statement: VexStatement }> {
  const [documentPlace, status, why, timestamp, products, action = -1] = at<StatementRow>(
    file.statements,
    place,
  );
  const [source, document, digest, signature = "none"] = at<DocumentRow>(file.documents, documentPlace);
  const common = {
    from: { source, document, digest, signature },
    status: at(file.strings, status) as VexStatus,
    ...(why < 0 ? {} : { justification: at(file.strings, why) }),
    ...(action < 0 ? {} : { action: at(file.strings, action) }),
    ...(timestamp === "" ? {} : { timestamp }),
  };
  for (const productPlace of products) {
    const [name, parts] = at(file.products, productPlace);
    const whole = named(file, name);
    const product = whole.ids;
    const about = { ...common, product, ...(isCpeOnly(product) ? { isCpeOnly: true as const } : {}) };
    if (parts.length === 0) for (const key of whole.keys) yield { key, statement: about };
    for (const part of parts) {
      const { ids, keys } = named(file, part);
      for (const key of keys) yield { key, statement: { ...about, subcomponent: ids } };
    }
  }
}

function named(file: SnapshotFile, place: number): { ids: readonly string[]; keys: readonly string[] } {
  const [ids, keys] = at(file.names, place);
  const texts = (places: readonly number[]): readonly string[] => places.map((one) => at(file.strings, one));
  return { ids: texts(ids), keys: texts(keys) };
}

/** The order in which statements count. */
export function latestFirst(a: VexStatement, b: VexStatement): number {
  return (
    byText(b.timestamp ?? "", a.timestamp ?? "") ||
    byText(a.from.source, b.from.source) ||
    byText(a.from.document, b.from.document) ||
    byText(a.from.digest, b.from.digest)
  );
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw evaluationErrors.make("VEX_SNAPSHOT_INVALID", "a reference leads nowhere");
  return item;
}
