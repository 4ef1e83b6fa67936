// SPDX-License-Identifier: Apache-2.0
/**
 * A KubeClient over fake objects without HTTP, for tests with fake timers. Reads and writes only: stores for such
 * tests come from `createStore`, and watches are tested against the fake API server.
 */
import type { KubeClient } from "../client.ts";
import { errorOfStatus, kubeErrors } from "../errors.ts";
import type { KubeObject, ObjectRef, Resource } from "../types.ts";
import { FakeFailure, FakeObjects, type Address, type Json, type Stored } from "./fake-objects.ts";

export interface MemoryCall {
  readonly method: "get" | "list" | "create" | "update" | "apply" | "patch" | "delete";
  readonly address: Address;
  readonly body?: unknown;
}

export interface MemoryClient extends KubeClient {
  readonly objects: FakeObjects;
  readonly calls: MemoryCall[];
  /** Runs before each call; what it throws the caller gets, what it awaits the caller waits for. */
  before: (call: MemoryCall) => Promise<void> | void;
}

export function memoryClient(objects: FakeObjects = new FakeObjects()): MemoryClient {
  const calls: MemoryCall[] = [];
  const run = async <Result>(call: MemoryCall, act: () => unknown): Promise<Result> => {
    calls.push(call);
    await client.before(call);
    try {
      return structuredClone(act()) as Result;
    } catch (error) {
      if (!(error instanceof FakeFailure)) throw error;
      const { http, reason, message } = error;
      throw errorOfStatus(call.method, http, { reason, message });
    }
  };
  const client: MemoryClient = {
    objects,
    calls,
    before: () => undefined,
    get: (resource, ref) => {
      const address = addressOf(resource, ref);
      return run({ method: "get", address }, () => objects.get(address));
    },
    find: async (resource, ref) => {
      try {
        return await client.get(resource, ref);
      } catch (error) {
        if (kubeErrors.is(error, "KUBE_NOT_FOUND")) return undefined;
        throw error;
      }
    },
    list: (resource, options = {}) => {
      const address = addressOf(resource, { namespace: options.namespace });
      return run({ method: "list", address }, () => ({
        items: objects.list(address, Infinity, "").items,
        resourceVersion: String(objects.version),
      }));
    },
    create: (resource, object) => {
      const address = addressOf(resource, { namespace: object.metadata.namespace });
      return run({ method: "create", address, body: object }, () => objects.create(address, json(object)));
    },
    update: (resource, object, options = {}) => {
      const address = { ...addressOf(resource, refOf(object)), subresource: options.subresource };
      return run({ method: "update", address, body: object }, () => objects.update(address, json(object)));
    },
    apply: (resource, intent, options) => {
      const address = { ...addressOf(resource, refOf(intent)), subresource: options.subresource };
      return run({ method: "apply", address, body: intent }, (): Stored =>
        objects.patch(address, json(intent), true),
      );
    },
    patch: (resource, ref, patch, options = {}) => {
      const address = { ...addressOf(resource, ref), subresource: options.subresource };
      return run({ method: "patch", address, body: patch }, () => objects.patch(address, json(patch), false));
    },
    delete: async (resource, ref, options = {}) => {
      const address = addressOf(resource, ref);
      try {
        await run({ method: "delete", address }, () => objects.delete(address, { ...options.preconditions }));
        return true;
      } catch (error) {
        if (kubeErrors.is(error, "KUBE_NOT_FOUND")) return false;
        throw error;
      }
    },
    watch: () => {
      throw new RangeError("the memory client has no watches");
    },
    raw: () => Promise.reject(new RangeError("the memory client has no paths")),
    close: () => undefined,
  };
  return client;
}

const addressOf = (resource: Resource, ref: Partial<ObjectRef>): Address => ({
  collection: `${resource.group}/${resource.plural}`,
  namespace: ref.namespace,
  name: ref.name,
});

const refOf = (object: KubeObject): ObjectRef => ({
  namespace: object.metadata.namespace,
  name: object.metadata.name ?? "",
});

const json = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;
