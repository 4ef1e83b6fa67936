// SPDX-License-Identifier: Apache-2.0
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Digest } from "../digest.ts";
import { parseReference } from "./reference.ts";
import { RegistryClient } from "./registry-client.ts";
import type { RegistrySettings } from "./registry/settings.ts";
import { fail, startFakeRegistry } from "./testing/fake-registry.ts";
import type { FakeRegistry } from "./testing/fake-registry.ts";
import { sampleImage, temporaryFolder } from "./testing/support.ts";
import { fakePorts } from "../http/testing/fake-ports.ts";
import type { FakePorts } from "../http/testing/fake-ports.ts";
import { writeOciLayout } from "./writer.ts";

let registry: FakeRegistry;
let ports: FakePorts;
let digest: Digest;
const clients: RegistryClient[] = [];

beforeEach(async () => {
  registry = await startFakeRegistry();
  ports = fakePorts();
  await using folder = await temporaryFolder();
  await writeOciLayout(folder.path, sampleImage());
  digest = registry.serve(folder.path, "team/app", "1");
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await registry.close();
});

function client(settings: RegistrySettings = {}): RegistryClient {
  const made = new RegistryClient(settings, ports);
  clients.push(made);
  return made;
}

const app = (tag = "1"): ReturnType<typeof parseReference> =>
  parseReference(`${registry.host}/team/app:${tag}`);
const seen = (): string[] => registry.requests.map(({ method, url }) => `${method} ${url}`);
const code = (value: string): Error => expect.objectContaining({ code: value }) as Error;
const basic = (login: string): string => `Basic ${Buffer.from(login).toString("base64")}`;

describe("tags", () => {
  it("are resolved by HEAD", async () => {
    expect(await client().resolveDigest(app())).toBe(digest);
    expect(seen()).toEqual(["HEAD /v2/team/app/manifests/1"]);
  });

  it("are resolved by GET where HEAD has no digest", async () => {
    registry.intercept = ({ method }, response) => method === "HEAD" && !!response.writeHead(405).end();
    expect(await client().resolveDigest(app())).toBe(digest);
    expect(seen()).toEqual(["HEAD /v2/team/app/manifests/1", "GET /v2/team/app/manifests/1"]);
  });

  it("that are unknown are missing", async () => {
    await expect(client().resolveDigest(app("2"))).rejects.toThrow(code("IMAGE_MISSING"));
    await expect(client().manifest(app("2"))).rejects.toThrow(
      `${registry.host}/team/app:2 is not in the registry`,
    );
  });

  it("with a digest need no request", async () => {
    const reference = parseReference(`${registry.host}/team/app:9@${digest}`);
    expect(await client().resolveDigest(reference)).toBe(digest);
    expect((await client().manifest(reference)).digest).toBe(digest);
    expect(seen()).toEqual([`GET /v2/team/app/manifests/${digest}`]);
  });
});

describe("manifests", () => {
  it("that hash to something else are refused", async () => {
    const other = `sha256:${"1".repeat(64)}` as const;
    registry.manifests.set(`team/app/${other}`, registry.manifests.get("team/app/1")!);
    const reference = parseReference(`${registry.host}/team/app@${other}`);
    await expect(client().manifest(reference)).rejects.toThrow(code("BLOB_DIGEST_MISMATCH"));
    await expect(client().manifest(reference)).rejects.toThrow(`want ${other}, got ${digest}`);
  });

  it("larger than 4 MiB are refused, announced or not", async () => {
    for (const announce of [true, false]) {
      registry.intercept = (_, response) => {
        if (announce) response.setHeader("content-length", 5_000_000);
        response.end(Buffer.alloc(5_000_000));
        return true;
      };
      await expect(client().manifest(app())).rejects.toThrow("larger than 4194304 bytes");
    }
  });

  it("of schema 1 are refused by name", async () => {
    const mediaType = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    registry.manifests.set("team/app/1", { bytes: Buffer.from('{"schemaVersion":1}'), mediaType });
    await expect(client().manifest(app())).rejects.toThrow("Docker schema 1");
  });

  it("that break off are asked for again", async () => {
    let broken = 0;
    registry.intercept = (_, response) => {
      if (broken++ > 0) return false;
      response.writeHead(200, { "content-length": 1000 });
      response.write("{", () => response.destroy());
      return true;
    };
    expect((await client().manifest(app())).digest).toBe(digest);
    expect(ports.waits).toEqual([125]);
  });
});

describe("failures that pass", () => {
  it.each([500, 502, 503, 408])("%d is tried again", async (status) => {
    let left = 2;
    registry.intercept = (_, response) => left-- > 0 && (fail(response, status, "OOPS"), true);
    expect((await client().manifest(app())).digest).toBe(digest);
    expect(ports.waits).toEqual([125, 250]);
  });

  it("end as REGISTRY_UNAVAILABLE when they last, with the registry's words", async () => {
    registry.intercept = (_, response) => (fail(response, 503, "SLEEPING"), true);
    await expect(client().manifest(app())).rejects.toThrow(code("REGISTRY_UNAVAILABLE"));
    expect(registry.requests).toHaveLength(4);
    await expect(client({ maxAttempts: 1 }).manifest(app())).rejects.toThrow(
      "answered 503: SLEEPING sleeping",
    );
  });

  it("429 waits as Retry-After says", async () => {
    let left = 1;
    registry.intercept = (_, response) =>
      left-- > 0 && (fail(response, 429, "TOOMANYREQUESTS", { "retry-after": "7" }), true);
    expect((await client().manifest(app())).digest).toBe(digest);
    expect(ports.waits).toEqual([7000]);
  });

  it("429 that asks for too much is REGISTRY_THROTTLED at once", async () => {
    registry.intercept = (_, response) => (
      fail(response, 429, "TOOMANYREQUESTS", { "retry-after": "3600" }),
      true
    );
    await expect(client().manifest(app())).rejects.toMatchObject({
      code: "REGISTRY_THROTTLED",
      data: { retryAfterMs: 3_600_000 },
    });
    expect(ports.waits).toEqual([]);
  });

  it("a connection that is dropped is tried again", async () => {
    let left = 2;
    registry.intercept = (request) => left-- > 0 && !!request.socket.destroy();
    expect((await client().manifest(app())).digest).toBe(digest);
  });

  it("a server that never answers is left after the time limit", async () => {
    registry.intercept = () => true;
    const settings = { headersTimeoutMs: 50, maxAttempts: 2 };
    await expect(client(settings).manifest(app())).rejects.toThrow("no answer within the time limit");
    expect(registry.requests).toHaveLength(2);
  });

  it("a port where nothing listens is named", async () => {
    const { host } = registry;
    await registry.close();
    await expect(client().manifest(parseReference(`${host}/a`))).rejects.toMatchObject({
      code: "REGISTRY_UNAVAILABLE",
      message: `${host} cannot be reached: nothing listens there (ECONNREFUSED)`,
    });
  });

  it("an abort ends the request with its reason, without another try", async () => {
    registry.intercept = () => true;
    const stop = new AbortController();
    const asked = client().manifest(app(), stop.signal);
    setImmediate(() => stop.abort(new Error("enough")));
    await expect(asked).rejects.toThrow("enough");
    expect(ports.waits).toEqual([]);
  });
});

describe("basic login", () => {
  const guard = (login: string): void => {
    registry.intercept = ({ headers }, response) =>
      headers.authorization !== basic(login) &&
      (fail(response, 401, "UNAUTHORIZED", { "www-authenticate": 'Basic realm="r"' }), true);
  };

  it("is sent when asked for, then at once", async () => {
    guard("u:p");
    const one = client({ credentials: [{ pattern: registry.host, username: "u", password: "p" }] });
    await one.manifest(app());
    await one.manifest(app());
    expect(registry.requests.map(({ headers }) => headers["authorization"])).toEqual([
      undefined,
      basic("u:p"),
      basic("u:p"),
    ]);
  });

  it("tries each login that matches", async () => {
    guard("u:right");
    const credentials = ["stale", "right"].map((password) => ({
      pattern: registry.host,
      username: "u",
      password,
    }));
    expect((await client({ credentials }).manifest(app())).digest).toBe(digest);
  });

  it.each([
    { name: "no login", credentials: [], why: "no login matches" },
    {
      name: "a wrong login",
      credentials: [{ pattern: "127.0.0.1:*", username: "u", password: "no" }],
      why: "add one",
    },
  ])("with $name is denied, saying what to do", async ({ credentials, why }) => {
    guard("u:p");
    await expect(client({ credentials }).manifest(app())).rejects.toThrow(code("REGISTRY_DENIED"));
    await expect(client({ credentials }).manifest(app())).rejects.toThrow(why);
  });

  it("with a wrong password is denied without showing it", async () => {
    guard("u:p");
    const credentials = [{ pattern: registry.host, username: "u", password: "hunter2" }];
    const error: unknown = await client({ credentials })
      .manifest(app())
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "REGISTRY_DENIED" });
    expect(String(error)).toContain("the login that matches was refused");
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });

  it("that is not allowed gives REGISTRY_DENIED", async () => {
    registry.intercept = (_, response) => (fail(response, 403, "DENIED"), true);
    await expect(client().manifest(app())).rejects.toMatchObject({
      code: "REGISTRY_DENIED",
      data: { registry: registry.host, repository: "team/app", status: 403 },
    });
  });
});

describe("token login", () => {
  let issued: number;
  let asked: { method: string; query: URLSearchParams; authorization: string | undefined; body: string }[];
  let good: Set<string>;

  beforeEach(() => {
    issued = 0;
    asked = [];
    good = new Set();
    registry.intercept = (request, response) => {
      const url = new URL(request.url ?? "", registry.origin);
      if (url.pathname !== "/token") {
        if (good.has(request.headers.authorization ?? "")) return false;
        const challenge = `Bearer realm="${registry.origin}/token",service="r"`;
        fail(response, 401, "UNAUTHORIZED", { "www-authenticate": challenge });
        return true;
      }
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const { authorization } = request.headers;
        asked.push({ method: request.method ?? "", query: url.searchParams, authorization, body });
        if (authorization === basic("u:wrong") || body.includes("refresh_token=stale")) {
          fail(response, 401, "NO");
          return;
        }
        const token = `t${++issued}`;
        good.add(`Bearer ${token}`);
        response.end(JSON.stringify({ token, expires_in: 300 }));
      });
      return true;
    };
  });

  it("is anonymous without credentials, and kept for the scope", async () => {
    const one = client();
    await one.manifest(app());
    await one.manifest(app());
    expect(asked.map(({ query }) => query.toString())).toEqual([
      "service=r&scope=repository%3Ateam%2Fapp%3Apull",
    ]);
    expect(asked[0]?.authorization).toBeUndefined();
    expect(registry.requests).toHaveLength(4);
  });

  it("sends the password to the token service only", async () => {
    await client({ credentials: [{ pattern: registry.host, username: "u", password: "p" }] }).manifest(app());
    expect(asked[0]?.authorization).toBe(basic("u:p"));
    const toRegistry = registry.requests.filter(({ url }) => !url.startsWith("/token"));
    expect(toRegistry.map(({ headers }) => headers["authorization"])).toEqual([undefined, "Bearer t1"]);
  });

  it("uses an identity token as a refresh token", async () => {
    await client({ credentials: [{ pattern: registry.host, identityToken: "fresh" }] }).manifest(app());
    expect(asked[0]).toMatchObject({ method: "POST" });
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toMatchObject({
      grant_type: "refresh_token",
      refresh_token: "fresh",
      scope: "repository:team/app:pull",
    });
  });

  it("sends a registry token as it is", async () => {
    good.add("Bearer own");
    await client({ credentials: [{ pattern: registry.host, registryToken: "own" }] }).manifest(app());
    expect(asked).toEqual([]);
  });

  it("fetches another before the token expires", async () => {
    const one = client();
    await one.manifest(app());
    ports.nowMs += 295_000;
    good.clear();
    await one.manifest(app());
    expect(issued).toBe(2);
    expect(seen().filter((url) => url.startsWith("GET /v2"))).toHaveLength(3); // no refusal the second time
  });

  it("fetches another when the token is refused early", async () => {
    const one = client({ credentials: [{ pattern: registry.host, username: "u", password: "p" }] });
    await one.manifest(app());
    good.clear();
    await one.manifest(app());
    expect(issued).toBe(2);
  });

  it("fetches one token for many requests at a time", async () => {
    const one = client();
    await Promise.all(Array.from({ length: 20 }, () => one.manifest(app())));
    expect(issued).toBe(1);
  });

  it.each([
    { name: "a wrong password", login: { username: "u", password: "wrong" } },
    { name: "a stale identity token", login: { identityToken: "stale" } },
  ])("is denied with $name", async ({ login }) => {
    const credentials = [{ pattern: registry.host, ...login }];
    await expect(client({ credentials }).manifest(app())).rejects.toThrow(code("REGISTRY_DENIED"));
  });

  it("falls to the next login when the first is refused", async () => {
    const credentials = ["wrong", "p"].map((password) => ({
      pattern: registry.host,
      username: "u",
      password,
    }));
    expect((await client({ credentials }).manifest(app())).digest).toBe(digest);
  });

  it("refuses a token that never satisfies the registry", async () => {
    const inner = registry.intercept!;
    registry.intercept = (request, response) => {
      good.clear();
      return inner(request, response);
    };
    await expect(client().manifest(app())).rejects.toThrow(code("REGISTRY_DENIED"));
  });

  it("hands held tokens to another client", async () => {
    const one = client();
    await one.manifest(app());
    const access = one.access(app());
    if (access.kind !== "registry") throw new Error("not a registry");
    const two = new RegistryClient(access.settings, ports, structuredClone(access.tokens));
    clients.push(two);
    await two.manifest(app());
    expect(issued).toBe(1);
  });
});

describe("token services", () => {
  it.each(["http://auth.example/token", "not a url", "ftp://x/"])(
    "at %s are refused by a registry over TLS",
    async (realm) => {
      const { fetchToken } = await import("./registry/tokens.ts");
      const { registryTransport } = await import("./registry/http.ts");
      const endpoint = {
        origin: "https://r.example",
        registry: "r.example",
        repository: "a",
        settings: {},
        spare: false,
      };
      const context = { transport: registryTransport({}), settings: {}, ports };
      await expect(
        fetchToken({ endpoint, realm, service: "", scope: "s", credential: undefined }, context),
      ).rejects.toThrow("names a token service that cannot be used");
    },
  );
});

describe("redirects", () => {
  it("to another host go without the login", async () => {
    const other = await startFakeRegistry();
    other.manifests.set("team/app/1", registry.manifests.get("team/app/1")!);
    registry.intercept = ({ headers, url }, response) => {
      if (headers.authorization === undefined) fail(response, 401, "NO", { "www-authenticate": "Basic" });
      else response.writeHead(307, { location: `${other.origin}${url}` }).end();
      return true;
    };
    try {
      const credentials = [{ pattern: registry.host, username: "u", password: "p" }];
      expect((await client({ credentials }).manifest(app())).digest).toBe(digest);
      expect(other.requests.map(({ headers }) => headers["authorization"])).toEqual([undefined]);
    } finally {
      await other.close();
    }
  });

  it("on the same host keep it", async () => {
    registry.intercept = ({ headers, url }, response) => {
      if (headers.authorization === undefined) fail(response, 401, "NO", { "www-authenticate": "Basic" });
      else if (url?.endsWith("/1") === true)
        response.writeHead(302, { location: `/v2/team/app/manifests/${digest}` }).end();
      else return false;
      return true;
    };
    const credentials = [{ pattern: registry.host, username: "u", password: "p" }];
    expect((await client({ credentials }).manifest(app())).digest).toBe(digest);
  });

  it.each([
    { name: "without end", location: "?", why: "redirected more than 5 times" },
    { name: "to another scheme", location: "file:///etc/passwd", why: "no usable URL" },
  ])("$name are refused", async ({ location, why }) => {
    registry.intercept = (_, response) => !!response.writeHead(307, { location }).end();
    await expect(client().manifest(app())).rejects.toThrow(why);
  });
});

describe("mirrors", () => {
  it("come first, and the registry itself answers what they lack", async () => {
    const mirror = await startFakeRegistry();
    mirror.manifests.set("hub/team/app/1", registry.manifests.get("team/app/1")!);
    try {
      const hosts = { [registry.host]: { mirrors: [`${mirror.origin}/hub`] } };
      await client({ hosts }).manifest(app());
      expect(registry.requests).toEqual([]);
      mirror.manifests.clear();
      await client({ hosts }).manifest(app());
      expect(seen()).toEqual(["GET /v2/team/app/manifests/1"]);
      const only = { [registry.host]: { mirrors: [`${mirror.origin}/hub`], fallbackToOrigin: false } };
      await expect(client({ hosts: only }).manifest(app())).rejects.toThrow(code("IMAGE_MISSING"));
      expect(registry.requests).toHaveLength(1);
    } finally {
      await mirror.close();
    }
  });

  it("that are down are passed over", async () => {
    const mirror = await startFakeRegistry();
    await mirror.close();
    const one = client({ hosts: { [registry.host]: { mirrors: [mirror.origin] } } });
    expect((await one.manifest(app())).digest).toBe(digest);
    expect((await one.manifest(app())).digest).toBe(digest);
    expect(ports.waits).toEqual([]);
  });
});

it("keeps to the budget of requests at a time", async () => {
  let open = 0;
  let most = 0;
  const bytes = registry.manifests.get("team/app/1")!.bytes;
  registry.intercept = (_, response) => {
    most = Math.max(most, ++open);
    setImmediate(() => {
      open--;
      response.end(bytes);
    });
    return true;
  };
  const one = client({ hosts: { [registry.host]: { maxConcurrent: 3 } } });
  await Promise.all(Array.from({ length: 30 }, () => one.manifest(app())));
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(3);
});

it("goes through a proxy", async () => {
  const through: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    through.push(incoming.url ?? "");
    const { pathname } = new URL(incoming.url ?? "");
    const [host, port] = registry.host.split(":");
    httpRequest({ host, port, path: pathname }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    }).end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    const httpProxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const one = client({ proxy: { httpProxy }, hosts: { "r.invalid": { plainHttp: true } } });
    expect((await one.manifest(parseReference("r.invalid/team/app:1"))).digest).toBe(digest);
    expect(through).toEqual(["http://r.invalid/v2/team/app/manifests/1"]);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});
