// SPDX-License-Identifier: Apache-2.0
/** The operator's insides for tests: embedded stores in a folder that goes away, and caches that are fed by hand. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ScanArtifact } from "#controllers/scan/index.ts";
import type { Pod } from "#controllers/workload/index.ts";
import { DIGEST, NOW } from "#controllers/testing/objects.ts";
import { component, sbom } from "#engines/evaluation/testing/builders.ts";
import type { Sbom } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { createStore } from "#lib/kube/store.ts";
import type { WritableStore } from "#lib/kube/store.ts";
import type { KubeObject } from "#lib/kube/index.ts";
import { BY_DIGEST, cacheIndexes, podObject } from "../caches.ts";
import type { Caches } from "../caches.ts";
import { imageCatalog } from "../evaluation/images.ts";
import { openKnowledge } from "../evaluation/knowledge.ts";
import type { Knowledge, Recompile } from "../evaluation/knowledge.ts";
import type { ImageDocument } from "../jobs/scan.ts";
import { openEmbeddedStores } from "../stores.ts";
import type { Stores } from "../stores.ts";

export interface TestClock {
  now(): number;
  pass(ms: number): void;
}

export function testClock(): TestClock {
  let now = NOW;
  return { now: () => now, pass: (ms) => void (now += ms) };
}

type Writable<Kept> = { [Name in keyof Kept]: WritableStore<KubeObject & Kept[Name]> };

/** Stores of a temporary folder; removed at the end of the scope (`await using`). */
export async function embeddedStores() {
  const folder = await mkdtemp(join(tmpdir(), "stella-operator-"));
  const errors: unknown[] = [];
  const open = () => openEmbeddedStores(folder, (error) => errors.push(error));
  let stores = await open();
  return {
    folder,
    errors,
    get stores() {
      return stores;
    },
    /** As a new process finds them. */
    reopen: async () => {
      await stores.close();
      stores = await open();
      return stores;
    },
    [Symbol.asyncDispose]: async () => {
      await stores.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** What the stores name; by default nothing that is unreadable can be made anew. */
export const testKnowledge = (
  { catalog, objects }: Pick<Stores, "catalog" | "objects">,
  recompile: Recompile = () => Promise.resolve(undefined),
): Promise<Knowledge> => openKnowledge(catalog, objects, recompile);

/** Empty caches with the indexes of the real ones; `set` on any of them feeds it. */
export function testCaches() {
  const stores = {
    stellaOps: createStore(),
    scanPolicies: createStore(),
    schedules: createStore(),
    notifyRules: createStore(),
    notifyChannels: createStore(),
    advisorySources: createStore(),
    vexSources: createStore(),
    scans: createStore({ indexes: cacheIndexes.scans as never }),
    reports: createStore({ indexes: cacheIndexes.reports as never }),
    pods: createStore({ indexes: cacheIndexes.pods as never }),
    namespaces: createStore(),
    deployments: createStore(),
    services: createStore(),
    configMaps: createStore(),
  };
  for (const store of Object.values(stores)) store.markSynced(true);
  return {
    caches: stores as unknown as Caches,
    feed: stores as unknown as Writable<Record<keyof Caches, object>>,
    runPod: (
      namespace: string,
      image = `ghcr.io/acme/api@${DIGEST}`,
      labels: Readonly<Record<string, string>> = {},
    ) => {
      const name = `pod-${stores.pods.size}`;
      const pod: Pod = {
        metadata: { name, namespace, uid: `${namespace}/${name}`, labels },
        status: { containerStatuses: [{ name: "main", image: "ghcr.io/acme/api:1", imageID: image }] },
      };
      stores.pods.set(podObject(pod));
    },
    BY_DIGEST,
  };
}

export const LODASH = "pkg:npm/lodash@4.17.4";
export const imageSbom: Sbom = sbom([component(LODASH)], { imageDigest: DIGEST as unknown as ImageDigest });

/** Stores SBOM and catalog entry of `imageSbom`, as a scan does. */
export async function storeImage(
  { catalog, objects }: Awaited<ReturnType<typeof openEmbeddedStores>>,
  of: Sbom = imageSbom,
  more: readonly {
    readonly type: ScanArtifact["type"];
    readonly key: string;
    readonly text: string | Uint8Array;
  }[] = [],
): Promise<ImageDocument> {
  const folder = `images/${hexOf(of.imageDigest)}`;
  const documents = [
    { type: "sbom" as const, key: `${folder}/sbom.json`, text: canonicalJson(of) },
    {
      type: "cyclonedx-json" as const,
      key: `${folder}/inventory.cdx.json`,
      text: '{"bomFormat":"CycloneDX"}',
    },
    ...more,
  ];
  const artifacts: ImageDocument["artifacts"][number][] = [];
  for (const { type, key, text } of documents) {
    const { digest, size } = await objects.put(key, Buffer.from(text));
    artifacts.push({ type, key, digest, size });
  }
  const document: ImageDocument = {
    imageDigest: of.imageDigest,
    platform: of.platform,
    sbomDigest: artifacts[0]?.digest ?? digestOf(""),
    artifacts,
    diffIds: of.layers.map(({ diffId }) => diffId),
    layers: 1,
    components: of.components.length,
    omissions: 0,
    analyzers: "{}",
  };
  await imageCatalog(catalog).images.put(hexOf(of.imageDigest), document);
  return document;
}

/** One OSV advisory on the package. */
export const osv = (
  id: string,
  name = "lodash",
  fixed = "4.17.21",
  severity = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
): string =>
  JSON.stringify({
    id,
    modified: "2024-01-01T00:00:00Z",
    severity: [{ type: "CVSS_V3", score: severity }],
    affected: [
      {
        package: { ecosystem: "npm", name },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }],
      },
    ],
  });
