// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, expect, it } from "vitest";
import { digestOf } from "../../digest.ts";
import { createAuthority, issueServing } from "../../pki/authority.ts";
import { parseReference } from "../reference.ts";
import { RegistryClient } from "../registry-client.ts";
import { startFakeRegistry } from "../testing/fake-registry.ts";
import type { FakeRegistry } from "../testing/fake-registry.ts";
import { fakePorts } from "../../http/testing/fake-ports.ts";
import type { RegistrySettings } from "./settings.ts";

const manifest = Buffer.from('{"schemaVersion":2,"manifests":[]}');
let registry: FakeRegistry;
let plain: FakeRegistry;
let ca: string;
let host: string;

beforeAll(async () => {
  const validity = {
    notBefore: Date.parse("2020-01-01T00:00:00Z"),
    notAfter: Date.parse("2100-01-01T00:00:00Z"),
  };
  const authority = await createAuthority("Test CA", validity);
  const serving = await issueServing(authority, ["localhost"], validity);
  ca = authority.certificate;
  registry = await startFakeRegistry({ tls: { cert: serving.certificate, key: serving.key } });
  host = registry.host.replace("127.0.0.1", "localhost");
  plain = await startFakeRegistry();
  for (const one of [registry, plain]) one.manifests.set("a/1", { bytes: manifest, mediaType: "" });
});
afterAll(async () => {
  await registry.close();
  await plain.close();
});

async function ask(name: string, settings: RegistrySettings): Promise<string> {
  const client = new RegistryClient(settings, fakePorts());
  try {
    return (await client.manifest(parseReference(`${name}/a:1`))).digest;
  } finally {
    await client.close();
  }
}

it("trusts the CA given for the registry", async () => {
  expect(await ask(host, { hosts: { [host]: { ca: [ca] } } })).toBe(digestOf(manifest));
});

it("names an untrusted certificate and what to do, at once", async () => {
  const asked = ask(host, { hosts: { [host]: { plainHttp: false } } });
  await expect(asked).rejects.toThrow(/its certificate is not trusted \(\w+\); give its CA/);
});

it("does not trust one registry's CA for another", async () => {
  const hosts = { [host]: { plainHttp: false }, "other.example": { ca: [ca] } };
  await expect(ask(host, { hosts })).rejects.toThrow("not trusted");
});

it("says that a registry does not speak TLS", async () => {
  const asked = ask(plain.host, { hosts: { [plain.host]: { plainHttp: false } } });
  await expect(asked).rejects.toThrow("does not speak TLS");
});

it("refuses a redirect from TLS to plain HTTP", async () => {
  registry.intercept = (_, response) =>
    !!response.writeHead(307, { location: `${plain.origin}/v2/a/manifests/1` }).end();
  const asked = ask(host, { hosts: { [host]: { ca: [ca] } } });
  await expect(asked).rejects.toThrow("redirected to plain HTTP");
  registry.intercept = undefined;
});
