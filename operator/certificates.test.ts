// SPDX-License-Identifier: Apache-2.0
/** Certificates in the cluster: made once, kept, renewed in time, and mended when somebody spoils them. */
import { describe, expect, it } from "vitest";
import { names } from "#controllers/stella-ops/index.ts";
import { builtin } from "#lib/kube/index.ts";
import type { KubeObject } from "#lib/kube/index.ts";
import { memoryClient } from "#lib/kube/testing/memory-client.ts";
import { readCertificate } from "#lib/pki/authority.ts";
import { certificateStore } from "./certificates.ts";
import { testClock } from "./testing/bench.ts";

const DAY = 86_400_000;

interface Data extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

function bench() {
  const client = memoryClient();
  const clock = testClock();
  let told = 0;
  const store = () =>
    certificateStore(client, "stellaops", clock, () => {
      told++;
    });
  const data = async (resource: typeof builtin.secrets, name: string) =>
    ((await client.find(resource, { namespace: "stellaops", name })) as Data | undefined)?.data ?? {};
  const text = async (name: string, key: string) =>
    Buffer.from((await data(builtin.secrets, name))[key] ?? "", "base64").toString();
  return { client, clock, store, data, text, told: () => told };
}

describe("certificateStore", () => {
  it("makes authority, bundle and the webhook's Secret", async () => {
    const b = bench();
    const { certificates, renewAt } = await b.store().ensure();
    expect((await b.data(builtin.configMaps, names.ca))["ca.crt"]).toBe(certificates.bundle);
    const serving = readCertificate(await b.text(names.webhookTls, "tls.crt"));
    expect(serving.dnsNames).toContain("stellaops-webhook.stellaops.svc");
    expect(await serving.issuedBy(await b.text(names.certificates, "ca.crt"))).toBe(true);
    expect(renewAt).toBeGreaterThan(b.clock.now() + 30 * DAY);
    expect(b.told()).toBe(1);
  });

  it("writes nothing while all is sound, also as a new process", async () => {
    const b = bench();
    const first = await b.store().ensure();
    const writes = () => b.client.calls.filter(({ method }) => method !== "get").length;
    const store = b.store();
    const again = await store.ensure();
    expect(again.certificates.serving).toEqual(first.certificates.serving);
    const before = writes();
    await store.ensure();
    expect(writes()).toBe(before);
  });

  it("renews in time under the same authority", async () => {
    const b = bench();
    const first = await b.store().ensure();
    b.clock.pass(61 * DAY);
    const second = await b.store().ensure();
    expect(second.certificates.authority).toEqual(first.certificates.authority);
    expect(await b.text(names.webhookTls, "tls.crt")).toBe(
      second.certificates.serving["webhook"]?.certificate,
    );
    expect(second.certificates.serving).not.toEqual(first.certificates.serving);
  });

  it.each([
    { name: "the webhook's Secret is deleted", spoil: names.webhookTls, resource: builtin.secrets },
    { name: "the bundle is deleted", spoil: names.ca, resource: builtin.configMaps },
  ])("mends it when $name", async ({ spoil, resource }) => {
    const b = bench();
    const first = await b.store().ensure();
    await b.client.delete(resource, { namespace: "stellaops", name: spoil });
    const second = await b.store().ensure();
    expect(second.certificates).toEqual(first.certificates);
    expect(Object.keys(await b.data(resource, spoil))).not.toEqual([]);
  });

  it("makes all anew when its own Secret is lost or spoilt", async () => {
    const b = bench();
    await b.store().ensure();
    await b.client.patch(
      builtin.secrets,
      { namespace: "stellaops", name: names.certificates },
      { data: { "ca.key": null, "api.crt": "eA==" } },
    );
    const { certificates } = await b.store().ensure();
    const serving = readCertificate(certificates.serving["api"]?.certificate ?? "");
    expect(await serving.issuedBy(certificates.authority.certificate)).toBe(true);
    expect(await b.text(names.certificates, "ca.key")).toContain("PRIVATE KEY");
  });
});
