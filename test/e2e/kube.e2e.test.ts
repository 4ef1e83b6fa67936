// SPDX-License-Identifier: Apache-2.0
/**
 * lib/kube against a real API server and etcd: load while the API server is killed with -9 twice, and leader
 * election throughout. At the end nothing is lost and nothing was done twice.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterDown, clusterUp, type Cluster } from "#hack/cluster/index.ts";
import { kindOf } from "#lib/errors.ts";
import {
  builtin,
  createApplier,
  createEventRecorder,
  createKubeClient,
  defineResource,
  electLeader,
  isAlreadyExists,
  keyOf,
  kubeconfigCredentials,
  refOfKey,
  runController,
  source,
  watchResource,
  type Election,
  type KubeClient,
  type KubeObject,
  type Store,
} from "#lib/kube/index.ts";

interface Load extends KubeObject {
  readonly spec: { readonly value: number };
  readonly status?: { readonly observedGeneration?: number; readonly value?: number };
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const GROUP = "e2e.stella-ops.org";
const CLUSTER = "kube-e2e";
const NAMESPACE = `kube-e2e-${Date.now().toString(36)}`;
const loads = defineResource<Load>({
  group: GROUP,
  version: "v1",
  plural: "loads",
  kind: "Load",
  namespaced: true,
});
const mirrors = defineResource<ConfigMap>(builtin.configMaps);
const MIRROR_LABEL = "e2e.stella-ops.org/mirror=true";

let cluster: Cluster;
let client: KubeClient;

beforeAll(async () => {
  cluster = await clusterUp({ name: CLUSTER });
  const credentials = await kubeconfigCredentials({ path: cluster.kubeconfigPath, context: cluster.context });
  client = createKubeClient({ credentials, timeoutMs: 10_000 });
  await client.apply(builtin.namespaces, { metadata: { name: NAMESPACE } }, { fieldManager: "e2e" });
  await client.apply(builtin.customResourceDefinitions, definition(), { fieldManager: "e2e" });
  await until("the kind is served", async () => {
    return (await client.list(loads, { namespace: NAMESPACE })).items.length === 0;
  });
  return () => client.close();
});

afterAll(() => clusterDown({ name: CLUSTER }));

describe("kill -9 of the API server under load", () => {
  it("loses nothing and doubles nothing, with one leader at a time", async (context) => {
    if (cluster.provider !== "local") context.skip("only a local node can kill its API server");
    const store = watchResource(client, loads, { namespace: NAMESPACE, pageSize: 20 });
    const written = watchResource(client, mirrors, { namespace: NAMESPACE, labelSelector: MIRROR_LABEL });
    const effects = new Map<string, number[]>();
    written.onChange(({ type, object }) => {
      if (type === "deleted") return;
      const name = object.metadata.name ?? "";
      effects.set(name, [...(effects.get(name) ?? []), Number(object.data?.["value"])]);
    });
    const work = mirrorController(store, written);
    const leaders = twoCandidates();
    await Promise.all([work.controller.started, written.synced]);

    const kills = new Map([
      [100, () => cluster.kill("kube-apiserver")],
      [200, () => cluster.kill("kube-apiserver")],
    ]);
    const live = await loadOf(300, 50, kills);

    await until("everything is reconciled to its last generation", async () => {
      const items = (await client.list(loads, { namespace: NAMESPACE })).items;
      const copies = (await client.list(mirrors, { namespace: NAMESPACE, labelSelector: MIRROR_LABEL }))
        .items;
      return (
        items.every(({ metadata, status }) => status?.observedGeneration === metadata.generation) &&
        same(
          valuesOf(items, ({ spec }) => spec.value),
          live,
        ) &&
        same(
          valuesOf(copies, ({ data }) => Number(data?.["value"])),
          live,
        ) &&
        same(versionsOf(store.list()), versionsOf(items)) &&
        same(versionsOf(written.list()), versionsOf(copies))
      );
    });
    expect(live.size).toBeGreaterThan(20);
    // Values only grow, over deletions too: a value written twice, or an old one after a new one, would show.
    for (const values of effects.values()) expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));

    const [sent, versions] = [work.sent(), versionsOf(store.list())];
    const runs = work.runs();
    for (const object of store.list()) work.controller.queue.add(keyOf(object));
    await until("all keys came by again", () => Promise.resolve(work.runs() >= runs + live.size));
    expect({ sent: work.sent(), versions: versionsOf(store.list()) }).toEqual({ sent, versions });

    await leaders.handOver();
    expect(leaders.most()).toBe(1);
    await Promise.all([leaders.stop(), work.controller.stop()]);
    expect(store.health()).toMatchObject({ lastErrorCode: undefined });
    expect(store.health().watchErrors).toBeGreaterThanOrEqual(2);
    await Promise.all([store.stop(), written.stop()]);
  });
});

describe("what only a real API server can tell", () => {
  it("refuses the status of a recreated object, and takes our events and reviews", async () => {
    const applier = createApplier({ client, fieldManager: "e2e-status" });
    const metadata = { namespace: NAMESPACE, name: "again" };
    const first = await client.create(loads, { metadata, spec: { value: 1 } });
    const { sent, object } = await applier.applyStatus(loads, first, { observedGeneration: 1, value: 1 });
    expect({ sent, status: object.status }).toEqual({
      sent: true,
      status: { observedGeneration: 1, value: 1 },
    });
    const shrunk = await applier.applyStatus(loads, object, { observedGeneration: 1 });
    expect(shrunk.object.status).toEqual({ observedGeneration: 1 });
    const silent = await createApplier({ client, fieldManager: "e2e-status" }).applyStatus(
      loads,
      shrunk.object,
      {
        observedGeneration: 1,
      },
    );
    expect(silent.sent).toBe(false);

    const recorder = createEventRecorder({ client, controller: `${GROUP}/test`, instance: "one" });
    for (let time = 0; time < 3; time += 1) {
      recorder.record({ regarding: object, type: "Normal", reason: "Tested", action: "Test", note: "fine" });
    }
    await recorder.flush();
    expect(recorder.stats()).toEqual({ written: 1, repeated: 2, dropped: 0 });

    await client.delete(loads, metadata, { preconditions: { uid: first.metadata.uid } });
    await client.create(loads, { metadata, spec: { value: 1 } });
    await expect(applier.applyStatus(loads, first, { value: 9 })).rejects.toMatchObject({
      code: "KUBE_CONFLICT",
    });
    await client.delete(loads, metadata);
    await expect(applier.applyStatus(loads, first, { value: 9 })).rejects.toMatchObject({ kind: "missing" });
    expect(await client.find(loads, metadata)).toBeUndefined();
    await expect(client.create(loads, { metadata, spec: { value: -1 } })).rejects.toMatchObject({
      kind: "invalid",
    });

    const resourceAttributes = { verb: "delete", resource: "nodes" };
    const review = { metadata: {}, spec: { user: "nobody", resourceAttributes } };
    expect(await client.create(builtin.subjectAccessReviews, review)).toMatchObject({
      status: { allowed: false },
    });
    expect(await client.raw("GET", "/version")).toHaveProperty("gitVersion");
  });
});

/** Keeps a ConfigMap equal to each Load, and says so in the Load's status. */
function mirrorController(store: Store<Load>, written: Store<ConfigMap>) {
  const applier = createApplier({ client, fieldManager: "e2e-mirror" });
  let [runs, sent] = [0, 0];
  const reconcile = async (key: string): Promise<undefined> => {
    const { name } = refOfKey(key);
    const load = store.byKey(key);
    const mirror = { namespace: NAMESPACE, name: `mirror-${name}` };
    if (load === undefined) {
      await client.delete(mirrors, mirror);
      return;
    }
    const intent = {
      metadata: { ...mirror, labels: { "e2e.stella-ops.org/mirror": "true" } },
      data: { value: String(load.spec.value) },
    };
    const copy = await applier.applyIfChanged(mirrors, intent, written.get(NAMESPACE, mirror.name));
    const status = { observedGeneration: load.metadata.generation, value: load.spec.value };
    const told = await applier.applyStatus(loads, load, status);
    sent += Number(copy.sent) + Number(told.sent);
  };
  const controller = runController({
    name: "mirror",
    workers: 4,
    recheckMs: 1_000,
    sources: [
      source(store, (load) => [keyOf(load)]),
      source(written, ({ metadata }) => [`${NAMESPACE}/${(metadata.name ?? "").slice("mirror-".length)}`]),
    ],
    reconcile,
    onReconcile: () => (runs += 1),
  });
  return { controller, runs: () => runs, sent: () => sent };
}

/** Two processes' worth of leader election on one lease, with an eye on how many lead at once. */
function twoCandidates() {
  let [leading, most] = [0, 0];
  const elect = (identity: string): Election =>
    electLeader({
      client,
      namespace: NAMESPACE,
      name: "kube-e2e",
      identity,
      leaseDurationMs: 4_000,
      renewDeadlineMs: 3_000,
      retryPeriodMs: 500,
      lead: async (signal) => {
        leading += 1;
        most = Math.max(most, leading);
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        leading -= 1;
      },
    });
  const candidates = [elect("a"), elect("b")];
  return {
    most: () => most,
    /** The leader steps down, and the other follows. */
    handOver: async () => {
      await until("somebody leads", () => Promise.resolve(candidates.some((one) => one.isLeader())));
      const leader = candidates.find((one) => one.isLeader());
      const other = candidates.find((one) => one !== leader);
      await leader?.stop();
      await until("the other leads", () => Promise.resolve(other?.isLeader() === true));
    },
    stop: () => Promise.all(candidates.map((one) => one.stop())),
  };
}

/**
 * Creates, updates and deletes over some names, eight at a time, each name's in order. `kills` run when that many
 * operations are done. @returns the value of each object that is left
 */
async function loadOf(
  operations: number,
  names: number,
  kills: ReadonlyMap<number, () => Promise<void>>,
): Promise<ReadonlyMap<string, number>> {
  const live = new Map<string, number>();
  let done = 0;
  const work = async (worker: number): Promise<void> => {
    for (let turn = worker; turn < operations; turn += 8) {
      const name = `load-${worker}-${Math.floor(turn / 8) % Math.ceil(names / 8)}`;
      if (turn % 5 === 4 && live.has(name)) {
        await persistently(() => client.delete(loads, { namespace: NAMESPACE, name }));
        live.delete(name);
      } else {
        await persistently(() => put(name, turn, live.has(name)));
        live.set(name, turn);
      }
      done += 1;
      await kills.get(done)?.();
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, worker) => work(worker)));
  return live;
}

async function put(name: string, value: number, exists: boolean): Promise<void> {
  const metadata = { namespace: NAMESPACE, name };
  if (exists) await client.patch(loads, metadata, { spec: { value } });
  else {
    await client.create(loads, { metadata, spec: { value } }).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error; // the first answer was lost, not the object
    });
  }
}

/** A person at a keyboard: tries again while the API server is away. */
async function persistently(act: () => Promise<unknown>): Promise<void> {
  await until("an operation succeeds", async () => {
    try {
      await act();
      return true;
    } catch (error) {
      if (kindOf(error) === "unavailable" || kindOf(error) === "exhausted") return false;
      throw error;
    }
  });
}

/** Asks again, four times a second, until it holds; not longer than a minute and a half. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 90_000;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      if (await holds()) return;
    } catch (error) {
      if (!["unavailable", "missing", "exhausted"].includes(kindOf(error))) throw error;
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`waited in vain: ${what}`, { cause: last });
}

function definition(): KubeObject & { readonly spec: object } {
  const integer = { type: "integer", format: "int64" };
  const schema = {
    openAPIV3Schema: {
      type: "object",
      properties: {
        spec: { type: "object", required: ["value"], properties: { value: { ...integer, minimum: 0 } } },
        status: { type: "object", properties: { observedGeneration: integer, value: integer } },
      },
    },
  };
  return {
    metadata: { name: `loads.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: { kind: "Load", listKind: "LoadList", plural: "loads", singular: "load" },
      versions: [{ name: "v1", served: true, storage: true, subresources: { status: {} }, schema }],
    },
  };
}

const versionsOf = (objects: readonly KubeObject[]): ReadonlyMap<string, string> =>
  new Map(objects.map((object) => [keyOf(object), object.metadata.resourceVersion ?? ""]));

const valuesOf = <T extends KubeObject>(
  objects: readonly T[],
  value: (object: T) => number,
): Map<string, number> =>
  new Map(objects.map((object) => [(object.metadata.name ?? "").replace(/^mirror-/, ""), value(object)]));

const same = <Value>(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
