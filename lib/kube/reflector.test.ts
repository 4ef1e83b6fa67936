// SPDX-License-Identifier: Apache-2.0
/**
 * The reflector against an API server that has bad days. Each case ends with the same demand: the store holds
 * exactly what the server holds, and every change was reported once.
 */
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchResource, type ReflectorOptions, type WatchedStore } from "./reflector.ts";
import { builtin, defineResource } from "./resources.ts";
import {
  answerJson,
  line,
  startFakeApiServer,
  status,
  type FakeApiServer,
} from "./testing/fake-api-server.ts";
import type { KubeClient } from "./client.ts";
import type { KubeObject } from "./types.ts";

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps = defineResource<ConfigMap>(builtin.configMaps);
const at = (name: string) => ({ collection: "/configmaps", namespace: "a", name });

let server: FakeApiServer;
let client: KubeClient;
let store: WatchedStore<ConfigMap> | undefined;
let log: string[];

beforeEach(async () => {
  server = await startFakeApiServer();
  client = server.client();
  log = [];
});
afterEach(async () => {
  await store?.stop();
  client.close();
  await server.kill();
});

function create(name: string): void {
  server.objects.create(at(name), { metadata: { name }, data: { k: "1" } });
}

function change(name: string, value: string): void {
  server.objects.patch(at(name), { data: { k: value } }, false);
}

/** A running store with fast backoff, in sync and watching. */
async function running(options: ReflectorOptions<ConfigMap> = {}): Promise<WatchedStore<ConfigMap>> {
  const made = watchResource(client, configMaps, { backoff: { baseMs: 2, maxMs: 20 }, ...options });
  store = made;
  made.onChange(({ type, object }) => void log.push(`${type} ${object.metadata.name ?? ""}`));
  await made.synced;
  await server.until(() => server.watchers > 0);
  return made;
}

/** Resolves when the store says the same as the server. */
async function same(made: WatchedStore<ConfigMap>): Promise<void> {
  const versions = (objects: readonly KubeObject[]): string =>
    objects.map(({ metadata }) => `${metadata.name ?? ""}@${metadata.resourceVersion ?? ""}`).join(" ");
  const want = (): string => versions(server.objects.list({ collection: "/configmaps" }, Infinity, "").items);
  if (versions(made.list()) === want()) return;
  await new Promise<void>((resolve) => {
    const end = made.onChange(() => {
      if (versions(made.list()) !== want()) return;
      end();
      resolve();
    });
  });
}

const once = (
  act: (response: ServerResponse) => void,
  when: (watch: boolean) => boolean = (watch) => watch,
): void => {
  const intercept = (request: { watch: boolean }, response: ServerResponse): boolean => {
    if (!when(request.watch)) return false;
    server.interceptors.splice(server.interceptors.indexOf(intercept), 1);
    act(response);
    return true;
  };
  server.interceptors.push(intercept);
};

describe("on good days", () => {
  it("pages through the list and follows the watch", async () => {
    for (let index = 0; index < 7; index += 1) create(`c${index}`);
    const made = await running({ pageSize: 3, transform: ({ metadata }) => ({ metadata }) });
    expect(server.requests.filter(({ watch }) => !watch).map(({ query }) => query.get("limit"))).toEqual([
      "3",
      "3",
      "3",
    ]);
    change("c3", "2");
    server.objects.delete(at("c4"), {});
    create("c7");
    await same(made);
    expect(log.slice(7)).toEqual(["updated c3", "deleted c4", "added c7"]);
    expect(made.get("a", "c3")).not.toHaveProperty("data");
    expect(made.health()).toMatchObject({ objects: 7, relists: 0, watchErrors: 0, staleSinceMs: undefined });
  });

  it("asks for bookmarks and a bounded, jittered time, and drops managedFields", async () => {
    server.objects.create(at("x"), { metadata: { name: "x", managedFields: [{ manager: "m" }] } });
    const made = await running({ labelSelector: "app=x", namespace: "a", random: () => 0.5 });
    const watch = server.requests.find((request) => request.watch);
    expect(watch?.path).toBe("/api/v1/namespaces/a/configmaps");
    expect(Object.fromEntries(watch?.query ?? [])).toEqual({
      watch: "1",
      allowWatchBookmarks: "true",
      labelSelector: "app=x",
      resourceVersion: "101",
      timeoutSeconds: "450",
    });
    expect(made.get("a", "x")?.metadata).not.toHaveProperty("managedFields");
  });

  it("continues from the last bookmark when the server ends a watch", async () => {
    create("x");
    const made = await running();
    server.objects.version = 500; // other kinds moved on
    server.objects.compacted = 400;
    const seen = server.requests.length;
    server.bookmark();
    server.endWatches("end");
    await server.until(() => server.requests.length > seen && server.watchers > 0);
    expect(server.requests.at(-1)?.query.get("resourceVersion")).toBe("500");
    expect(made.health().relists).toBe(0);
  });
});

describe("on bad days", () => {
  it.each<{ name: string; hurt: () => Promise<void> | void; relists: number }>([
    { name: "the connection is cut", hurt: () => server.endWatches("cut"), relists: 0 },
    { name: "the server ends the watch at once", hurt: () => server.endWatches("end"), relists: 0 },
    {
      name: "the server is killed and comes back",
      hurt: async () => {
        await server.kill();
        await server.start();
      },
      relists: 0,
    },
    {
      name: "an event is torn in the middle",
      hurt: () => {
        server.sendRaw('{"type":"MODIFIED","object":{"metadata":{"na');
        server.endWatches("cut");
      },
      relists: 0,
    },
    {
      name: "history is gone: 410 as an event",
      hurt: () => {
        server.objects.version += 50;
        server.objects.compacted = server.objects.version - 1;
        server.endWatches("end");
      },
      relists: 1,
    },
    {
      name: "history is gone: 410 as an answer",
      hurt: () => {
        once((response) => answerJson(response, 410, status(410, "Gone", "too old")));
        server.endWatches("end");
      },
      relists: 1,
    },
    {
      name: "an event that is no JSON",
      hurt: () => server.sendRaw("garbage\n"),
      relists: 0,
    },
    {
      name: "an event without a type",
      hurt: () => server.sendRaw('{"object":{}}\n'),
      relists: 0,
    },
    {
      name: "an event without a version",
      hurt: () => server.sendRaw(line("ADDED", { metadata: { name: "ghost" } })),
      relists: 0,
    },
    {
      name: "an ERROR event of another kind",
      hurt: () => server.sendRaw(line("ERROR", status(500, "InternalError", "etcd changed its leader"))),
      relists: 0,
    },
    {
      name: "a bookmark from a past: a restored etcd",
      hurt: () => server.bookmark("7"),
      relists: 1,
    },
    {
      name: "429 with Retry-After",
      hurt: () => {
        once((response) =>
          answerJson(response, 429, status(429, "TooManyRequests", "slow"), { "retry-after": "0" }),
        );
        server.endWatches("cut");
      },
      relists: 0,
    },
    {
      name: "503 for a while",
      hurt: () => {
        for (let time = 0; time < 4; time += 1) once((response) => answerJson(response, 503, {}));
        server.endWatches("cut");
      },
      relists: 0,
    },
    {
      name: "the watch is refused as invalid, again and again: the past is not asked any more",
      hurt: () => {
        for (let time = 0; time < 3; time += 1) once((response) => answerJson(response, 400, {}));
        server.endWatches("cut");
      },
      relists: 1,
    },
  ])("$name", async ({ hurt, relists }) => {
    for (const name of ["gone", "kept", "moved"]) create(name);
    const made = await running();
    const before = server.requests.length;
    await hurt();
    server.objects.delete(at("gone"), {});
    change("moved", "2");
    create("new");
    await same(made);
    await server.until(() => server.watchers > 0 && server.requests.length > before);
    change("moved", "3");
    await same(made);
    expect(log.sort()).toEqual([
      "added gone",
      "added kept",
      "added moved",
      "added new",
      "deleted gone",
      "updated moved",
      "updated moved",
    ]);
    expect(made.health()).toMatchObject({ objects: 3, relists });
  });

  it("half-open: silence ends a watch, and nothing is listed again", async () => {
    create("x");
    const made = await running({ idleMs: 30 });
    const first = server.requests.length;
    await server.until(() => server.requests.length >= first + 2);
    change("x", "2");
    await same(made);
    expect(made.health().relists).toBe(0);
  });

  it("a continue token that expires: one list in one piece", async () => {
    for (let index = 0; index < 5; index += 1) create(`c${index}`);
    server.interceptors.push((request, response) => {
      if (request.query.get("continue") === null) return false;
      answerJson(response, 410, status(410, "Expired", "the provided continue parameter is too old"));
      return true;
    });
    const made = await running({ pageSize: 2 });
    expect(made.size).toBe(5);
    expect(server.requests.map(({ query }) => query.get("limit"))).toEqual(["2", "2", null, null]);
  });

  it("a list that fails at first, and one that is no list", async () => {
    create("x");
    once(
      (response) => answerJson(response, 500, {}),
      (watch) => !watch,
    );
    once(
      (response) => answerJson(response, 200, { metadata: {}, items: "no" }),
      (watch) => !watch,
    );
    once(
      (response) => answerJson(response, 403, status(403, "Forbidden", "not yet")),
      (watch) => !watch,
    );
    const made = await running();
    expect({ size: made.size, errors: made.health().watchErrors }).toEqual({ size: 1, errors: 3 });
  });

  it("lists soon after an outage that took the history with it", async () => {
    const waits: number[] = [];
    const take = (fields: Readonly<Record<string, unknown>>): void =>
      void waits.push(Number(fields["waitMs"]));
    const made = await running({
      random: () => 1,
      logger: { info: take, warn: take, error: take },
    });
    for (let time = 0; time < 2; time += 1) once((response) => answerJson(response, 503, {}));
    once((response) => answerJson(response, 410, status(410, "Gone", "too old")));
    server.endWatches("cut");
    create("x");
    await same(made);
    expect({ waits: waits.slice(0, 2), relists: made.health().relists }).toEqual({
      waits: [2, 4],
      relists: 1,
    });
  });

  it("says since when it is stale, and why", async () => {
    const made = await running();
    await server.kill();
    await new Promise<void>((resolve) => {
      const poll = (): void => {
        if (made.health().lastErrorCode === undefined) setImmediate(poll);
        else resolve();
      };
      poll();
    });
    expect(made.health()).toMatchObject({ lastErrorCode: "KUBE_UNAVAILABLE" });
    expect(made.health().staleSinceMs).toBeTypeOf("number");
    await server.start();
    await server.until(() => server.watchers > 0);
  });

  it("stops while listing, watching or waiting, and says that it never synced", async () => {
    server.interceptors.push(() => true);
    const made = watchResource(client, configMaps);
    store = made;
    await server.until(() => server.requests.length === 1);
    await made.stop();
    expect([await made.synced, made.hasSynced()]).toEqual([false, false]);
  });
});
