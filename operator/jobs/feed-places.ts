// SPDX-License-Identifier: Apache-2.0
/** Where a source's documents are: a file or folder under the feed roots, an OCI artifact, a ConfigMap, the web. */
import { existsSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { fileFeed } from "#engines/evaluation/advisories/adapters/file-feed.ts";
import type { ChangingFeed, FeedBefore, FeedDocument, FeedReader } from "#engines/evaluation/index.ts";
import { defineErrors } from "#lib/errors.ts";
import { builtin, defineResource } from "#lib/kube/index.ts";
import type { KubeClient, KubeObject } from "#lib/kube/index.ts";
import { fetchArtifact } from "#lib/oci/artifact.ts";
import { parseReference } from "#lib/oci/reference.ts";
import type { RegistrySettings } from "#lib/oci/registry/settings.ts";
import type { AdvisorySource, VexSource } from "#crds/index.ts";
import { openWebFeed } from "./web-feed.ts";
import type { WebFeedPorts } from "./web-feed.ts";

export const feedPlaceErrors = defineErrors("feed-place", {
  FEED_PLACE_MISSING: "missing",
  FEED_PLACE_OUTSIDE: "invalid",
});

export interface FeedPlacePorts extends WebFeedPorts {
  readonly roots: readonly string[];
  /** Settings for an artifact's registry, with the source's own credentials. */
  registrySettings(source: AdvisorySource | VexSource): Promise<RegistrySettings>;
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

const configMaps = defineResource<ConfigMap>(builtin.configMaps);

/**
 * @param before what an import of the same source left; for places that can tell what changed since
 * @throws FEED_PLACE_MISSING, FEED_PLACE_OUTSIDE, and what registry, web server and API server throw
 */
export async function openFeed(
  source: AdvisorySource | VexSource,
  ports: FeedPlacePorts,
  before?: FeedBefore,
  signal?: AbortSignal,
): Promise<FeedReader | ChangingFeed> {
  const { file, folder, oci, configMap, http } = source.spec;
  const place = file ?? folder;
  if (place !== undefined) return fileFeed(locate(place.path, ports.roots));
  if (configMap !== undefined) return configMapFeed(source, configMap.name, configMap.key, ports.client);
  if (oci !== undefined) {
    const settings = await ports.registrySettings(source);
    return artifactFeed(oci.reference, oci.insecure ? overHttp(oci.reference, settings) : settings);
  }
  if (http !== undefined) return openWebFeed(source, http, ports, before, signal);
  throw feedPlaceErrors.make("FEED_PLACE_MISSING", "the source names no place");
}

/** The first root that has it. Links may not lead out of the root. */
function locate(path: string, roots: readonly string[]): string {
  for (const root of roots) {
    const wanted = join(root, path);
    if (!existsSync(wanted)) continue;
    const real = realpathSync(wanted);
    const realRoot = realpathSync(root);
    if (real === realRoot || real.startsWith(`${realRoot}${sep}`)) return real;
    throw feedPlaceErrors.make("FEED_PLACE_OUTSIDE", `${path} leads out of the feeds volume`);
  }
  throw feedPlaceErrors.make(
    "FEED_PLACE_MISSING",
    `${path} is not in the feeds volume (${roots.join(", ")})`,
  );
}

async function configMapFeed(
  source: AdvisorySource | VexSource,
  name: string,
  key: string | undefined,
  client: KubeClient,
): Promise<FeedReader> {
  const { namespace = "" } = source.metadata;
  const map: ConfigMap | undefined = await client.find(configMaps, { namespace, name });
  if (map === undefined)
    throw feedPlaceErrors.make("FEED_PLACE_MISSING", `ConfigMap ${namespace}/${name} is not there`);
  const entries = new Map<string, Uint8Array>([
    ...Object.entries(map.data ?? {}).map(([file, text]) => [file, Buffer.from(text)] as const),
    ...Object.entries(map.binaryData ?? {}).map(
      ([file, text]) => [file, Buffer.from(text, "base64")] as const,
    ),
  ]);
  const chosen = key === undefined ? [...entries.keys()].sort() : [key];
  const missing = chosen.find((file) => !entries.has(file));
  if (missing !== undefined) {
    throw feedPlaceErrors.make("FEED_PLACE_MISSING", `ConfigMap ${namespace}/${name} has no key ${missing}`);
  }
  return feedOf(chosen.map((file) => bytesDocument(file, entries.get(file) ?? new Uint8Array())));
}

function overHttp(reference: string, settings: RegistrySettings): RegistrySettings {
  const { registry } = parseReference(reference);
  return {
    ...settings,
    hosts: { ...settings.hosts, [registry]: { ...settings.hosts?.[registry], plainHttp: true } },
  };
}

async function artifactFeed(reference: string, registry: RegistrySettings): Promise<FeedReader> {
  const artifact = await fetchArtifact(reference, { registry });
  const documents = artifact.layers.map((layer, index): FeedDocument => ({
    name: layer.annotations["org.opencontainers.image.title"] ?? `layer-${index}${endingOf(layer.mediaType)}`,
    open: () => lazily(() => layer.open()),
  }));
  return {
    documents: async function* () {
      try {
        yield* documents;
      } finally {
        await artifact.close();
      }
    },
  };
}

const endingOf = (mediaType: string): string =>
  mediaType.endsWith("tar+gzip")
    ? ".tar.gz"
    : mediaType.endsWith("+json") || mediaType.endsWith("/json")
      ? ".json"
      : "";

async function* lazily(open: () => Promise<AsyncIterable<Uint8Array>>): AsyncIterable<Uint8Array> {
  yield* await open();
}

const feedOf = (documents: readonly FeedDocument[]): FeedReader => ({
  documents: async function* () {
    yield* documents;
    await Promise.resolve();
  },
});

const bytesDocument = (name: string, bytes: Uint8Array): FeedDocument => ({
  name,
  open: async function* () {
    yield bytes;
    await Promise.resolve();
  },
});
