// SPDX-License-Identifier: Apache-2.0
/**
 * The demo's images as one OCI layout: vulnerable and fixed applications on a shared Debian layer, and a static Go
 * program from scratch. Built of real packages, cached by their lock files.
 */
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { buildGoProgram } from "#hack/lib/go-build.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { writeOciLayout, type ConfigInput, type ImageInput } from "#lib/oci/writer.ts";
import { writeTar } from "#lib/oci/writing/tar.ts";
import { cached, filesBelow, inputKey } from "./archive-cache.ts";
import { appLayer } from "./demo/app-layer.ts";
import { baseLayerKey, debianBaseLayer } from "./demo/base-layer.ts";
import { fromRegistry } from "./demo/from-registry.ts";
import { demoImageList, type DemoImage } from "./demo/images.ts";
import { PRODUCT_UID, withFolders } from "./runtime-files.ts";

const DEMO = join(import.meta.dirname, "demo");
const USER = `${PRODUCT_UID}:${PRODUCT_UID}`;
const platform = { os: "linux", architecture: process.arch === "arm64" ? "arm64" : "amd64" };

export interface DemoImages {
  /** Folder of the OCI layout. */
  readonly layout: string;
  /** Repository and tag of each image, as the layout names it: `shop/web:1.0`. */
  readonly refs: readonly string[];
}

/** @throws IMAGE_PLATFORM_UNSUPPORTED, IMAGE_PACKAGES_UNAVAILABLE */
export async function demoImages(log: Log): Promise<DemoImages> {
  const inputs = [import.meta.filename, ...(await filesBelow([DEMO], (name) => !name.endsWith(".test.ts")))];
  const key = await inputKey({ base: await baseLayerKey(), node: process.arch }, inputs);
  const layout = await cached(
    { name: "demo", key, suffix: "", build: (path) => buildLayout(path, log) },
    log,
  );
  return { layout, refs: demoImageList.map(({ ref }) => ref) };
}

async function buildLayout(path: string, log: Log): Promise<void> {
  const base = await debianBaseLayer(log);
  const scratch = `${path}.apps`;
  await mkdir(scratch, { recursive: true });
  try {
    const images = await step(log, "fetching the packages of the demo applications", () =>
      Promise.all(demoImageList.map((image) => inputOf(image, base, scratch, log))),
    );
    await step(log, "packing the demo images", () => writeOciLayout(path, images));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function inputOf(image: DemoImage, base: string, scratch: string, log: Log): Promise<ImageInput> {
  const { folder, ref } = image;
  if (image.kind === "go") {
    const config: ConfigInput = { entrypoint: ["/server"], user: USER, exposedPorts: ["8080/tcp"] };
    return { ref, platform, layers: [{ tar: await goLayer(folder, log), createdBy: folder }], config };
  }
  const app = await appLayer(folder, scratch, log);
  const layers = [
    { tar: base, createdBy: "debootstrap --variant=minbase bookworm" },
    { tar: writeTar(app), createdBy: `packages of ${folder}` },
  ];
  const config: ConfigInput = {
    cmd: ["sleep", "infinity"],
    env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    workingDir: "/srv/app",
    user: USER,
  };
  return { ref, platform, layers, config };
}

async function goLayer(folder: string, log: Log): Promise<AsyncIterable<Uint8Array>> {
  const module = join(DEMO, folder);
  const program = await fromRegistry("modules from the Go module proxy", () =>
    buildGoProgram({ name: `demo-${folder}`, module, package: "./server" }, log),
  );
  const { size } = await stat(program);
  return writeTar(withFolders([{ path: "server", mode: 0o755, content: { path: program, size } }]));
}
