// SPDX-License-Identifier: Apache-2.0
/** Strings of a version resource. Microsoft, "VS_VERSIONINFO", "StringFileInfo", "StringTable" and "String" structures. */

/** Texts by key, of the first language that states one: `ProductName`, `FileVersion`. */
export type VersionStrings = ReadonlyMap<string, string>;

interface Block {
  readonly key: string;
  readonly value: Buffer;
  readonly children: Buffer;
}

const HEAD_BYTES = 6;
/** Some 12 are defined; languages repeat them. */
const MAX_BLOCKS = 1024;

/** Undefined when the bytes are no version resource. */
export function readVersionStrings(bytes: Buffer): VersionStrings | undefined {
  const root = blockAt(bytes, 0);
  if (root?.block.key !== "VS_VERSION_INFO") return undefined;
  const strings = new Map<string, string>();
  for (const info of blocks(root.block.children)) {
    if (info.key !== "StringFileInfo") continue;
    for (const table of blocks(info.children)) {
      for (const { key, value } of blocks(table.children)) {
        const text = value
          .toString("utf16le")
          .replace(/\0[^]*$/, "")
          .trim();
        if (text !== "" && !strings.has(key)) strings.set(key, text);
      }
    }
  }
  return strings;
}

function* blocks(bytes: Buffer): Generator<Block> {
  let at = 0;
  for (let count = 0; count < MAX_BLOCKS; count++) {
    const next = blockAt(bytes, at);
    if (!next) return;
    yield next.block;
    at = padded(at + next.length);
  }
}

/** A block is: length, length of its value, kind of value, key, value, children; each on a 32-bit boundary. */
function blockAt(bytes: Buffer, at: number): { block: Block; length: number } | undefined {
  if (at + HEAD_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt16LE(at);
  const block = bytes.subarray(at, at + length);
  if (length <= HEAD_BYTES) return undefined;
  const isText = bytes.readUInt16LE(at + 4) === 1;
  const valueLength = bytes.readUInt16LE(at + 2) * (isText ? 2 : 1);
  const keyEnd = endOfText(block, HEAD_BYTES);
  const valueAt = padded(keyEnd + 2);
  const childrenAt = padded(valueAt + valueLength);
  return {
    block: {
      key: block.toString("utf16le", HEAD_BYTES, keyEnd),
      value: block.subarray(valueAt, valueAt + valueLength),
      children: block.subarray(childrenAt),
    },
    length,
  };
}

function endOfText(bytes: Buffer, start: number): number {
  let at = start;
  while (at + 1 < bytes.length && bytes.readUInt16LE(at) !== 0) at += 2;
  return at;
}

const padded = (length: number): number => (length + 3) & ~3;
