// SPDX-License-Identifier: Apache-2.0
/** The client over loopback: every verb, every way in which an answer can be bad, and connections. */
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKubeClient } from "./rest-client.ts";
import { isAlreadyExists } from "./errors.ts";
import { builtin, defineResource } from "./resources.ts";
import { answerJson, startFakeApiServer, type FakeApiServer } from "./testing/fake-api-server.ts";
import type { KubeObject } from "./types.ts";

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps = defineResource<ConfigMap>(builtin.configMaps);
const ref = { namespace: "a", name: "x" };

let server: FakeApiServer;
beforeEach(async () => {
  server = await startFakeApiServer();
});
afterEach(() => server.kill());

describe("verbs", () => {
  it("creates, reads, replaces, patches, applies, lists and deletes", async () => {
    const client = server.client();
    const made = await client.create(configMaps, { metadata: ref, data: { k: "1" } });
    expect(made).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { ...ref, uid: "uid-1" } });
    const updated = await client.update(configMaps, { ...made, data: { k: "2" } });
    await expect(client.update(configMaps, { ...made, data: {} })).rejects.toMatchObject({
      code: "KUBE_CONFLICT",
    });
    await client.patch(configMaps, ref, { data: { p: "3" } }, { fieldManager: "m" });
    await client.apply(configMaps, { metadata: ref, data: { a: "4" } }, { fieldManager: "m", force: true });
    expect((await client.get(configMaps, ref)).data).toEqual({ k: "2", p: "3", a: "4" });
    const page = await client.list(configMaps, { namespace: "a", limit: 10 });
    expect(page.items.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([["ConfigMap", "x"]]);
    const stale = { preconditions: { resourceVersion: updated.metadata.resourceVersion } };
    await expect(client.delete(configMaps, ref, stale)).rejects.toMatchObject({ code: "KUBE_CONFLICT" });
    expect([await client.delete(configMaps, ref), await client.delete(configMaps, ref)]).toEqual([
      true,
      false,
    ]);
    expect(await client.find(configMaps, ref)).toBeUndefined();
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({ code: "KUBE_NOT_FOUND" });
    client.close();
  });

  it("says how it writes", async () => {
    const client = server.client();
    await client.apply(configMaps, { metadata: ref }, { fieldManager: "m", force: true, dryRun: true });
    const [request] = server.requests;
    expect([request?.query.toString(), request?.headers["content-type"]]).toEqual([
      "fieldManager=m&dryRun=All&force=true",
      "application/apply-patch+yaml",
    ]);
    client.close();
  });

  it("tells an existing object, and passes reviews through create", async () => {
    const client = server.client();
    await client.create(configMaps, { metadata: ref });
    await expect(client.create(configMaps, { metadata: ref })).rejects.toSatisfy(isAlreadyExists);
    server.interceptors.push((request, response) => {
      answerJson(response, 201, { kind: "TokenReview", status: { authenticated: true, path: request.path } });
      return true;
    });
    const review = await client.create(builtin.tokenReviews, { metadata: {} });
    expect(review).toMatchObject({
      status: { authenticated: true, path: "/apis/authentication.k8s.io/v1/tokenreviews" },
    });
    client.close();
  });
});

describe("bad answers", () => {
  const text = (body: string, type: string) => (response: ServerResponse) => {
    response.writeHead(200, { "content-type": type });
    response.end(body);
  };
  it.each([
    { name: "not JSON", act: text("{torn", "application/json"), code: "KUBE_ANSWER_INVALID" },
    { name: "text", act: text("hello", "text/plain"), code: "KUBE_ANSWER_INVALID" },
    { name: "too large", act: text("x".repeat(5000), "text/plain"), code: "KUBE_ANSWER_INVALID" },
    { name: "a reset", act: (r: ServerResponse) => r.socket?.resetAndDestroy(), code: "KUBE_UNAVAILABLE" },
    {
      name: "a cut body",
      act: (r: ServerResponse) => {
        r.writeHead(200, { "content-length": 100 });
        r.write("{", () => r.socket?.destroy());
      },
      code: "KUBE_UNAVAILABLE",
    },
    { name: "silence", act: () => undefined, code: "KUBE_UNAVAILABLE", timeoutMs: 100 },
    {
      name: "a proxy's page",
      act: (r: ServerResponse) => {
        r.writeHead(502);
        r.end("<html>bad gateway</html>");
      },
      code: "KUBE_UNAVAILABLE",
    },
  ])("$name: $code", async ({ act, code, timeoutMs = 15_000 }) => {
    server.interceptors.push((_request, response) => {
      act(response);
      return true;
    });
    const client = server.client({ timeoutMs, maxAnswerBytes: 4000 });
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({ code });
    client.close();
  });

  it("nobody listening", async () => {
    const client = server.client();
    await server.kill();
    await expect(client.list(configMaps)).rejects.toMatchObject({ code: "KUBE_UNAVAILABLE" });
    await server.start();
  });

  it("given up by the caller", async () => {
    server.interceptors.push(() => true);
    const client = server.client();
    const giveUp = new AbortController();
    const call = client.get(configMaps, ref, { signal: giveUp.signal });
    await server.until(() => server.requests.length === 1);
    giveUp.abort();
    await expect(call).rejects.toMatchObject({ code: "KUBE_UNAVAILABLE" });
    await expect(client.get(configMaps, ref, { signal: giveUp.signal })).rejects.toThrow("given up");
    expect(server.requests).toHaveLength(1);
    client.close();
  });
});

describe("connections", () => {
  it("reuses them, and keeps to the bound", async () => {
    const client = server.client({ maxRequests: 3 });
    const ports = new Set<unknown>();
    const held: ServerResponse[] = [];
    let most = 0;
    server.interceptors.push((_request, response) => {
      ports.add(response.socket?.remotePort);
      held.push(response);
      most = Math.max(most, held.length);
      if (held.length < 3) return true; // the third lets all three go
      for (const one of held.splice(0))
        answerJson(one, 200, { metadata: { resourceVersion: "1" }, items: [] });
      return true;
    });
    await Promise.all(Array.from({ length: 30 }, () => client.list(configMaps)));
    expect({ most, ports: ports.size }).toEqual({ most: 3, ports: 3 });
    client.close();
  });

  it("goes on after the server was killed and came back", async () => {
    const client = server.client();
    await client.list(configMaps);
    await server.kill();
    await server.start();
    expect((await client.list(configMaps)).items).toEqual([]);
    client.close();
  });

  it("sends again, once, when a token is no longer taken", async () => {
    let token = "old";
    const client = createKubeClient({
      credentials: {
        current: () => Promise.resolve({ server: server.url, headers: { authorization: `Bearer ${token}` } }),
        refused: () => (token = "new"),
      },
    });
    server.interceptors.push((request, response) => {
      if (request.headers.authorization === "Bearer new") return false;
      answerJson(response, 401, { kind: "Status", message: "Unauthorized" });
      return true;
    });
    expect((await client.list(configMaps)).items).toEqual([]);
    expect(server.requests).toHaveLength(2);
    server.interceptors.unshift((_request, response) => {
      answerJson(response, 401, { kind: "Status", message: "Unauthorized" });
      return true;
    });
    await expect(client.list(configMaps)).rejects.toMatchObject({
      code: "KUBE_UNAUTHENTICATED",
      kind: "denied",
    });
    expect(server.requests).toHaveLength(4);
    client.close();
  });
});
