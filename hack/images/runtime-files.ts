// SPDX-License-Identifier: Apache-2.0
/**
 * What an image from scratch needs to run Node: the program, the shared libraries that it asks for, accounts, name
 * resolution, and the certificate authorities that come with Node itself.
 */
import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { PROJECT } from "#hack/bundle/bundle.ts";
import { run } from "#hack/lib/run.ts";
import { byText } from "#lib/compare.ts";
import type { TarEntry } from "#lib/oci/writing/tar-entry.ts";
import { imageErrors } from "./errors.ts";

/** Who the product runs as; the manifests name the same number. */
export const PRODUCT_UID = 65_532;

/** A file of this machine and where it goes in the image. */
export interface RuntimeFile {
  readonly path: string;
  readonly source: string;
}

/** Node of the npm package `node`, and the libraries that the dynamic linker would load for it here. */
export async function runtimeFiles(): Promise<readonly RuntimeFile[]> {
  if (process.platform !== "linux") {
    throw imageErrors.make(
      "IMAGE_PLATFORM_UNSUPPORTED",
      "without Docker the image is built on Linux only; elsewhere use the Dockerfile",
    );
  }
  const node = await realpath(join(PROJECT, "node_modules", "node", "bin", "node"));
  const libraries = librariesOf(await run("ldd", [node]));
  return [
    { path: "usr/local/bin/node", source: node },
    ...libraries.map((source) => ({ path: source.replace(/^\/+/, ""), source })),
  ];
}

/** Paths that ldd(1) printed, sorted. @throws IMAGE_LIBRARY_MISSING when it did not find one */
export function librariesOf(output: string): readonly string[] {
  const found = new Set<string>();
  for (const line of output.split("\n").map((one) => one.trim())) {
    if (line.endsWith("=> not found")) {
      throw imageErrors.make(
        "IMAGE_LIBRARY_MISSING",
        `this machine lacks ${line.slice(0, line.indexOf(" "))}`,
      );
    }
    const path = /(?:^|=> )(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1];
    if (path !== undefined) found.add(path);
  }
  return [...found].sort(byText);
}

/** The layer's entries, folders before what is in them. */
export async function runtimeEntries(files: readonly RuntimeFile[]): Promise<readonly TarEntry[]> {
  const entries: TarEntry[] = [...accounts, { path: "tmp", type: "directory", mode: 0o1777 }];
  entries.push({ path: "data", type: "directory", uid: PRODUCT_UID, gid: PRODUCT_UID });
  for (const { path, source } of files) {
    entries.push({ path, mode: 0o755, content: { path: source, size: (await stat(source)).size } });
  }
  return withFolders(entries);
}

const accounts: readonly TarEntry[] = [
  {
    path: "etc/passwd",
    content: `root:x:0:0:root:/:/sbin/nologin\nstella:x:${PRODUCT_UID}:${PRODUCT_UID}:stella:/tmp:/sbin/nologin\n`,
  },
  { path: "etc/group", content: `root:x:0:\nstella:x:${PRODUCT_UID}:\n` },
  { path: "etc/nsswitch.conf", content: "passwd: files\ngroup: files\nhosts: files dns\n" },
  { path: "etc/ssl/certs/ca-certificates.crt", content: `${rootCertificates.join("\n")}\n` },
];

/** Sorted, with every folder that a path lies in. */
export function withFolders(entries: readonly TarEntry[]): readonly TarEntry[] {
  const byPath = new Map<string, TarEntry>();
  for (const entry of entries) {
    for (let at = entry.path.indexOf("/"); at > 0; at = entry.path.indexOf("/", at + 1)) {
      const folder = entry.path.slice(0, at);
      if (!byPath.has(folder)) byPath.set(folder, { path: folder, type: "directory" });
    }
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].sort((a, b) => byText(a.path, b.path));
}
