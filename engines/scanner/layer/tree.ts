// SPDX-License-Identifier: Apache-2.0
/**
 * Every path of a layer in a few bytes each: what composing an image needs to know of files that no analyzer read.
 * One record an entry: type letter, varint bytes shared with the path before, varint length, rest; of a symlink also
 * varint length and target. UTF-8, archive order.
 */

/** `f` file or hard link, `d` directory, `l` symlink, `o` device or pipe. */
export type TreeEntryType = "f" | "d" | "l" | "o";

export class TreeWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  #last = "";
  readonly #maxBytes: number;
  #isCut = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** True when entries were left out because of the limit. */
  get isCut(): boolean {
    return this.#isCut;
  }

  add(type: TreeEntryType, path: string, target = ""): void {
    const most = 20 + 3 * (path.length + target.length);
    if (this.#isCut || this.#length + most > this.#maxBytes) {
      this.#isCut = true;
      return;
    }
    if (this.#length + most > this.#bytes.length) this.#grow(most);
    const shared = sharedAscii(this.#last, path);
    this.#bytes[this.#length++] = type.charCodeAt(0);
    this.#varint(shared);
    this.#text(shared === 0 ? path : path.slice(shared));
    if (type === "l") this.#text(target);
    this.#last = path;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(by: number): void {
    const wider = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + by));
    this.#bytes.copy(wider, 0, 0, this.#length);
    this.#bytes = wider;
  }

  #text(text: string): void {
    // A guess of one length byte is right for nearly all; longer names are moved once.
    const written = this.#bytes.write(text, this.#length + 1, "utf8");
    if (written < 0x80) {
      this.#bytes[this.#length] = written;
      this.#length += written + 1;
      return;
    }
    this.#varint(written);
    this.#length += this.#bytes.write(text, this.#length, "utf8");
  }

  #varint(value: number): void {
    let left = value;
    while (left >= 0x80) {
      this.#bytes[this.#length++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.#bytes[this.#length++] = left;
  }
}

/** Bytes that both begin with; only of ASCII, where units and bytes are the same. */
function sharedAscii(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let i = 0;
  while (i < most) {
    const unit = a.charCodeAt(i);
    if (unit !== b.charCodeAt(i) || unit > 0x7f) break;
    i++;
  }
  return i;
}

/**
 * Entries in archive order, or the symlinks alone, which costs no text for the others.
 * @returns false when the bytes are not a tree.
 */
export function forEachTreeEntry(
  tree: Uint8Array,
  visit: (type: TreeEntryType, path: string, target: string) => void,
  only: "all" | "links" = "all",
): boolean {
  const bytes = Buffer.from(tree.buffer, tree.byteOffset, tree.byteLength);
  let path = Buffer.allocUnsafe(4096);
  let [at, length] = [0, 0];
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return -1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return -1;
  };
  while (at < bytes.length) {
    const type = TYPES.get(bytes[at++] as number);
    const shared = varint();
    const rest = varint();
    if (type === undefined || shared < 0 || shared > length || rest < 0 || at + rest > bytes.length)
      return false;
    length = shared + rest;
    if (length > path.length) path = Buffer.concat([path, Buffer.allocUnsafe(length)]);
    bytes.copy(path, shared, at, at + rest);
    at += rest;
    const targetLength = type === "l" ? varint() : 0;
    if (targetLength < 0 || at + targetLength > bytes.length) return false;
    if (only === "all" || type === "l") {
      visit(type, path.toString("utf8", 0, length), bytes.toString("utf8", at, at + targetLength));
    }
    at += targetLength;
  }
  return true;
}

const TYPES: ReadonlyMap<number, TreeEntryType> = new Map(
  (["f", "d", "l", "o"] as const).map((type) => [type.charCodeAt(0), type]),
);
