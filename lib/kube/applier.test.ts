// SPDX-License-Identifier: Apache-2.0
/** Apply only what changed: what is sent, and what is not, as caches grow old and others write. */
import { describe, expect, it } from "vitest";
import { createApplier } from "./applier.ts";
import { builtin, defineResource } from "./resources.ts";
import { isSubset } from "./subset.ts";
import { memoryClient, type MemoryClient } from "./testing/memory-client.ts";
import type { KubeObject } from "./types.ts";

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}
interface Scan extends KubeObject {
  readonly status?: object;
}

const configMaps = defineResource<ConfigMap>(builtin.configMaps);
const scans = defineResource<Scan>({
  group: "x",
  version: "v1",
  plural: "scans",
  kind: "Scan",
  namespaced: true,
});
const ref = { namespace: "a", name: "x" };
const intent = (data: Record<string, string>): ConfigMap => ({ metadata: ref, data });

const applies = (client: MemoryClient): number =>
  client.calls.filter(({ method }) => method === "apply").length;

describe("applyIfChanged", () => {
  it("sends an intent once, and again only when it or the object changes", async () => {
    const client = memoryClient();
    const applier = createApplier({ client, fieldManager: "m" });
    const apply = async (data: Record<string, string>): Promise<boolean> =>
      (await applier.applyIfChanged(configMaps, intent(data), await client.find(configMaps, ref))).sent;

    const sent = [
      await apply({ k: "1" }),
      await apply({ k: "1" }),
      await apply({ k: "2" }),
      await apply({ k: "2" }),
    ];
    expect(sent).toEqual([true, false, true, false]);

    await client.patch(configMaps, ref, { data: { other: "theirs" } });
    expect(await apply({ k: "2" })).toBe(false); // not our field
    await client.patch(configMaps, ref, { data: { k: "drift" } });
    expect([await apply({ k: "2" }), (await client.get(configMaps, ref)).data?.["k"]]).toEqual([true, "2"]);
    expect(await apply({})).toBe(true); // a removed field is an intent too
    await client.delete(configMaps, ref);
    expect(await apply({})).toBe(true);
  });

  it("applies once in a new process, and for a recreated object", async () => {
    const client = memoryClient();
    const first = createApplier({ client, fieldManager: "m" });
    const { object } = await first.applyIfChanged(configMaps, intent({ k: "1" }), undefined);
    const second = createApplier({ client, fieldManager: "m" });
    expect((await second.applyIfChanged(configMaps, intent({ k: "1" }), object)).sent).toBe(true);
    const recreated = { ...object, metadata: { ...object.metadata, uid: "another" } };
    expect((await second.applyIfChanged(configMaps, intent({ k: "1" }), recreated)).sent).toBe(true);
  });

  it("is not misled by what the server rewrites", async () => {
    const client = memoryClient();
    const applier = createApplier({ client, fieldManager: "m" });
    const { object } = await applier.applyIfChanged(configMaps, intent({ cpu: "1000m" }), undefined);
    const normalized = { ...object, data: { cpu: "1" } };
    expect((await applier.applyIfChanged(configMaps, intent({ cpu: "1000m" }), normalized)).sent).toBe(false);
  });

  it("remembers nothing of an apply that failed", async () => {
    const client = memoryClient();
    const applier = createApplier({ client, fieldManager: "m" });
    const { object } = await applier.applyIfChanged(configMaps, intent({ k: "1" }), undefined);
    client.before = () => {
      throw new Error("cut");
    };
    await expect(applier.applyIfChanged(configMaps, intent({ k: "2" }), object)).rejects.toThrow("cut");
    client.before = () => undefined;
    expect((await applier.applyIfChanged(configMaps, intent({ k: "1" }), object)).sent).toBe(true);
  });
});

describe("applyStatus", () => {
  const start = async () => {
    const client = memoryClient();
    const created = await client.create(scans, { metadata: ref });
    return { client, created, applier: createApplier({ client, fieldManager: "m" }) };
  };

  it("writes a status once, whatever the age of the cached copy", async () => {
    const { client, created, applier } = await start();
    const first = await applier.applyStatus(scans, created, { phase: "A" });
    const stale = await applier.applyStatus(scans, created, { phase: "A" });
    const fresh = await applier.applyStatus(scans, first.object, { phase: "A" });
    expect([first.sent, stale.sent, fresh.sent, applies(client)]).toEqual([true, false, false, 1]);
  });

  it("writes back over a stale copy that looks right already", async () => {
    const { created, applier } = await start();
    const a = await applier.applyStatus(scans, created, { phase: "A" });
    await applier.applyStatus(scans, a.object, { phase: "B" });
    expect((await applier.applyStatus(scans, a.object, { phase: "A" })).sent).toBe(true);
  });

  it("needs no memory to see that a status is there", async () => {
    const { client, created, applier } = await start();
    const { object } = await applier.applyStatus(scans, created, { n: 1, list: [{ b: 1, a: 2 }] });
    const other = createApplier({ client, fieldManager: "m" });
    expect((await other.applyStatus(scans, object, { list: [{ a: 2, b: 1 }], n: 1 })).sent).toBe(false);
    expect((await other.applyStatus(scans, object, { n: 1 })).sent).toBe(true);
  });

  it("corrects what somebody else wrote", async () => {
    const { client, created, applier } = await start();
    await applier.applyStatus(scans, created, { phase: "A" });
    const drifted = await client.patch(scans, ref, { status: { phase: "Z" } }, { subresource: "status" });
    expect((await applier.applyStatus(scans, drifted, { phase: "A" })).sent).toBe(true);
  });

  it("never writes to another object of the same name", async () => {
    const { client, created, applier } = await start();
    await client.delete(scans, ref);
    await client.create(scans, { metadata: ref });
    await expect(applier.applyStatus(scans, created, { phase: "A" })).rejects.toMatchObject({
      code: "KUBE_CONFLICT",
    });
  });
});

it.each([
  { wanted: { a: 1 }, actual: { a: 1, b: 2 }, want: true },
  { wanted: { a: { b: [] } }, actual: { a: { b: [], c: 1 } }, want: true },
  { wanted: { a: undefined }, actual: {}, want: true },
  { wanted: { a: [{ n: 1 }] }, actual: { a: [{ n: 1, defaulted: true }] }, want: true },
  { wanted: { a: [1] }, actual: { a: [1, 2] }, want: false },
  { wanted: { a: [1, 2] }, actual: { a: [2, 1] }, want: false },
  { wanted: { a: {} }, actual: {}, want: false },
  { wanted: { a: {} }, actual: { a: [] }, want: false },
  { wanted: { a: null }, actual: {}, want: false },
  { wanted: { a: "1" }, actual: { a: 1 }, want: false },
])("subset: $wanted of $actual is $want", ({ wanted, actual, want }) =>
  expect(isSubset(wanted, actual)).toBe(want),
);
