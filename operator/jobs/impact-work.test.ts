// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { memoryFeed } from "#engines/evaluation/advisories/testing/sbom.ts";
import { compileSnapshot } from "#engines/evaluation/index.ts";
import { component, sbom } from "#engines/evaluation/testing/builders.ts";
import { imageBomIndex, mergeBomIndexes } from "#engines/scanner/index.ts";
import { digestOf } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { findImpact } from "./impact-work.ts";

const indexOf = (name: string, ...purls: readonly string[]): Uint8Array =>
  imageBomIndex(
    sbom(
      purls.map((purl) => component(purl)),
      { imageDigest: digestOf<ImageDigest>(name) },
    ),
  );

async function wholeOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

it.each([1, 200, 1_000_000])("merges the same index in batches of %i bytes", async (maxBatchBytes) => {
  const images = ["one", "two", "three", "four"].map((name) =>
    indexOf(name, "pkg:npm/x@1.0.0", `pkg:npm/${name}@1.0.0`),
  );
  const gone = digestOf<ImageDigest>("gone");
  const empty = compileSnapshot([]);
  const feed = memoryFeed({
    before: empty,
    after: empty,
    index: mergeBomIndexes({ add: [indexOf("gone", "pkg:npm/y@1.0.0")] }),
    ...Object.fromEntries(images.map((bytes, at) => [`image ${at}`, bytes])),
  });
  const impact = await findImpact({ kind: "AdvisorySource", remove: [gone] }, feed, wholeOf, maxBatchBytes);
  expect(digestOf(impact.index)).toBe(digestOf(mergeBomIndexes({ add: images })));
});
