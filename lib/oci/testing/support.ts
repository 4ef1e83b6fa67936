// SPDX-License-Identifier: Apache-2.0
/** Small things that tests of images need: a folder that goes away, ports that do not wait, an image. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageInput } from "../writer.ts";
import { tarBytes } from "../writing/tar.ts";

/** A folder that is removed at the end of the scope (`await using`). */
export async function temporaryFolder(): Promise<{
  readonly path: string;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const path = await mkdtemp(join(tmpdir(), "stella-oci-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Two layers: a small file, and `bytes` of a file that does not compress to nothing. */
export function sampleImage(overrides: Partial<ImageInput> = {}, bytes = 1000): ImageInput {
  const noise = Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7919 + (i >> 8) * 31) & 0xff));
  return {
    layers: [
      { tar: tarBytes([{ path: "etc/os-release", content: "ID=debian\n" }]) },
      { tar: tarBytes([{ path: "data", content: noise }]), compression: "none" },
    ],
    config: { entrypoint: ["/app"], env: ["PATH=/bin"] },
    ...overrides,
  };
}
