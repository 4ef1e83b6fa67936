// SPDX-License-Identifier: Apache-2.0
/** The linker's build information blob. Layout: https://pkg.go.dev/debug/buildinfo, Go 1.18 and newer. */

export const BUILD_INFO_MAGIC = Buffer.from("\xff Go buildinf:", "latin1");

/** Magic, pointer size, flags, padding; then two varint-counted strings. */
const HEADER_BYTES = 32;
const FLAGS = 15;
const FLAG_INLINE = 0x02;
/** Around the module text the linker puts 16 bytes on each side. */
const SENTINEL = 16;
const VERSION = /^(?:go\d|devel\b)/;

export interface BuildInfo {
  /** As `go version` prints it, e.g. `go1.26.1`. */
  readonly goVersion: string;
  /** Lines of `go version -m`; empty in a binary built without modules. */
  readonly modules: string;
}

/**
 * `short` when more bytes are needed, `none` when this is no blob, `old` when its strings stand elsewhere in the file
 * as Go before 1.18 had it.
 */
export function parseBuildInfo(blob: Buffer): BuildInfo | "short" | "none" | "old" {
  if (blob.length < HEADER_BYTES) return "short";
  const flags = blob[FLAGS] as number;
  if ((flags & FLAG_INLINE) === 0) return [4, 8].includes(blob[FLAGS - 1] as number) ? "old" : "none";
  const version = countedBytes(blob, HEADER_BYTES);
  if (typeof version === "string") return version;
  const goVersion = version.bytes.toString("utf8");
  if (!VERSION.test(goVersion)) return "none";
  const text = countedBytes(blob, version.end);
  if (typeof text === "string") return text;
  const { bytes } = text;
  const hasModules = bytes.length >= 2 * SENTINEL + 1 && bytes[bytes.length - SENTINEL - 1] === 0x0a;
  return { goVersion, modules: hasModules ? bytes.toString("utf8", SENTINEL, bytes.length - SENTINEL) : "" };
}

function countedBytes(blob: Buffer, start: number): { bytes: Buffer; end: number } | "short" | "none" {
  let [length, at] = [0, start];
  for (let shift = 0; ; shift += 7) {
    const byte = blob[at++];
    if (byte === undefined) return "short";
    if (shift > 21) return "none";
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  const end = at + length;
  return end > blob.length ? "short" : { bytes: blob.subarray(at, end), end };
}
