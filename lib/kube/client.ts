// SPDX-License-Identifier: Apache-2.0
/**
 * The client as its callers see it: typed verbs for any kind, errors as codes of `kubeErrors`.
 * Follows kubernetes.io/docs/reference/using-api/api-concepts and .../server-side-apply.
 */
import type { KubeObject, ObjectRef, Resource, WatchEvent } from "./types.ts";

export interface Selection {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection {
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  /** Where a watch continues from. */
  readonly resourceVersion: string;
  /** Present when there are further pages. */
  readonly continue?: string;
}

export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  /** The server ends the watch after this long. */
  readonly timeoutSeconds: number;
  /** Longest silence before the connection counts as dead. */
  readonly idleMs: number;
  /** Called when the server has accepted the watch. */
  readonly onOpen?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Representation asked for, e.g. the server-side Table of kubectl; `application/json` when absent. */
  readonly accept?: string | undefined;
}

export interface WriteOptions extends CallOptions {
  readonly fieldManager?: string | undefined;
  readonly subresource?: string | undefined;
  /** The server does everything but store it. */
  readonly dryRun?: boolean | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take fields over from other managers; false when absent, and KUBE_CONFLICT then names the owners. */
  readonly force?: boolean | undefined;
}

export interface DeleteOptions extends CallOptions {
  readonly preconditions?: {
    readonly uid?: string | undefined;
    readonly resourceVersion?: string | undefined;
  };
  readonly propagation?: "Foreground" | "Background" | "Orphan" | undefined;
}

/** Every method throws codes of `kubeErrors`; KUBE_UNAVAILABLE, KUBE_FORBIDDEN and KUBE_TOO_MANY from any of them. */
export interface KubeClient {
  /** @throws KUBE_NOT_FOUND */
  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options?: CallOptions): Promise<T>;
  /** Like `get`, with undefined for what is not there. */
  find<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    options?: CallOptions,
  ): Promise<T | undefined>;
  /** One page. @throws KUBE_EXPIRED for a continue token that is too old */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<ListPage<T>>;
  /** @throws KUBE_CONFLICT when the name exists (`isAlreadyExists`), KUBE_INVALID */
  create<T extends KubeObject>(resource: Resource<T>, object: NoInfer<T>, options?: WriteOptions): Promise<T>;
  /** Replaces; `metadata.resourceVersion` makes it a compare-and-set. @throws KUBE_CONFLICT, KUBE_NOT_FOUND, KUBE_INVALID */
  update<T extends KubeObject>(resource: Resource<T>, object: NoInfer<T>, options?: WriteOptions): Promise<T>;
  /** Server-side apply: the whole intent of one manager, nothing else. @throws KUBE_CONFLICT, KUBE_INVALID */
  apply<T extends KubeObject, Intent extends KubeObject>(
    resource: Resource<T>,
    intent: Intent,
    options: ApplyOptions,
  ): Promise<T>;
  /** JSON merge patch (RFC 7386). @throws KUBE_NOT_FOUND, KUBE_INVALID */
  patch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    patch: object,
    options?: WriteOptions,
  ): Promise<T>;
  /** @returns false when it was not there. @throws KUBE_CONFLICT when a precondition does not hold */
  delete(resource: Resource, ref: ObjectRef, options?: DeleteOptions): Promise<boolean>;
  /**
   * Events until the server ends the watch. Leaving the loop closes the connection.
   * @throws KUBE_EXPIRED, KUBE_ANSWER_INVALID for a line that is no event, KUBE_UNAVAILABLE on silence or a cut
   */
  watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Any path; the answer parsed when it is JSON, the text when it is not. */
  raw(method: string, path: string, body?: unknown, options?: CallOptions): Promise<unknown>;
  close(): void;
}
