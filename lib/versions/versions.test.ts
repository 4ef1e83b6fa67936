// SPDX-License-Identifier: Apache-2.0
/** A few rows per ecosystem that show the character of its order. */
import { expect, it } from "vitest";
import { compareVersions, versionOrder } from "./index.ts";

it.each([
  {
    ecosystem: "deb",
    oldest: ["1.0~rc1-1", "1.0-1", "1.0-1+deb12u1", "1.0-1.1", "1.0a-1", "1.0+b-1", "1:0.1"],
  },
  {
    ecosystem: "apk",
    oldest: ["1.2_alpha", "1.2_rc1", "1.2", "1.2-r1", "1.2_git1", "1.2_p1", "1.2b", "1.2.1"],
  },
  {
    ecosystem: "npm",
    oldest: ["1.0.0-0", "1.0.0-alpha.9", "1.0.0-alpha.10", "v1.0.0", "1.0.1-rc.1", "1.0.1", "1.10.0"],
  },
  {
    ecosystem: "golang",
    oldest: [
      "v0.0.0-20190101000000-aaaaaaaaaaaa",
      "v0.1.0",
      "v1.0.0-rc10",
      "v1.0.0-rc9",
      "go1.21rc2",
      "go1.21rc10",
      "1.21",
      "v2.0.0+incompatible",
    ],
  },
  {
    ecosystem: "pypi",
    oldest: ["1.0-legacy", "1.0.dev1", "1.0a1", "1.0rc1", "1.0", "1.0+local", "1.0.post1", "1!0.1"],
  },
])("orders $ecosystem versions", ({ ecosystem, oldest }) => {
  for (let i = 1; i < oldest.length; i += 1) {
    expect([oldest[i - 1], Math.sign(compareVersions(ecosystem, oldest[i - 1]!, oldest[i]!))]).toEqual([
      oldest[i - 1],
      -1,
    ]);
  }
});

it.each([
  { ecosystem: "deb", same: ["1.0", "0:1.0-0", "1.00"] },
  { ecosystem: "apk", same: ["1.0-r1", "01.0-r01"] },
  { ecosystem: "npm", same: ["1", "1.0", "v1.0.0", "=1.0.0", "1.0.0+build", "1.0.0.4"] },
  { ecosystem: "golang", same: ["go1.21", "v1.21.0", "1.21.0+incompatible", "go1.21.0 X:nodwarf5"] },
  { ecosystem: "golang", same: ["go1.21rc2", "1.21rc2", "1.21.0-rc.2", "go1.21rc2-custom"] },
  { ecosystem: "pypi", same: ["1.0", "v1", "1.0.0", " 1.0 "] },
])("reads $ecosystem texts as one version: $same", ({ ecosystem, same }) => {
  for (const text of same) expect(compareVersions(ecosystem, same[0]!, text)).toBe(0);
});

it.each([
  ["deb", ""],
  ["deb", "1:"],
  ["deb", "a:1"],
  ["deb", "1.0-"],
  ["deb", "1.0 beta"],
  ["apk", "1.0A"],
  ["apk", "1..0"],
  ["apk", "1.0_zeta1"],
  ["apk", "1.0-r"],
  ["apk", "1.0-r1x"],
  ["npm", "latest"],
  ["npm", "1.0.0-"],
  ["npm", "1.0.0-a..b"],
  ["npm", "git+https://x/y"],
  ["golang", "(devel)"],
  ["golang", "devel +abc"],
  ["pypi", "1.0 and more"],
  ["pypi", "1".repeat(300)],
])("%s: %j is no version", (ecosystem, text) => {
  expect(() => compareVersions(ecosystem, text, "1")).toThrow(
    expect.objectContaining({ code: "VERSION_INVALID" }),
  );
});

it.each([
  ["3.13.0rc1", "3.13.0"],
  ["8.3.9", "8.3.10"],
  ["18.20.1", "18.20.2"],
  ["3.4.0-preview1", "3.4.0"],
])("runtimes: %s is before %s", (a, b) => {
  expect(compareVersions("generic", a, b)).toBeLessThan(0);
});

it("knows no order for a stranger", () => {
  expect(versionOrder("cobol")).toBeUndefined();
  expect(() => compareVersions("cobol", "1", "1")).toThrow(
    expect.objectContaining({ code: "VERSION_ORDER_UNKNOWN" }),
  );
});
