// SPDX-License-Identifier: Apache-2.0
/** Whether a path that is named among feeds is an offline kit: a tar file whose first entry is a kit's manifest. */
import { open } from "node:fs/promises";
import { KIT_FORMAT, MANIFEST_FILE, kitLimits } from "./manifest.ts";

const BLOCK = 512;
/** Of a ustar header (POSIX.1-2017, pax): name, and size in octal digits. */
const NAME = [0, 100] as const;
const SIZE = [124, 136] as const;

/** Says no more than that it wants to be one. False also for what can't be read: who reads it tells of that. */
export async function isKit(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    if (!(await file.stat()).isFile()) return false;
    const head = Buffer.alloc(BLOCK);
    await file.read(head, 0, BLOCK, 0);
    if (textAt(head, NAME) !== MANIFEST_FILE) return false;
    const size = parseInt(textAt(head, SIZE), 8);
    if (!(size > 0 && size <= kitLimits.maxManifestBytes)) return false;
    const manifest = Buffer.alloc(size);
    await file.read(manifest, 0, size, BLOCK);
    return (JSON.parse(manifest.toString("utf8")) as { readonly format?: unknown }).format === KIT_FORMAT;
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

const textAt = (head: Buffer, [start, end]: readonly [number, number]): string =>
  head.toString("latin1", start, end).replace(/\0.*$/s, "").trim();
