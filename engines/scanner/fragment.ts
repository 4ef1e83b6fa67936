// SPDX-License-Identifier: Apache-2.0
/**
 * A fragment as bytes: one line with format and SHA-256 of the rest, one line of JSON, then the long texts (packages' file
 * lists, scripts) and the layer's path list. Keys stand in the order in which analyzers write them, which is always the same.
 * The digest line makes a damaged or foreign cache entry as good as none.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf, hexOf, type DiffId } from "#lib/digest.ts";
import { versionsOf, type Analyzer } from "./analyzer.ts";
import type { FileFacts, Fragment, Ownership, ScriptFact } from "./facts.ts";
import { isFragmentHead } from "./fragment-shape.ts";

/** Raise when the shape of facts or the meaning of their fields changes. */
const FORMAT = "stella-fragment/3";
const NEWLINE = 0x0a;

/** Name of an entry in a fragment cache: hex of the diffId, then of what looked at it. Safe as a file name. */
export function fragmentKey(diffId: DiffId, analyzers: readonly Analyzer[]): string {
  const readers = digestOf(canonicalJson({ format: FORMAT, analyzers: versionsOf(analyzers) }));
  return `${hexOf(diffId)}-${hexOf(readers).slice(0, 16)}`;
}

/** Same fragment, same bytes. */
export function encodeFragment(fragment: Fragment): Uint8Array {
  const { tree, files, ...rest } = fragment;
  const texts: string[] = [];
  const cut = (text: string): number => {
    texts.push(text);
    return text.length;
  };
  const slimmed = files.map(({ ownership, script, ...file }): SlimFile => ({
    ...file,
    ...(ownership
      ? { ownership: ownership.map(({ paths, ...owner }) => ({ ...owner, length: cut(paths) })) }
      : {}),
    ...(script ? { script: slimScript(script, cut) } : {}),
  }));
  const head = { ...rest, files: slimmed };
  const long = Buffer.from(texts.join(""));
  const body = Buffer.concat([
    Buffer.from(`${JSON.stringify({ ...head, textBytes: long.length })}\n`),
    long,
    tree,
  ]);
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
  const head = headOf(body.toString("utf8", 0, Math.max(0, jsonEnd)));
  if (head?.diffId !== diffId) return undefined;
  const { textBytes, files, ...rest } = head;
  const treeAt = jsonEnd + 1 + textBytes;
  const texts = body.toString("utf8", jsonEnd + 1, treeAt);
  let at = 0;
  const take = (length: number): string => {
    at += length;
    return texts.slice(at - length, at);
  };
  return {
    ...rest,
    files: files.map(({ ownership, script, ...file }) => ({
      ...file,
      ...(ownership
        ? { ownership: ownership.map(({ length, ...owner }) => ({ ...owner, paths: take(length) })) }
        : {}),
      ...(script ? { script: wholeScript(script, take) } : {}),
    })),
    tree: body.subarray(treeAt),
  };
}

/** Undefined where it is no fragment's. */
function headOf(json: string): SlimFragment | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isFragmentHead(value) ? (value as SlimFragment) : undefined;
  } catch {
    return undefined;
  }
}

function slimScript({ interpreter, text }: ScriptFact, cut: (text: string) => number): SlimScript {
  return { interpreter, ...(text === undefined ? {} : { length: cut(text) }) };
}

function wholeScript({ interpreter, length }: SlimScript, take: (length: number) => string): ScriptFact {
  return { interpreter, ...(length === undefined ? {} : { text: take(length) }) };
}

/** Long texts stand behind the JSON: most of a fragment needs no escaping there. Lengths are UTF-16 units. */
interface SlimOwnership extends Omit<Ownership, "paths"> {
  readonly length: number;
}

interface SlimScript extends Omit<ScriptFact, "text"> {
  readonly length?: number;
}

interface SlimFile extends Omit<FileFacts, "ownership" | "script"> {
  readonly ownership?: readonly SlimOwnership[];
  readonly script?: SlimScript;
}

interface SlimFragment extends Omit<Fragment, "tree" | "files"> {
  readonly files: readonly SlimFile[];
  readonly textBytes: number;
}
