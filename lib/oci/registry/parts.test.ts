// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { Budget } from "./budget.ts";
import { chooseChallenge, parseChallenges } from "./challenge.ts";
import { endpointsOf } from "./endpoints.ts";
import { registryMessage } from "./failures.ts";

describe("challenges", () => {
  it.each([
    ['Basic realm="a"', [{ scheme: "basic", parameters: { realm: "a" } }]],
    [
      'Bearer realm="https://auth.example/token",service="r.example",scope="repository:a:pull,push"',
      [
        {
          scheme: "bearer",
          parameters: {
            realm: "https://auth.example/token",
            service: "r.example",
            scope: "repository:a:pull,push",
          },
        },
      ],
    ],
    [
      'Basic realm="x, \\"y\\"", Bearer realm=z , service=q',
      [
        { scheme: "basic", parameters: { realm: 'x, "y"' } },
        { scheme: "bearer", parameters: { realm: "z", service: "q" } },
      ],
    ],
    ["", []],
    ['="', []],
  ])("reads %s", (header, want) => {
    expect(parseChallenges(header)).toEqual(want);
  });

  it("prefers a token to a password", () => {
    expect(chooseChallenge('Basic realm="a", Bearer realm="b"')?.scheme).toBe("bearer");
    expect(chooseChallenge("Bearer, Basic")?.scheme).toBe("basic");
    expect(chooseChallenge("Negotiate")).toBeUndefined();
  });
});

describe("endpointsOf", () => {
  const hub = { registry: "docker.io", repository: "library/a" };
  it.each([
    { name: "Docker Hub", of: hub, hosts: {}, want: ["https://registry-1.docker.io library/a"] },
    {
      name: "loopback",
      of: { registry: "localhost:5000", repository: "a" },
      hosts: {},
      want: ["http://localhost:5000 a"],
    },
    {
      name: "loopback told to use TLS",
      of: { registry: "127.0.0.1", repository: "a" },
      hosts: { "127.0.0.1": { plainHttp: false } },
      want: ["https://127.0.0.1 a"],
    },
    {
      name: "loopback with a CA",
      of: { registry: "[::1]:5", repository: "a" },
      hosts: { "[::1]:5": { ca: ["pem"] } },
      want: ["https://[::1]:5 a"],
    },
    {
      name: "another host",
      of: { registry: "r.example", repository: "a" },
      hosts: {},
      want: ["https://r.example a"],
    },
    {
      name: "another host allowed plain HTTP",
      of: { registry: "r.example", repository: "a" },
      hosts: { "r.example": { plainHttp: true } },
      want: ["http://r.example a"],
    },
    {
      name: "mirrors first",
      of: hub,
      hosts: { "docker.io": { mirrors: ["https://m.example/hub/", "http://localhost:1"] } },
      want: [
        "https://m.example hub/library/a",
        "http://localhost:1 library/a",
        "https://registry-1.docker.io library/a",
      ],
    },
    {
      name: "mirrors only",
      of: hub,
      hosts: { "docker.io": { mirrors: ["https://m.example"], fallbackToOrigin: false } },
      want: ["https://m.example library/a"],
    },
  ])("$name", ({ of, hosts, want }) => {
    expect(endpointsOf(of, { hosts }).map((one) => `${one.origin} ${one.repository}`)).toEqual(want);
  });

  it.each(["m.example", "ftp://m.example", "https://user@m.example", "https://m.example/UPPER"])(
    "refuses the mirror %s",
    (mirror) => {
      expect(() => endpointsOf(hub, { hosts: { "docker.io": { mirrors: [mirror] } } })).toThrow(
        expect.objectContaining({ code: "REFERENCE_INVALID" }) as Error,
      );
    },
  );
});

describe("Budget", () => {
  it("admits in order, and forgets those that gave up", async () => {
    const budget = new Budget(1);
    const order: string[] = [];
    const first = await budget.acquire();
    const stop = new AbortController();
    const second = budget.acquire(stop.signal);
    const third = budget.acquire().then((release) => (order.push("third"), release));
    stop.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    first();
    first();
    (await third)();
    (await budget.acquire())();
    expect(order).toEqual(["third"]);
  });
});

it("cleans what a registry says", () => {
  expect(registryMessage('{"errors":[{"code":"DENIED","message":"no\\u001b[31m way"}]}')).toBe(
    "DENIED no [31m way",
  );
  expect(registryMessage("<html>")).toBe("");
  expect(registryMessage("x".repeat(1000))).toHaveLength(300);
});
