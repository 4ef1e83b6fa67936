// SPDX-License-Identifier: Apache-2.0
/**
 * The product's image, made without Docker: a layer with Node and what it needs, and one with the bundle and the
 * offline kit. The Dockerfile builds the same tree. BuildKit's SBOM generator is the same tree with another entry point.
 */
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { bundle, PROJECT } from "#hack/bundle/bundle.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { writeTar } from "#lib/oci/writing/tar.ts";
import type { TarEntry } from "#lib/oci/writing/tar-entry.ts";
import { writeDockerArchive, writeTarFile } from "#lib/oci/writer.ts";
import { cached, filesBelow, inputKey } from "./archive-cache.ts";
import { PRODUCT_UID, runtimeEntries, runtimeFiles, withFolders, type RuntimeFile } from "./runtime-files.ts";

/** What config/manager/deployment.yaml asks for. */
export const PRODUCT_IMAGE = "stellaops.local/stellaops:dev";

/** What `--sbom generator=` names; see docs/build-time.md. */
export const INDEXER_IMAGE = "stellaops.local/sbom-indexer:dev";

const KIT = join(PROJECT, "config", "kit");
const SOURCES = ["cli", "controllers", "crds", "engines", "lib", "observer", "operator", "webhook"];
const BUILDERS = [
  "hack/bundle/bundle.ts",
  "hack/bundle/worker-urls.ts",
  "hack/images/product.ts",
  "hack/images/runtime-files.ts",
];

/** A docker-archive of the image, built when its inputs changed. */
export async function productImage(log: Log): Promise<string> {
  const runtime = await runtimeFiles();
  const key = await productKey(runtime);
  const build = (path: string) =>
    step(log, `building the image ${PRODUCT_IMAGE}`, () => writeProductImage(path, runtime));
  return cached({ name: "product", key, suffix: ".tar", build }, log);
}

/** The same for BuildKit's SBOM generator. */
export async function indexerImage(log: Log): Promise<string> {
  const runtime = await runtimeFiles();
  const key = await productKey(runtime);
  const build = (path: string) =>
    step(log, `building the image ${INDEXER_IMAGE}`, () => writeProductImage(path, runtime, indexer));
  return cached({ name: "sbom-indexer", key, suffix: ".tar", build }, log);
}

/** What tells two images of the same tree apart. */
export interface ImageRole {
  readonly ref: string;
  readonly entrypoint: readonly string[];
  /** Root where there is none. */
  readonly user?: string;
}

const COMMAND = ["/usr/local/bin/node", "/app/stella.js"];

const product: ImageRole = {
  ref: PRODUCT_IMAGE,
  entrypoint: COMMAND,
  user: `${PRODUCT_UID}:${PRODUCT_UID}`,
};

/** Reads files of any owner, in a root filesystem that is mounted read-only for it. */
export const indexer: ImageRole = { ref: INDEXER_IMAGE, entrypoint: [...COMMAND, "sbom-generator"] };

/** The same sources, lock file and runtime files give the same bytes. */
export async function writeProductImage(
  archive: string,
  runtime: readonly RuntimeFile[],
  { ref, ...start }: ImageRole = product,
): Promise<void> {
  await withLayers(runtime, async (layers) => {
    await writeDockerArchive(archive, {
      ref,
      platform: { os: "linux", architecture: process.arch === "arm64" ? "arm64" : "amd64" },
      layers: [
        { tar: writeTar(layers.runtime), createdBy: "Node and its libraries" },
        { tar: writeTar(layers.app), createdBy: "stella and the offline kit" },
      ],
      config: {
        ...start,
        env: ["PATH=/usr/local/bin", "NODE_ENV=production", "HOME=/tmp"],
        workingDir: "/",
      },
    });
  });
}

/** The layers alone, as `runtime.tar` and `app.tar` in `folder`: what the Dockerfile unpacks. */
export async function writeProductLayers(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await withLayers(await runtimeFiles(), async (layers) => {
    await writeTarFile(join(folder, "runtime.tar"), layers.runtime);
    await writeTarFile(join(folder, "app.tar"), layers.app);
  });
}

interface ProductLayers {
  readonly runtime: readonly TarEntry[];
  readonly app: readonly TarEntry[];
}

/** The bundle that the entries speak of lives as long as `work`. */
async function withLayers(
  runtime: readonly RuntimeFile[],
  work: (layers: ProductLayers) => Promise<void>,
): Promise<void> {
  const dist = await mkdtemp(join(tmpdir(), "stellaops-bundle-"));
  try {
    await work({ runtime: await runtimeEntries(runtime), app: await appEntries(dist, await bundle(dist)) });
  } finally {
    await rm(dist, { recursive: true, force: true });
  }
}

async function appEntries(dist: string, names: readonly string[]): Promise<readonly TarEntry[]> {
  const files = [
    ...names.map((name) => ({ path: `app/${name}`, source: join(dist, name) })),
    ...(await filesBelow([KIT])).map((source) => ({ path: `kit/${relative(KIT, source)}`, source })),
  ];
  const entries: TarEntry[] = [];
  for (const { path, source } of files) {
    entries.push({ path, content: { path: source, size: (await stat(source)).size } });
  }
  return withFolders(entries);
}

/** Node itself counts through the lock file; its libraries, which this machine gives, by their bytes. */
async function productKey(runtime: readonly RuntimeFile[]): Promise<string> {
  const isSource = (name: string) => /\.(ts|json)$/.test(name) && !name.endsWith(".test.ts");
  const files = [
    ...(await filesBelow(
      SOURCES.map((path) => join(PROJECT, path)),
      isSource,
    )),
    ...(await filesBelow([KIT])),
    ...[...BUILDERS, "package.json", "package-lock.json"].map((path) => join(PROJECT, path)),
    ...runtime.filter(({ path }) => path !== "usr/local/bin/node").map(({ source }) => source),
  ];
  return inputKey({ node: process.version, arch: process.arch }, files);
}
