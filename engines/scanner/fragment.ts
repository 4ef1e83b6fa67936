// SPDX-License-Identifier: Apache-2.0
/**
 * A fragment as bytes: one line with format and SHA-256 of the rest, one line of canonical JSON, then
 * the packages' file lists and the layer's path list.
 * The digest line makes a damaged or foreign cache entry as good as none.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf, hexOf, type DiffId } from "#lib/digest.ts";
import { versionsOf, type Analyzer } from "./analyzer.ts";
import type { FileFacts, Fragment, Ownership } from "./facts.ts";

/** Raise when the shape of facts or the meaning of their fields changes. */
const FORMAT = "stella-fragment/1";
const NEWLINE = 0x0a;

/** Cache key: hex of the diffId, then of what looked at it. Safe as a file name. */
export function fragmentKey(diffId: DiffId, analyzers: readonly Analyzer[]): string {
  const readers = digestOf(canonicalJson({ format: FORMAT, analyzers: versionsOf(analyzers) }));
  return `${hexOf(diffId)}-${hexOf(readers).slice(0, 16)}`;
}

/** Same fragment, same bytes. */
export function encodeFragment(fragment: Fragment): Uint8Array {
  const { tree, files, ...rest } = fragment;
  const owned: string[] = [];
  const slimmed = files.map((file) =>
    file.ownership ? { ...file, ownership: file.ownership.map(slim) } : file,
  );
  function slim({ paths, ...owner }: Ownership): SlimOwnership {
    owned.push(paths);
    return { ...owner, length: paths.length };
  }
  const lists = Buffer.from(owned.join(""));
  const head = Buffer.from(`${canonicalJson({ ...rest, files: slimmed, listsBytes: lists.length })}\n`);
  const body = Buffer.concat([head, lists, tree]);
  return Buffer.concat([Buffer.from(`${FORMAT} ${digestOf(body)}\n`), body]);
}

/** Undefined when the bytes are damaged, of another format, or not of this layer. */
export function decodeFragment(bytes: Uint8Array, diffId: DiffId): Fragment | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headEnd = buffer.indexOf(NEWLINE);
  if (headEnd < 0) return undefined;
  const body = buffer.subarray(headEnd + 1);
  if (buffer.toString("latin1", 0, headEnd) !== `${FORMAT} ${digestOf(body)}`) return undefined;
  const jsonEnd = body.indexOf(NEWLINE);
  const { listsBytes, files, ...rest } = JSON.parse(body.toString("utf8", 0, jsonEnd)) as SlimFragment;
  if (rest.diffId !== diffId) return undefined;
  const treeAt = jsonEnd + 1 + listsBytes;
  const lists = body.toString("utf8", jsonEnd + 1, treeAt);
  let at = 0;
  const fatten = ({ length, ...owner }: SlimOwnership): Ownership => {
    at += length;
    return { ...owner, paths: lists.slice(at - length, at) };
  };
  return {
    ...rest,
    files: files.map(({ ownership, ...file }) =>
      ownership ? { ...file, ownership: ownership.map(fatten) } : file,
    ),
    tree: body.subarray(treeAt),
  };
}

/** File lists stand behind the JSON: the longest part of a fragment needs no escaping there. */
interface SlimOwnership extends Omit<Ownership, "paths"> {
  /** UTF-16 units of the list. */
  readonly length: number;
}

interface SlimFragment extends Omit<Fragment, "tree" | "files"> {
  readonly files: readonly (Omit<FileFacts, "ownership"> & {
    readonly ownership?: readonly SlimOwnership[];
  })[];
  readonly listsBytes: number;
}
