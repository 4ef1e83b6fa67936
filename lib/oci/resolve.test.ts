// SPDX-License-Identifier: Apache-2.0
/** Indexes that were made to keep the reader busy. */
import { expect, it } from "vitest";
import type { Content } from "./content.ts";
import { parseManifest } from "./manifest.ts";
import type { ManifestDocument } from "./manifest.ts";
import { mediaTypes } from "./media-types.ts";
import { resolveImage } from "./resolve.ts";

const descriptor = { mediaType: mediaTypes.ociIndex, digest: `sha256:${"0".repeat(64)}`, size: 1 };
const wide: ManifestDocument = parseManifest(
  Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: Array.from({ length: 900 }, () => descriptor) })),
  mediaTypes.ociIndex,
  "index",
);

it("gives up on indexes in indexes without asking for all of them", async () => {
  let opened = 0;
  const leaf = parseManifest(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        manifests: [{ ...descriptor, platform: { os: "linux", architecture: "s390x" } }],
      }),
    ),
    mediaTypes.ociIndex,
    "index",
  );
  const content: Content = {
    description: "a test",
    root: () => Promise.resolve(wide),
    manifest: () => Promise.resolve(opened++ % 2 === 0 ? leaf : wide),
    open: () => Promise.reject(new Error("unused")),
    file: () => undefined,
    access: () => ({ kind: "file", path: "", offset: 0, size: 0 }),
    close: () => Promise.resolve(),
  };
  await expect(resolveImage(content, "a", { os: "linux", architecture: "amd64" })).rejects.toMatchObject({
    code: "MANIFEST_INVALID",
  });
  expect(opened).toBeLessThan(200);
});
