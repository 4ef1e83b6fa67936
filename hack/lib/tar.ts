// SPDX-License-Identifier: Apache-2.0
/**
 * Writes small tar archives with fixed owners and times, so that the same files give the same bytes.
 * POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"); names of at most 100 bytes.
 */
import { devErrors } from "./errors.ts";

const BLOCK = 512;

export interface TarEntry {
  /** Relative, no leading slash; a folder's ends with one. */
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** @throws TAR_ENTRY_INVALID for a name that ustar cannot hold */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [header(entry), Buffer.from(entry.content), padding(entry)]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(entry.path) > 100 || entry.path.startsWith("/") || entry.path === "") {
    throw devErrors.make("TAR_ENTRY_INVALID", `not a name for ustar: ${entry.path}`);
  }
  const octal = (value: number, at: number, width: number) => {
    block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at);
  };
  block.write(entry.path, 0);
  octal(entry.mode, 100, 8);
  octal(0, 108, 8); // uid
  octal(0, 116, 8); // gid
  octal(entry.content.length, 124, 12);
  octal(0, 136, 12); // mtime
  block.write(" ".repeat(8), 148); // the checksum counts itself as blanks
  block.write(entry.path.endsWith("/") ? "5" : "0", 156);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function padding(entry: TarEntry): Buffer {
  return Buffer.alloc((BLOCK - (entry.content.length % BLOCK)) % BLOCK);
}
