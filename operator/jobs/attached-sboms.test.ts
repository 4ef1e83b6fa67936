// SPDX-License-Identifier: Apache-2.0
/** Which images' attached SBOMs are taken; that one is read is in test/e2e/main-road. */
import { expect, it } from "vitest";
import { jobOf } from "#controllers/scan/index.ts";
import { scanObject, stellaOpsObject } from "#controllers/testing/objects.ts";
import { createLogger } from "#lib/log.ts";
import { memoryClient } from "#lib/kube/testing/memory-client.ts";
import { registryAccess } from "../registries/registry-access.ts";
import { testCaches } from "../testing/bench.ts";
import { attachedSboms } from "./attached-sboms.ts";

it.each([
  { name: "nothing is said", image: "a.io/ci/app:1", want: false },
  { name: "its repository is named", trusted: ["a.io/ci/app"], image: "a.io/ci/app:1", want: true },
  { name: "a pattern meets it", trusted: ["b.io/*", "a.io/ci/*"], image: "a.io/ci/app:1", want: true },
  { name: "the registry is another", trusted: ["a.io/ci/*"], image: "evil.io/a.io/ci/app:1", want: false },
  { name: "the tag alone is alike", trusted: ["*/app:1"], image: "a.io/ci/app:1", want: false },
  {
    name: "Docker Hub's short name",
    trusted: ["docker.io/library/*"],
    image: "redis",
    want: true,
  },
])("$name: $want", ({ trusted, image, want }) => {
  const { caches, feed } = testCaches();
  const scan = trusted === undefined ? {} : { attachedSboms: { repositories: trusted } };
  feed.stellaOps.set(stellaOpsObject({ spec: { scan } }));
  const registries = registryAccess(memoryClient(), caches, "stellaops");
  const { takesAttached } = attachedSboms({
    caches,
    registries,
    logger: createLogger({ level: "silent", name: "test" }),
  });
  expect(takesAttached(jobOf(scanObject({ spec: { imageRef: image } })))).toBe(want);
});
