// SPDX-License-Identifier: Apache-2.0
/** Whose credentials open an image, and Scans made on behalf of callers. */
import { describe, expect, it } from "vitest";
import { DIGEST, stellaOpsObject } from "#controllers/testing/objects.ts";
import { digestOf } from "#lib/digest.ts";
import { StellaError, codeOf, kindOf } from "#lib/errors.ts";
import { builtin } from "#lib/kube/index.ts";
import { memoryClient } from "#lib/kube/testing/memory-client.ts";
import { resources } from "#crds/index.ts";
import type { Scan } from "#crds/index.ts";
import { testCaches } from "../testing/bench.ts";
import { createScan, registryAccess } from "./registry-access.ts";
import { hostSettings, registrySettingsFor } from "./registry-settings.ts";
import type { RegistrySpec } from "./registry-settings.ts";

const dockerConfig = (host: string, user: string): string =>
  Buffer.from(
    JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${user}:pw`).toString("base64") } } }),
  ).toString("base64");

async function cluster() {
  const client = memoryClient();
  const secret = (namespace: string, name: string, data: object) =>
    client.create(builtin.secrets, { metadata: { namespace, name }, data } as never);
  await secret("team", "mine", { ".dockerconfigjson": dockerConfig("a.io", "team") });
  await secret("stellaops", "system", { ".dockerconfigjson": dockerConfig("a.io", "system") });
  await secret("team", "broken", { ".dockerconfigjson": Buffer.from("{").toString("base64") });
  await secret("team", "other", { password: "eA==" });
  await secret("team", "forbidden", {});
  client.before = ({ method, address }) => {
    if (method === "get" && address.name === "forbidden")
      throw new StellaError("KUBE_FORBIDDEN", "denied", "no");
  };
  return client;
}

const registry = (over: Partial<RegistrySpec> = {}): RegistrySpec => ({
  host: "a.io",
  insecure: false,
  ...over,
});
const ref = (name: string, namespace = "team") => ({ namespace, name });

describe("hostSettings", () => {
  it("takes mirrors, CA and plain HTTP", () => {
    const mirrors = [{ url: "https://m.io/x", insecure: false }];
    expect(
      hostSettings([registry({ mirrors, caBundle: "PEM" }), registry({ host: "b.io:5000", insecure: true })]),
    ).toEqual({
      "a.io": { ca: ["PEM"], mirrors: ["https://m.io/x"] },
      "b.io:5000": { plainHttp: true },
    });
  });
});

describe("registrySettingsFor", () => {
  it.each([
    { name: "no secret", secrets: [], registries: [registry()], want: [] },
    { name: "a pull secret", secrets: [ref("mine")], registries: [], want: ["team"] },
    {
      name: "a pull secret before the system's",
      secrets: [ref("mine")],
      registries: [registry({ secretRef: { name: "system" } })],
      want: ["team", "system"],
    },
    {
      name: "one that works beside one that is missing",
      secrets: [ref("none"), ref("mine")],
      registries: [],
      want: ["team"],
    },
  ])("$name", async ({ secrets, registries, want }) => {
    const { credentials = [] } = await registrySettingsFor(
      await cluster(),
      { namespace: "stellaops", registries },
      secrets,
    );
    expect(credentials.map(({ username }) => username)).toEqual(want);
  });

  it.each([
    { name: "none", code: "PULL_SECRET_MISSING", kind: "missing", says: "team/none is not there" },
    {
      name: "forbidden",
      code: "PULL_SECRET_FORBIDDEN",
      kind: "denied",
      says: "kubectl -n team create rolebinding",
    },
    { name: "broken", code: "PULL_SECRET_INVALID", kind: "denied", says: "team/broken" },
    { name: "other", code: "PULL_SECRET_INVALID", kind: "denied", says: "no key .dockerconfigjson" },
  ])("a pull secret that is $name: $code, tried again later", async ({ name, code, kind, says }) => {
    const work = registrySettingsFor(await cluster(), { namespace: "stellaops", registries: [] }, [
      ref(name),
    ]);
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect([codeOf(error), kindOf(error)]).toEqual([code, kind]);
    expect(String(error)).toContain(says);
  });
});

describe("registryAccess", () => {
  it.each([
    {
      name: "the system reads any pull secret, then its own",
      asker: "stellaops",
      secrets: [ref("mine")],
      reads: ["team/mine", "stellaops/system"],
    },
    {
      name: "a namespace reads its own, and never the system's",
      asker: "team",
      secrets: [ref("mine")],
      reads: ["team/mine"],
    },
    { name: "a namespace without secrets reads none", asker: "team", secrets: [], reads: [] },
  ])("$name", async ({ asker, secrets, reads }) => {
    const client = await cluster();
    const { caches, feed } = testCaches();
    feed.stellaOps.set(
      stellaOpsObject({ spec: { registries: [{ host: "a.io", secretRef: { name: "system" } }] } }),
    );
    client.calls.length = 0;
    const source = await registryAccess(client, caches, "stellaops").open("a.io/x:1", asker, secrets);
    await source.close();
    expect(client.calls.map(({ address }) => `${address.namespace ?? ""}/${address.name ?? ""}`)).toEqual(
      reads,
    );
  });

  it("goes through the proxy of the environment", async () => {
    const proxy = { httpsProxy: "http://proxy.example:3128", noProxy: ".svc" };
    const access = registryAccess(await cluster(), testCaches().caches, "stellaops", proxy);
    expect(await access.settings("team", [])).toMatchObject({ proxy });
  });

  it("lets no namespace use another's pull secret", async () => {
    const client = await cluster();
    client.calls.length = 0;
    const access = registryAccess(client, testCaches().caches, "stellaops");
    const code = await access.open("a.io/x:1", "evil", [ref("mine")]).then(() => "opened", codeOf);
    expect([code, client.calls.length]).toEqual(["PULL_SECRET_FOREIGN", 0]);
  });
});

describe("createScan", () => {
  const make = async (wishes: readonly Parameters<typeof createScan>[3][]) => {
    const client = await cluster();
    const { caches, feed } = testCaches();
    const scans: Scan[] = [];
    for (const wish of wishes) {
      const scan = await createScan(client, caches, "team", wish);
      feed.scans.set(scan);
      scans.push(scan);
    }
    return { scans, client, caches };
  };

  it("meets an equal wish, and makes a Scan of its own for any other image", async () => {
    const { scans } = await make([
      { imageRef: "a.io/x/app:1" },
      { imageRef: "a.io/x/app:1" },
      { imageRef: "b.io/y/app:1" },
      { imageRef: "a.io/x/app:1", digest: DIGEST },
      { imageRef: `a.io/x/app@${DIGEST}` },
    ]);
    const uids = scans.map(({ metadata }) => metadata.uid);
    expect(uids[0]).toBe(uids[1]);
    expect(uids[3]).toBe(uids[4]);
    expect(new Set(uids).size).toBe(3);
    for (const { metadata } of scans) expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  it("raises forceGeneration of one that is there", async () => {
    const { scans } = await make([{ imageRef: "a.io/x:1" }, { imageRef: "a.io/x:1", force: true }]);
    expect(scans.map(({ spec }) => spec.forceGeneration)).toEqual([undefined, 1]);
  });

  it("takes the pull secret of its own namespace", async () => {
    const { scans } = await make([{ imageRef: "a.io/x:1", pullSecret: "mine" }]);
    expect(scans[0]?.spec.pullSecrets).toEqual([{ namespace: "team", name: "mine" }]);
  });

  it("finds the one that another made meanwhile", async () => {
    const { client, scans } = await make([{ imageRef: "a.io/x:1" }]);
    const again = await createScan(client, testCaches().caches, "team", { imageRef: "a.io/x:1" });
    expect(again.metadata.uid).toBe(scans[0]?.metadata.uid);
    expect((await client.list(resources.scans, { namespace: "team" })).items).toHaveLength(1);
  });

  it.each([
    {
      name: "two digests",
      wish: { imageRef: `a.io/x@${DIGEST}`, digest: digestOf("other") },
      code: "SCAN_DIGESTS_DIFFER",
    },
    { name: "no reference", wish: { imageRef: "A B" }, code: "REFERENCE_INVALID" },
  ])("refuses $name", async ({ wish, code }) => {
    expect(await make([wish]).then(() => "made", codeOf)).toBe(code);
  });
});
