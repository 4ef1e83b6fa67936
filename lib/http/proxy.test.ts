// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { proxiesOf, proxyFor } from "./proxy.ts";

describe("proxyFor", () => {
  const proxy = { httpsProxy: "https://p.example:3128", httpProxy: "p.example:80" };
  it.each([
    ["https://r.example/", "", "https://p.example:3128"],
    ["http://r.example/", "", "http://p.example:80"],
    ["http://127.0.0.1:5000/", "", undefined],
    ["https://r.example/", "*", undefined],
    ["https://r.example/", "other, .example", undefined],
    ["https://r.example/", "example", undefined],
    ["https://r.example/", "xample", "https://p.example:3128"],
    ["https://r.example:8443/", "r.example:443", "https://p.example:3128"],
    ["https://r.example/", "r.example:443", undefined],
    ["https://10.1.2.3/", "10.0.0.0/8", undefined],
    ["https://11.1.2.3/", "10.0.0.0/8", "https://p.example:3128"],
    ["https://[fd00::1]/", "fd00::/8", undefined],
    ["https://r.example/", "10.0.0.0/99", "https://p.example:3128"],
  ])("%s with no_proxy %j goes through %s", (url, noProxy, want) => {
    expect(proxyFor(new URL(url), { ...proxy, noProxy })).toBe(want);
  });
});

it("takes proxies from an environment, in capitals first", () => {
  expect(proxiesOf({ HTTPS_PROXY: "a", https_proxy: "b", no_proxy: "c", PATH: "d" })).toEqual({
    httpsProxy: "a",
    noProxy: "c",
  });
});
