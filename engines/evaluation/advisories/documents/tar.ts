// SPDX-License-Identifier: Apache-2.0
/**
 * Regular files of a tar, in order. Follows POSIX.1-2024 pax, "ustar Interchange Format" and "pax Extended Header",
 * and GNU's long names. Links, devices and directories are passed over: a feed has no use for them.
 */
import { ByteReader } from "./byte-reader.ts";

export interface TarFile {
  readonly name: string;
  readonly size: number;
  /** The content; only until the next file is asked for. */
  read(): Promise<Buffer>;
}

const BLOCK = 512;
const MAX_NAME_BYTES = 64 * 1024;

export class TarBroken extends Error {}

/** @throws TarBroken when it is cut off or a header is no header */
export async function* tarFiles(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const reader = new ByteReader(chunks);
  let longName: string | undefined;
  try {
    for (;;) {
      const header = await reader.read(BLOCK);
      if (header.length === 0) throw new TarBroken("the archive ends without its end mark");
      if (header.length < BLOCK) throw new TarBroken("the archive is cut off inside a header");
      if (header.every((byte) => byte === 0)) return;
      checkSum(header);
      const size = octal(header, 124, 12);
      const type = String.fromCharCode(header[156] ?? 0);
      if (type === "L" || type === "x") {
        longName = await readLongName(reader, type, size, longName);
        continue;
      }
      const name = longName ?? ustarName(header);
      longName = undefined;
      let unread = padded(size);
      if (type === "0" || type === "\0") {
        yield {
          name,
          size,
          read: async () => {
            const bytes = await reader.read(size);
            if (bytes.length < size) throw new TarBroken(`the archive is cut off inside ${name}`);
            unread -= size;
            return bytes;
          },
        };
      }
      if ((await reader.skip(unread)) < unread) throw new TarBroken(`the archive is cut off inside ${name}`);
    }
  } finally {
    await reader.close();
  }
}

async function readLongName(
  reader: ByteReader,
  type: string,
  size: number,
  before: string | undefined,
): Promise<string | undefined> {
  if (size > MAX_NAME_BYTES) throw new TarBroken("an extended header is too long");
  const body = await reader.read(padded(size));
  const text = body.subarray(0, size).toString("utf8");
  if (type === "L") return text.replace(/\0.*$/s, "");
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1] ?? before;
}

function ustarName(header: Buffer): string {
  const name = textAt(header, 0, 100);
  const prefix = textAt(header, 257, 5) === "ustar" ? textAt(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textAt(header: Buffer, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString("utf8");
}

/** Octal text, or GNU's big-endian binary for sizes over 8 GiB. */
function octal(header: Buffer, offset: number, length: number): number {
  if (((header[offset] ?? 0) & 0x80) !== 0) {
    const value = header.readUIntBE(offset + length - 6, 6);
    if (header.subarray(offset + 1, offset + length - 6).some((byte) => byte !== 0))
      throw new TarBroken("a size is absurd");
    return value;
  }
  const text = textAt(header, offset, length).trim();
  if (!/^[0-7]*$/.test(text)) throw new TarBroken("a number in a header is no octal");
  return text === "" ? 0 : Number.parseInt(text, 8);
}

function checkSum(header: Buffer): void {
  let sum = 0;
  for (let i = 0; i < BLOCK; i += 1) sum += i >= 148 && i < 156 ? 32 : (header[i] ?? 0);
  if (sum !== octal(header, 148, 8)) throw new TarBroken("a header's checksum does not fit");
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
