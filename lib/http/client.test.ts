// SPDX-License-Identifier: Apache-2.0
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codeOf, messageOf } from "../errors.ts";
import { createAuthority, issueServing } from "../pki/authority.ts";
import { HttpClient } from "./client.ts";
import type { ClientSettings } from "./client.ts";
import { fakePorts } from "./testing/fake-ports.ts";
import type { FakePorts } from "./testing/fake-ports.ts";
import { startFileServer, startTunnelProxy } from "./testing/file-server.ts";
import type { FileServer } from "./testing/file-server.ts";
import { discard } from "./transport.ts";

let server: FileServer;
let secure: FileServer;
let ca: string;
let ports: FakePorts;

beforeAll(async () => {
  const validity = { notBefore: Date.parse("2020-01-01"), notAfter: Date.parse("2100-01-01") };
  const authority = await createAuthority("Test CA", validity);
  const pair = await issueServing(authority, ["localhost", "feeds.example"], validity);
  ca = authority.certificate;
  secure = await startFileServer({ tls: { cert: pair.certificate, key: pair.key } });
  secure.put("/a", "secure");
});
afterAll(() => secure.close());
beforeEach(async () => {
  server = await startFileServer();
  server.put("/a", "plain");
  ports = fakePorts();
});
afterEach(async () => {
  secure.requests.length = 0;
  secure.intercept = undefined;
  await server.close();
});

const withClient = async <T>(
  settings: ClientSettings,
  use: (client: HttpClient) => Promise<T>,
): Promise<T> => {
  const client = new HttpClient(settings, ports);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
};
/** Status and body, or code and message without the port. */
const get = (url: string, settings: ClientSettings = {}): Promise<string> =>
  withClient(settings, (client) =>
    client.get(new URL(url)).then(
      async ({ status, body }) => `${status} ${await body.text()}`,
      (error: unknown) => `${codeOf(error)} ${messageOf(error).replace(/:[0-9]{4,5}/g, "")}`,
    ),
  );

describe("answers", () => {
  it.each([
    { status: 200, headers: {}, tries: 1, want: "200 x" },
    { status: 404, headers: {}, tries: 1, want: "HTTP_MISSING http://127.0.0.1/a is not there (404)" },
    { status: 410, headers: {}, tries: 1, want: "HTTP_MISSING http://127.0.0.1/a is not there (410)" },
    {
      status: 401,
      headers: {},
      tries: 1,
      want: "HTTP_DENIED http://127.0.0.1/a: it is denied (401); check the login",
    },
    {
      status: 403,
      headers: {},
      tries: 1,
      want: "HTTP_DENIED http://127.0.0.1/a: it is denied (403); check the login",
    },
    {
      status: 403,
      headers: { "retry-after": "90" },
      tries: 1,
      want: "HTTP_THROTTLED http://127.0.0.1/a limits the rate of requests; it asks to wait 90 s",
    },
    {
      status: 429,
      headers: {},
      tries: 4,
      want: "HTTP_THROTTLED http://127.0.0.1/a limits the rate of requests",
    },
    { status: 500, headers: {}, tries: 4, want: "HTTP_UNAVAILABLE http://127.0.0.1/a answered 500" },
    {
      status: 503,
      headers: { "retry-after": "3600" },
      tries: 1,
      want: "HTTP_UNAVAILABLE http://127.0.0.1/a answered 503",
    },
    { status: 418, headers: {}, tries: 1, want: "HTTP_UNAVAILABLE http://127.0.0.1/a answered 418" },
    { status: 204, headers: {}, tries: 1, want: "HTTP_UNAVAILABLE http://127.0.0.1/a answered 204" },
  ])("$status with $headers", async ({ status, headers, tries, want }) => {
    server.intercept = (_, response) => !!response.writeHead(status, headers).end(status === 204 ? "" : "x");
    expect(await get(`${server.origin}/a`)).toBe(want);
    expect(server.requests).toHaveLength(tries);
  });

  it("are waited for as long as the server asks", async () => {
    server.intercept = (_, response) => {
      server.intercept = undefined;
      return !!response.writeHead(429, { "retry-after": "7" }).end();
    };
    expect(await get(`${server.origin}/a`)).toBe("200 plain");
    expect(ports.waits).toEqual([7000]);
  });

  it("that never come are given up on", async () => {
    server.intercept = () => true;
    const settings = { headersTimeoutMs: 50, maxAttempts: 2 };
    expect(await get(`${server.origin}/a`, settings)).toBe(
      "HTTP_UNAVAILABLE http://127.0.0.1/a: no answer within the time limit",
    );
    expect(server.requests).toHaveLength(2);
  });

  it("of nobody", async () => {
    const gone = await startFileServer();
    await gone.close();
    expect(await get(`${gone.origin}/a?token=secret`)).toBe(
      "HTTP_UNAVAILABLE http://127.0.0.1/a: nothing listens there (ECONNREFUSED)",
    );
  });
});

it("spreads requests evenly, whoever asks", async () => {
  await withClient({ requestsPerSecond: 4 }, async (client) => {
    const url = new URL("/a", server.origin);
    await Promise.all([1, 2, 3].map(async () => discard(await client.get(url))));
    expect(ports.waits).toEqual([250, 500]);
    ports.nowMs += 10_000;
    await discard(await client.get(url));
    expect(ports.waits).toHaveLength(2);
  });
});

describe("redirects", () => {
  const redirect = (location: string): void => {
    server.intercept = ({ url }, response) =>
      url === "/from" && !!response.writeHead(302, { location }).end();
  };

  it("are followed, without the login where they lead elsewhere", async () => {
    const other = await startFileServer();
    other.put("/a", "other");
    redirect(`${other.origin}/a`);
    const login = { header: "Bearer t", origins: [server.origin] };
    expect(await get(`${server.origin}/from`, { login })).toBe("200 other");
    expect(server.requests[0]?.headers["authorization"]).toBe("Bearer t");
    expect(other.requests[0]?.headers["authorization"]).toBeUndefined();
    await other.close();
  });

  it("in a circle end", async () => {
    redirect("/from");
    expect(await get(`${server.origin}/from`)).toBe(
      "HTTP_UNAVAILABLE http://127.0.0.1/from redirected more than 5 times",
    );
    expect(server.requests).toHaveLength(6);
  });

  it("to what is no web address are refused", async () => {
    redirect("file:///etc/passwd");
    expect(await get(`${server.origin}/from`)).toContain("redirected to no usable URL");
  });

  it("from TLS to plain HTTP are refused", async () => {
    secure.intercept = (_, response) => !!response.writeHead(301, { location: `${server.origin}/a` }).end();
    expect(await get(`${secure.origin}/a`, { ca: [ca] })).toBe(
      "HTTP_UNAVAILABLE https://localhost/a redirected to plain HTTP at 127.0.0.1, which is refused",
    );
    expect(server.requests).toEqual([]);
  });
});

describe("TLS", () => {
  it("trusts the CA that is given", async () => {
    expect(await get(`${secure.origin}/a`, { ca: [ca] })).toBe("200 secure");
  });

  it("says what to do about one that is not", async () => {
    expect(await get(`${secure.origin}/a`)).toMatch(
      /^HTTP_UNAVAILABLE https:\/\/localhost\/a: its certificate is not trusted \(\w+\); give the CA that it chains to$/,
    );
    expect(await get(`https://127.0.0.1:${server.port}/a`)).toContain("it does not speak TLS");
  });
});

describe("a proxy", () => {
  it("is asked for a tunnel", async () => {
    const proxy = await startTunnelProxy(secure.port);
    const settings = { ca: [ca], proxy: { httpsProxy: proxy.origin } };
    expect(await get("https://feeds.example/a", settings)).toBe("200 secure");
    expect(proxy.asked).toEqual(["feeds.example:443"]);
    await proxy.close();
  });

  it("may ask for a password, which stands in its URL", async () => {
    const proxy = await startTunnelProxy(secure.port, "pw");
    const through = (httpsProxy: string): Promise<string> =>
      get("https://feeds.example/a", { ca: [ca], proxy: { httpsProxy } });
    expect(await through(proxy.origin.replace("://", "://user:pw@"))).toBe("200 secure");
    expect(await through(proxy.origin)).toBe(
      "HTTP_UNAVAILABLE https://feeds.example/a: its proxy opens no tunnel (407: it asks for a login)",
    );
    await proxy.close();
  });
});
