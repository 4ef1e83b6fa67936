// SPDX-License-Identifier: Apache-2.0
/** The smallest ELF file that carries Go build information as the linker writes it. */

export interface GoBinary {
  readonly goVersion: string;
  /** Lines of `go version -m`. */
  readonly modules: string;
  /** Bytes in front of the writable segment; a multiple of 16. */
  readonly textBytes?: number;
  /** Bytes of the writable segment in front of the blob; a multiple of 16. */
  readonly dataBytes?: number;
}

export function goBinary({ goVersion, modules, textBytes = 8192, dataBytes = 0 }: GoBinary): Buffer {
  const blob = Buffer.concat([
    Buffer.from("\xff Go buildinf:\x08\x02", "latin1"),
    Buffer.alloc(16),
    counted(Buffer.from(goVersion)),
    counted(Buffer.concat([Buffer.alloc(16, 1), Buffer.from(modules), Buffer.alloc(16, 2)])),
  ]);
  const data = Buffer.concat([Buffer.alloc(dataBytes), blob, Buffer.alloc(4096)]);
  return Buffer.concat([elfHead(textBytes, data.length), Buffer.alloc(textBytes - HEAD_BYTES, 0x90), data]);
}

const HEAD_BYTES = 64 + 2 * 56;

function elfHead(textBytes: number, dataBytes: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write("\x7fELF\x02\x01\x01", "latin1");
  head.writeUInt16LE(2, 16); // executable
  head.writeUInt16LE(62, 18); // x86-64
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(2, 56);
  segment(head, 64, 5, 0, textBytes);
  segment(head, 120, 6, textBytes, dataBytes);
  return head;
}

function segment(head: Buffer, at: number, flags: number, offset: number, length: number): void {
  head.writeUInt32LE(1, at);
  head.writeUInt32LE(flags, at + 4);
  head.writeBigUInt64LE(BigInt(offset), at + 8);
  head.writeBigUInt64LE(BigInt(length), at + 32);
}

function counted(bytes: Buffer): Buffer {
  const varint: number[] = [];
  let left = bytes.length;
  for (; left >= 0x80; left >>>= 7) varint.push((left & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...varint, left]), bytes]);
}
