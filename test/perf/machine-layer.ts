// SPDX-License-Identifier: Apache-2.0
/** Layers made of files of the machine, as GNU tar writes them with fixed owner and time. The same files give the same bytes. */
import { spawn } from "node:child_process";
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

export const MB = 1_000_000;
const MAX_FILE = 30 * MB;

/** Files below `root` go into the layer below `at`, in order of name, until `bytes` are taken. */
export interface Part {
  readonly root: string;
  readonly at: string;
  readonly bytes: number;
}

/**
 * One layer, its size added to `sizes` at the end.
 * @param taken files that stand in layers before; those of this one are added
 */
export async function* layerTar(
  parts: readonly Part[],
  budget: number,
  sizes: number[] = [],
  taken = new Set<string>(),
): AsyncGenerator<Uint8Array> {
  let [left, total] = [budget, 0];
  for (const part of parts) {
    const files = filesOf(part, Math.min(part.bytes, left), taken);
    left -= files.bytes;
    if (files.names.length === 0) continue;
    for await (const bytes of tarOf(part, files.names)) {
      total += bytes.length;
      yield bytes;
    }
  }
  yield Buffer.alloc(1024);
  sizes.push(total + 1024);
}

function filesOf(part: Part, bytes: number, taken: Set<string>): { names: string[]; bytes: number } {
  const names: string[] = [];
  let total = 0;
  const visit = (path: string): void => {
    if (total >= bytes) return;
    const stat = lstatSync(path);
    if (stat.isDirectory()) {
      if (path.includes("/.cache")) return;
      for (const name of readdirSync(path).sort()) visit(join(path, name));
      return;
    }
    const size = stat.isFile() ? stat.size : 0;
    if (
      size > MAX_FILE ||
      total + size > bytes ||
      taken.has(path) ||
      !(stat.isFile() || stat.isSymbolicLink())
    )
      return;
    taken.add(path);
    total += size + 512;
    names.push(relative("/", path));
  };
  if (existsSync(part.root)) visit(part.root);
  return { names, bytes: total };
}

/** Without the end mark, so that archives can stand one behind the other. */
async function* tarOf(part: Part, names: readonly string[]): AsyncGenerator<Uint8Array> {
  const root = relative("/", part.root);
  const child = spawn(
    "tar",
    [
      ...["-c", "-C", "/", "--null", "--no-recursion", "--format=gnu", "--hard-dereference", "-b", "1"],
      ...["--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-T", "-"],
      `--transform=flags=r;s,^${root.replaceAll(/[.+]/g, "\\$&")},${part.at},`,
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  child.stdin.end(names.join("\0"));
  let held = Buffer.alloc(0);
  for await (const bytes of child.stdout as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, bytes]);
    const whole = Math.max(0, held.length - 1024);
    if (whole > 0) yield held.subarray(0, whole);
    held = held.subarray(whole);
  }
  if (held.some((byte) => byte !== 0)) throw new Error("tar ended without its end mark");
}
