// SPDX-License-Identifier: Apache-2.0
/** The product's image, with a small file in Node's place. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openImageSource } from "#lib/oci/open-image-source.ts";
import { indexer, writeProductImage } from "./product.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "product-image-"));
});
afterAll(() => rm(folder, { recursive: true }));

it(
  "has the same bytes when packed twice, two layers, and runs stella as nobody",
  { timeout: 60_000 },
  async () => {
    const runtime = [{ path: "usr/local/bin/node", source: import.meta.filename }];
    const archives = [join(folder, "a.tar"), join(folder, "b.tar")] as const;
    for (const archive of archives) await writeProductImage(archive, runtime);
    const [first, second] = await Promise.all(archives.map(sha256));
    expect(second).toBe(first);
    const source = await openImageSource(`docker-archive:${archives[0]}`);
    const image = await source.resolve({
      os: "linux",
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
    });
    await source.close();
    expect(image.layers).toHaveLength(2);
  },
);

it("is BuildKit's SBOM generator with another entry point", { timeout: 60_000 }, async () => {
  const runtime = [{ path: "usr/local/bin/node", source: import.meta.filename }];
  const archive = join(folder, "indexer.tar");
  await writeProductImage(archive, runtime, indexer);
  const source = await openImageSource(`docker-archive:${archive}`);
  const { config } = await source.resolve({ os: "linux", architecture: "amd64" });
  await source.close();
  expect([config.entrypoint, config.user]).toEqual([
    ["/usr/local/bin/node", "/app/stella.js", "sbom-generator"],
    "",
  ]);
});

async function sha256(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}
