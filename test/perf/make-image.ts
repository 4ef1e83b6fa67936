// SPDX-License-Identifier: Apache-2.0
/**
 * The benchmark's images, made from what the machine has: a Debian-like layer and an application layer of about 200 MB
 * each, and the same with a small third layer. The same files give the same bytes.
 */
import { spawn } from "node:child_process";
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { writeOciLayout, type WrittenImage } from "#lib/oci/writer.ts";

const MB = 1_000_000;

/** Files below `root` go into the layer below `at`, in order of name, until `bytes` are taken. */
interface Part {
  readonly root: string;
  readonly at: string;
  readonly bytes: number;
  /** Larger files are left out. */
  readonly maxFile?: number;
}

const pyenv = join(process.env["HOME"] ?? "/root", ".pyenv/versions");

const osParts: readonly Part[] = [
  { root: "/etc/os-release", at: "etc/os-release", bytes: MB },
  { root: "/usr/lib/os-release", at: "usr/lib/os-release", bytes: MB },
  { root: "/var/lib/dpkg", at: "var/lib/dpkg", bytes: 60 * MB },
  { root: "/usr/share/doc", at: "usr/share/doc", bytes: 15 * MB },
  { root: "/usr/bin", at: "usr/bin", bytes: 50 * MB },
  { root: "/usr/lib/x86_64-linux-gnu", at: "usr/lib/x86_64-linux-gnu", bytes: 90 * MB },
  { root: "/usr/share", at: "usr/share", bytes: 45 * MB },
];

const appParts: readonly Part[] = [
  { root: "/usr/local/go/bin", at: "usr/local/go/bin", bytes: 20 * MB },
  { root: "/usr/local/go/pkg/tool", at: "usr/local/go/pkg/tool", bytes: 30 * MB },
  ...["3.11.7", "3.12.1", "3.13.0"].map((version) => ({
    root: join(pyenv, version, "lib"),
    at: `opt/python/${version}/lib`,
    bytes: 25 * MB,
  })),
  {
    root: join(import.meta.dirname, "../../node_modules"),
    at: "app/node_modules",
    bytes: 200 * MB,
    maxFile: MB,
  },
];

const changedParts: readonly Part[] = [
  {
    root: join(import.meta.dirname, "../../node_modules/typescript"),
    at: "srv/node_modules/typescript",
    bytes: 20 * MB,
  },
];

export interface BenchImages {
  readonly target: string;
  readonly changedTarget: string;
  readonly image: WrittenImage;
  readonly layerFiles: readonly string[];
  /** Uncompressed bytes of each layer. */
  readonly sizes: readonly number[];
}

/** Made once and kept in `cacheDir`. */
export async function benchImages(cacheDir: string, say: (line: string) => void): Promise<BenchImages> {
  const dir = join(cacheDir, "image-v3");
  const noteFile = join(dir, "bench.json");
  if (!existsSync(noteFile)) {
    say("making the images from this machine's files, once ...");
    const making = `${dir}.${process.pid}`;
    await rm(making, { recursive: true, force: true });
    await mkdir(making, { recursive: true });
    const sizes: number[] = [];
    const layers = [
      { tar: layerTar(osParts, 200 * MB, sizes), createdBy: "os" },
      { tar: layerTar(appParts, 200 * MB, sizes), createdBy: "app" },
    ];
    const [base] = (await writeOciLayout(join(making, "base"), { layers })).images;
    const again = [
      { tar: layerTar(osParts, 200 * MB, []), createdBy: "os" },
      { tar: layerTar(appParts, 200 * MB, []), createdBy: "app" },
      { tar: layerTar(changedParts, 20 * MB, sizes), createdBy: "changed" },
    ];
    await writeOciLayout(join(making, "changed"), { layers: again });
    await writeFile(join(making, "bench.json"), JSON.stringify({ image: base, sizes }));
    await rm(dir, { recursive: true, force: true });
    await rename(making, dir);
  }
  const { image, sizes } = JSON.parse(await readFile(noteFile, "utf8")) as {
    image: WrittenImage;
    sizes: number[];
  };
  return {
    target: `oci-dir:${join(dir, "base")}`,
    changedTarget: `oci-dir:${join(dir, "changed")}`,
    image,
    layerFiles: image.layers.map(({ digest }) => join(dir, "base/blobs", digest.replace(":", "/"))),
    sizes,
  };
}

/** One layer as GNU tar writes it: fixed owner and time, names sorted. */
async function* layerTar(
  parts: readonly Part[],
  budget: number,
  sizes: number[],
): AsyncGenerator<Uint8Array> {
  let [left, total] = [budget, 0];
  const taken = new Set<string>();
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
      size > 30 * MB ||
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
