// SPDX-License-Identifier: Apache-2.0
/** Tar headers with one byte form for one entry: POSIX.1-2017 pax(1), ustar where it suffices, pax records where not. */

export interface TarEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly type?: "file" | "directory" | "symlink" | "hardlink" | "char" | "block" | "fifo";
  /** Permission bits. Default 0644, folders 0755. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970. Default 0. */
  readonly mtime?: number;
  /** Of a symbolic link as it is stored; of a hard link the earlier path. */
  readonly linkTarget?: string;
  readonly device?: { readonly major: number; readonly minor: number };
  /** A file's bytes, or the file on disk that holds them. */
  readonly content?: Uint8Array | string | { readonly path: string; readonly size: number };
}

const BLOCK = 512;
const FLAGS = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  char: "3",
  block: "4",
  directory: "5",
  fifo: "6",
} as const;
const MAX_OCTAL = { 8: 0o7777777, 12: 0o77777777777 } as const;

/** Bytes of an entry's content. */
export function contentSize(entry: TarEntry): number {
  const { content } = entry;
  if (content === undefined || (entry.type ?? "file") !== "file") return 0;
  if (typeof content === "string") return Buffer.byteLength(content);
  return content instanceof Uint8Array ? content.length : content.size;
}

/** The header blocks before the content. @throws RangeError for a number that tar cannot hold */
export function tarHeader(entry: TarEntry): Buffer {
  const type = entry.type ?? "file";
  const path = type === "directory" && !entry.path.endsWith("/") ? `${entry.path}/` : entry.path;
  const size = contentSize(entry);
  const link = entry.linkTarget ?? "";
  const records: [string, string][] = [];
  if (Buffer.byteLength(path) > 100 || !isAscii(path)) records.push(["path", path]);
  if (Buffer.byteLength(link) > 100 || !isAscii(link)) records.push(["linkpath", link]);
  if (size > MAX_OCTAL[12]) records.push(["size", String(size)]);
  const mode = entry.mode ?? (type === "directory" ? 0o755 : 0o644);
  const header = block({ ...entry, path, linkTarget: link, mode, size, flag: FLAGS[type] });
  return records.length === 0 ? header : Buffer.concat([paxHeader(records), header]);
}

/** Zeros that fill the last block of a content of `size` bytes. */
export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** The two blocks of zeros that end an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * BLOCK);

function paxHeader(records: readonly [string, string][]): Buffer {
  const body = Buffer.from(records.map(([name, value]) => paxRecord(name, value)).join(""));
  const header = block({ path: "PaxHeader", linkTarget: "", mode: 0o644, size: body.length, flag: "x" });
  return Buffer.concat([header, body, padding(body.length)]);
}

/** The length counts its own digits. */
function paxRecord(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (bytes + String(length).length !== length) length++;
  return `${length}${rest}`;
}

function block(
  entry: Pick<TarEntry, "uid" | "gid" | "mtime" | "device"> & {
    readonly path: string;
    readonly linkTarget: string;
    readonly mode: number;
    readonly size: number;
    readonly flag: string;
  },
): Buffer {
  const header = Buffer.alloc(BLOCK);
  Buffer.from(entry.path).copy(header, 0, 0, 100);
  octal(header, 100, 8, entry.mode & 0o7777);
  octal(header, 108, 8, entry.uid ?? 0);
  octal(header, 116, 8, entry.gid ?? 0);
  octal(header, 124, 12, entry.size > MAX_OCTAL[12] ? 0 : entry.size);
  octal(header, 136, 12, entry.mtime ?? 0);
  header.write(" ".repeat(8) + entry.flag, 148, "latin1");
  Buffer.from(entry.linkTarget).copy(header, 157, 0, 100);
  header.write("ustar\u000000", 257, "latin1");
  octal(header, 329, 8, entry.device?.major ?? 0);
  octal(header, 337, 8, entry.device?.minor ?? 0);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

function octal(header: Buffer, at: number, length: 8 | 12, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > MAX_OCTAL[length]) {
    throw new RangeError(`${value} does not fit a tar header`);
  }
  header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
