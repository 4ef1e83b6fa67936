// SPDX-License-Identifier: Apache-2.0
/**
 * Small archives in memory with the same bytes for the same entries: owner 0:0, time 0.
 * Writes ustar headers, and a pax header in front where a name does not fit (POSIX.1-2024 pax).
 */
import { BLOCK } from "../header.ts";

export interface TarFile {
  readonly path: string;
  /** tar type flag; "0" a file, "1" hard link, "2" symlink, "5" directory. */
  readonly type?: string;
  readonly content?: Uint8Array | string;
  readonly linkPath?: string;
  /** Permission bits; 0644 unless given. */
  readonly mode?: number;
}

/** The archive with its two closing zero blocks. */
export function writeTar(files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.flatMap(entryBlocks), Buffer.alloc(2 * BLOCK)]);
}

function entryBlocks(file: TarFile): Buffer[] {
  const content = Buffer.from(file.content ?? "");
  const path = file.path;
  const link = file.linkPath ?? "";
  const records = [
    ...(Buffer.byteLength(path) > 100 ? [paxRecord("path", path)] : []),
    ...(Buffer.byteLength(link) > 100 ? [paxRecord("linkpath", link)] : []),
  ];
  const header = tarHeader({ ...file, path, linkPath: link }, content.length);
  if (records.length === 0) return [header, padded(content)];
  const pax = Buffer.concat(records);
  return [tarHeader({ path: "pax", type: "x" }, pax.length), padded(pax), header, padded(content)];
}

/** One header block with its checksum; names are cut at 100 bytes. */
export function tarHeader(file: TarFile, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;
  block.write(file.path, 0, 100, "utf8");
  block.write(octal(file.mode ?? 0o644, 8), 100, "latin1");
  block.write(octal(0, 8) + octal(0, 8), 108, "latin1");
  block.write(octal(size, 12) + octal(0, 12), 124, "latin1");
  block.write("        ", 148, "latin1");
  block.write(file.type ?? "0", 156, "latin1");
  block.write(file.linkPath ?? "", 157, 100, "utf8");
  block.write("ustar\x0000", 257, "latin1");
  return withChecksum(block);
}

/** The block with its checksum field made right. */
export function withChecksum(block: Buffer): Buffer {
  block.fill(" ", 148, 156, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
export function paxRecord(key: string, value: string): Buffer {
  const body = Buffer.byteLength(` ${key}=${value}\n`);
  let length = body + String(body).length;
  if (String(length).length > String(body).length) length = body + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}
