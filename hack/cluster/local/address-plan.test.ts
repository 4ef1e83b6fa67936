// SPDX-License-Identifier: Apache-2.0
/** Numbers, addresses and names of local nodes. */
import { describe, expect, it } from "vitest";
import { addressPlan, checkName, freeNumbers, LARGEST_NUMBER, parseCidr } from "./address-plan.ts";

describe("addressPlan", () => {
  it("derives every address from the number", () => {
    expect(addressPlan(7)).toEqual({
      number: 7,
      hostIp: "10.99.7.1",
      nodeIp: "10.99.7.2",
      linkCidr: "10.99.7.0/30",
      podCidr: "10.244.7.0/24",
      serviceCidr: "10.96.7.0/24",
      apiServiceIp: "10.96.7.1",
      dnsIp: "10.96.7.10",
      cgroup: "stellaops-7",
      hostLink: "stellaops7",
    });
  });

  it("keeps link names within the kernel's 15 characters", () => {
    expect(addressPlan(LARGEST_NUMBER).hostLink.length).toBeLessThanOrEqual(15);
  });
});

describe("freeNumbers", () => {
  it.each([
    { name: "all of them on an idle machine", routes: [], first: [1, 2, 3] },
    { name: "not one whose link is up", routes: ["10.99.1.0/30"], first: [2, 3, 4] },
    { name: "not one whose Services somebody has", routes: ["10.96.2.0/24"], first: [1, 3, 4] },
    { name: "not one inside a larger Pod network", routes: ["10.244.0.0/22"], first: [4, 5, 6] },
    { name: "not one that holds an address", routes: ["10.244.1.9"], first: [2, 3, 4] },
    { name: "without looking at default routes", routes: ["default", "0.0.0.0"], first: [1, 2, 3] },
  ])("gives $name", ({ routes, first }) => {
    expect(freeNumbers(routes).slice(0, 3)).toEqual(first);
  });

  it("gives none when a private network covers all", () => {
    expect(freeNumbers(["10.0.0.0/8"])).toEqual([]);
  });
});

describe("parseCidr", () => {
  it.each([
    { text: "10.0.0.5/8", range: { first: 0x0a000000, last: 0x0affffff } },
    { text: "192.168.1.1", range: { first: 0xc0a80101, last: 0xc0a80101 } },
    { text: "255.255.255.255/32", range: { first: 0xffffffff, last: 0xffffffff } },
    { text: "default", range: undefined },
    { text: "256.0.0.1", range: undefined },
    { text: "10.0.0.0/33", range: undefined },
    { text: "fe80::1/64", range: undefined },
  ])("reads $text", ({ text, range }) => {
    expect(parseCidr(text)).toEqual(range);
  });
});

describe("checkName", () => {
  it.each(["stellaops", "a", "e2e-1", "a".repeat(40)])("takes %s", (name) => {
    expect(checkName(name)).toBe(name);
  });

  it.each(["", "-a", "a-", "A", "a/b", "..", "a".repeat(41), "a b"])("refuses %j", (name) => {
    expect(() => checkName(name)).toThrow(expect.objectContaining({ code: "CLUSTER_NAME_INVALID" }));
  });
});
