// SPDX-License-Identifier: Apache-2.0
/**
 * The client over HTTP: no discovery, no generated code.
 * Follows kubernetes.io/docs/reference/using-api/api-concepts, "Resource URIs" and "Patch".
 */
import { asObject, asPage, eventOf } from "./answers.ts";
import type { CallOptions, KubeClient, Selection, WatchOptions, WriteOptions } from "./client.ts";
import type { CredentialSource } from "./credentials.ts";
import { errorOfStatus, kubeErrors } from "./errors.ts";
import { linesOf } from "./lines.ts";
import { apiVersionOf, collectionPath, objectPath } from "./resources.ts";
import { asUnavailable, createTransport, statusOf, type HttpAnswer, type Transport } from "./transport.ts";
import type { KubeObject, ObjectRef, Resource, WatchEvent } from "./types.ts";

export interface KubeClientOptions {
  readonly credentials: CredentialSource;
  /** Requests in flight at once, watches not counted; 16 when absent. Further ones wait their turn. */
  readonly maxRequests?: number;
  /** 30 s when absent; waiting for a turn counts. */
  readonly timeoutMs?: number;
  /** 128 MiB when absent. */
  readonly maxAnswerBytes?: number;
  /** `stellaops` when absent. */
  readonly userAgent?: string;
}

/** An etcd value is at most 1.5 MiB unless raised; JSON may double it. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024;

export function createKubeClient(options: KubeClientOptions): KubeClient {
  const transport = createTransport({
    credentials: options.credentials,
    maxRequests: options.maxRequests ?? 16,
    maxAnswerBytes: options.maxAnswerBytes ?? 128 * 1024 * 1024,
    userAgent: options.userAgent ?? "stellaops",
  });
  const timeoutMs = options.timeoutMs ?? 30_000;
  const call = (method: string, path: string, more: Payload & CallOptions = {}): Promise<unknown> =>
    callJson(transport, method, path, { ...more, timeoutMs: more.timeoutMs ?? timeoutMs });

  const client: KubeClient = {
    get: async <T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, given?: CallOptions) =>
      asObject(resource, await call("GET", objectPath(resource, ref), { ...given })),
    find: (resource, ref, given) =>
      client.get(resource, ref, given).catch((error: unknown) => {
        if (kubeErrors.is(error, "KUBE_NOT_FOUND")) return undefined;
        throw error;
      }),
    list: async (resource, given = {}) => {
      const query = queryOf({ ...selectors(given), limit: given.limit, continue: given.continue });
      const path = `${collectionPath(resource, given.namespace)}${query}`;
      return asPage(resource, await call("GET", path, { signal: given.signal }));
    },
    create: async (resource, object, given = {}) => {
      const path = `${collectionPath(resource, object.metadata.namespace)}${writeQuery(given)}`;
      return asObject(resource, await call("POST", path, { ...given, body: typed(resource, object) }));
    },
    update: async (resource, object, given = {}) => {
      const path = `${objectPath(resource, refOf(object), given.subresource)}${writeQuery(given)}`;
      return asObject(resource, await call("PUT", path, { ...given, body: typed(resource, object) }));
    },
    apply: async (resource, intent, given) => {
      const path = `${objectPath(resource, refOf(intent), given.subresource)}${writeQuery(given, given.force ?? false)}`;
      const contentType = "application/apply-patch+yaml";
      const body = typed(resource, intent);
      return asObject(resource, await call("PATCH", path, { ...given, body, contentType, repeatable: true }));
    },
    patch: async (resource, ref, patch, given = {}) => {
      const path = `${objectPath(resource, ref, given.subresource)}${writeQuery(given)}`;
      const contentType = "application/merge-patch+json";
      return asObject(resource, await call("PATCH", path, { ...given, body: patch, contentType }));
    },
    delete: async (resource, ref, given = {}) => {
      const body = {
        kind: "DeleteOptions",
        apiVersion: "v1",
        preconditions: given.preconditions,
        propagationPolicy: given.propagation,
      };
      try {
        await call("DELETE", objectPath(resource, ref), { ...given, body });
        return true;
      } catch (error) {
        if (kubeErrors.is(error, "KUBE_NOT_FOUND")) return false;
        throw error;
      }
    },
    watch: (resource, given) => watchEvents(transport, resource, given, timeoutMs),
    raw: (method, path, body, given) => call(method, path, { ...given, body }),
    close: () => transport.close(),
  };
  return client;
}

interface Payload {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly repeatable?: boolean;
}

async function callJson(
  transport: Transport,
  method: string,
  path: string,
  more: Payload & CallOptions & { readonly timeoutMs: number },
): Promise<unknown> {
  const answer = await transport.send({
    method,
    path,
    body: more.body === undefined ? undefined : JSON.stringify(more.body),
    contentType: more.contentType,
    repeatable: more.repeatable ?? method === "GET",
    timeoutMs: more.timeoutMs,
    signal: more.signal,
    accept: more.accept,
  });
  if (answer.status < 200 || answer.status > 299) {
    const what = `${method} ${path}`;
    throw errorOfStatus(what, answer.status, statusOf(answer.text), answer.headers["retry-after"]);
  }
  return parsed(answer, `${method} ${path}`);
}

function parsed(answer: HttpAnswer, what: string): unknown {
  if (!(answer.headers["content-type"] ?? "").includes("json")) return answer.text;
  try {
    return JSON.parse(answer.text);
  } catch (cause) {
    throw kubeErrors.make("KUBE_ANSWER_INVALID", `${what}: the answer is not JSON`, { cause });
  }
}

async function* watchEvents<T extends KubeObject>(
  transport: Transport,
  resource: Resource<T>,
  options: WatchOptions,
  timeoutMs: number,
): AsyncGenerator<WatchEvent<T>> {
  const query = queryOf({
    ...selectors(options),
    watch: 1,
    allowWatchBookmarks: "true",
    resourceVersion: options.resourceVersion,
    timeoutSeconds: options.timeoutSeconds,
  });
  const path = `${collectionPath(resource, options.namespace)}${query}`;
  const body = await transport.open({ method: "GET", path, timeoutMs, signal: options.signal });
  try {
    options.onOpen?.();
    for await (const line of linesOf(body, { idleMs: options.idleMs, maxLineBytes: MAX_EVENT_BYTES })) {
      const event = eventOf(resource, line);
      if (event.type === "ERROR") {
        throw errorOfStatus(`watch ${resource.plural}`, event.object.code ?? 500, event.object);
      }
      yield event;
    }
  } catch (error) {
    throw asUnavailable(`watch ${resource.plural}`, error);
  } finally {
    body.destroy();
  }
}

const refOf = (object: KubeObject): ObjectRef => ({
  namespace: object.metadata.namespace,
  name: object.metadata.name ?? "",
});

const typed = (resource: Resource, object: KubeObject): object => ({
  ...object,
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
});

const selectors = (selection: Selection): Record<string, string | undefined> => ({
  labelSelector: selection.labelSelector,
  fieldSelector: selection.fieldSelector,
});

const writeQuery = (options: WriteOptions, force?: boolean): string =>
  queryOf({
    fieldManager: options.fieldManager,
    dryRun: options.dryRun === true ? "All" : undefined,
    force: force === true ? "true" : undefined,
  });

function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
