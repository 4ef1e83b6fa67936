// SPDX-License-Identifier: Apache-2.0
/**
 * Server-side apply that stays silent when there is nothing to say: one applier, one field manager.
 * Follows kubernetes.io/docs/reference/using-api/server-side-apply. A new process applies each intent once, which
 * the server answers without a write; after that only changes are sent.
 */
import { canonicalJson } from "../canonical-json.ts";
import { digestOf, type Digest } from "../digest.ts";
import type { KubeClient } from "./client.ts";
import { isOlder } from "./reflector.ts";
import { keyOf } from "./resources.ts";
import { BoundedMap } from "./bounded-map.ts";
import { isSubset, without } from "./subset.ts";
import type { KubeObject, Resource } from "./types.ts";

export interface ApplierOptions {
  readonly client: KubeClient;
  /** One per controller, e.g. `stellaops-report`. */
  readonly fieldManager: string;
  /** Intents remembered; 20,000 when absent. Forgetting one costs a request, never a wrong answer. */
  readonly maxRemembered?: number;
}

export interface Applied<T> {
  /** Whether a request was sent. */
  readonly sent: boolean;
  /** The server's answer; the cached object when nothing was sent. */
  readonly object: T;
}

export interface Applier {
  /**
   * Makes the object hold `intent`, and drops what this manager's last intent had and this one has not. Takes
   * fields over from other managers. `cached` is the store's copy, undefined when it has none.
   * @throws KUBE_INVALID, KUBE_FORBIDDEN, KUBE_UNAVAILABLE
   */
  applyIfChanged<T extends KubeObject, Intent extends KubeObject>(
    resource: Resource<T>,
    intent: Intent,
    cached: T | undefined,
  ): Promise<Applied<T>>;
  /**
   * Makes `status` the object's whole status. Only for kinds whose status this manager alone writes. Pass the
   * newest copy at hand: when anybody but this applier changed the object after it, nothing is written.
   * @throws KUBE_CONFLICT in that case (a retry sees the newer object), KUBE_NOT_FOUND when it is gone, and as above
   */
  applyStatus<T extends KubeObject & { readonly status?: unknown }>(
    resource: Resource<T>,
    cached: T,
    status: object,
  ): Promise<Applied<T>>;
}

interface Memory {
  readonly intent: Digest;
  readonly uid: string | undefined;
  /** Of the server's answer. */
  readonly version: string | undefined;
}

export function createApplier(options: ApplierOptions): Applier {
  const memories = new BoundedMap<Memory>(options.maxRemembered ?? 20_000);
  const { client, fieldManager } = options;

  const send = async <T extends KubeObject>(
    resource: Resource<T>,
    key: string,
    intent: KubeObject,
    hash: Digest,
    subresource?: string,
  ): Promise<Applied<T>> => {
    memories.delete(key);
    const object = await client.apply(resource, intent, { fieldManager, force: true, subresource });
    const { uid, resourceVersion } = object.metadata;
    memories.set(key, { intent: hash, uid, version: resourceVersion });
    return { sent: true, object };
  };

  return {
    applyIfChanged: async (resource, intent, cached) => {
      const key = memoryKey(resource, intent, "");
      const hash = digestOf(canonicalJson(intent));
      const last = memories.get(key);
      if (cached !== undefined && last?.intent === hash && last.uid === cached.metadata.uid) {
        // Equal versions: nothing happened since our write. A newer or older copy that has it all is as good.
        if (last.version === cached.metadata.resourceVersion || isSubset(bare(intent), cached)) {
          return { sent: false, object: cached };
        }
      }
      return send(resource, key, intent, hash);
    },
    applyStatus: async (resource, cached, status) => {
      const key = memoryKey(resource, cached, "/status");
      const wanted = canonicalJson(status);
      const hash = digestOf(wanted);
      const last = memories.get(key);
      const own = last?.uid === cached.metadata.uid ? last : undefined;
      if (isStatusThere(cached, wanted, hash, own)) return { sent: false, object: cached };
      const { name, namespace } = cached.metadata;
      // Status endpoints ignore a uid (tried on 1.35); only the version keeps us off a recreated object.
      const resourceVersion = newestVersion(cached.metadata.resourceVersion, own?.version);
      const metadata = { name, namespace, resourceVersion };
      return send(resource, key, { metadata, status } as KubeObject, hash, "status");
    },
  };
}

function isStatusThere(
  cached: KubeObject & { readonly status?: unknown },
  wanted: string,
  hash: Digest,
  own: Memory | undefined,
): boolean {
  const version = cached.metadata.resourceVersion;
  if (own === undefined) return canonicalJson(cached.status ?? {}) === wanted;
  // The store has not seen our last write yet: what counts is what we wrote. If somebody wrote after us, an event
  // is on its way and brings the object back here.
  if (version !== undefined && own.version !== undefined && isOlder(version, own.version))
    return own.intent === hash;
  // The server may have normalized what we sent; unchanged since then, it is still that.
  if (version === own.version && own.intent === hash) return true;
  return canonicalJson(cached.status ?? {}) === wanted;
}

/** Our own last write is newer than a store that has not seen it yet. */
function newestVersion(cached: string | undefined, own: string | undefined): string | undefined {
  return cached !== undefined && own !== undefined && isOlder(cached, own) ? own : cached;
}

const memoryKey = (resource: Resource, object: KubeObject, suffix: string): string =>
  `${resource.group}/${resource.plural}/${keyOf(object)}${suffix}`;

/** Without what the server would not store as it is. */
function bare(intent: KubeObject): object {
  return without(intent, ["apiVersion", "kind"]);
}
