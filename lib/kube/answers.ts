// SPDX-License-Identifier: Apache-2.0
/** What an API server's JSON has to look like before anybody relies on it: objects, list pages, watch events. */
import type { ListPage } from "./client.ts";
import { kubeErrors } from "./errors.ts";
import { apiVersionOf } from "./resources.ts";
import type { KubeObject, Resource, WatchEvent } from "./types.ts";

const TYPES: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]);

/** @throws KUBE_ANSWER_INVALID */
export function eventOf<T extends KubeObject>(resource: Resource<T>, line: string): WatchEvent<T> {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw kubeErrors.make("KUBE_ANSWER_INVALID", `a watch event of ${resource.plural} is not JSON`, {
      cause,
    });
  }
  if (!isRecord(event) || !TYPES.has(event["type"]) || !isRecord(event["object"])) {
    throw kubeErrors.make(
      "KUBE_ANSWER_INVALID",
      `a watch event of ${resource.plural} has no type and object`,
    );
  }
  if (event["type"] === "ERROR") return event as unknown as WatchEvent<T>;
  return { ...event, object: asObject(resource, event["object"]) } as WatchEvent<T>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Every object has metadata, and knows its kind also when it came in a list. */
export function asObject<T extends KubeObject>(resource: Resource<T>, value: unknown): T {
  if (!isRecord(value)) {
    throw kubeErrors.make("KUBE_ANSWER_INVALID", `a ${resource.kind} was expected, not ${typeof value}`);
  }
  const metadata = isRecord(value["metadata"]) ? value["metadata"] : {};
  return { ...value, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata } as unknown as T;
}

export function asPage<T extends KubeObject>(resource: Resource<T>, value: unknown): ListPage<T> {
  const metadata = isRecord(value) ? value["metadata"] : undefined;
  const version = isRecord(metadata) ? metadata["resourceVersion"] : undefined;
  const items = isRecord(value) ? (value["items"] ?? []) : undefined;
  if (!isRecord(metadata) || typeof version !== "string" || !Array.isArray(items)) {
    throw kubeErrors.make("KUBE_ANSWER_INVALID", `a list of ${resource.plural} was expected`);
  }
  const token = metadata["continue"];
  return {
    items: items.map((item) => asObject(resource, item)),
    resourceVersion: version,
    ...(typeof token === "string" && token !== "" ? { continue: token } : {}),
  };
}
