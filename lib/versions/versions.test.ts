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
  // 17.0.3-1, 2.4.46-10.el8, 0.0.0-2025... and 1.23.0-0 are from Bitnami's own advisories.
  {
    ecosystem: "bitnami",
    oldest: [
      "0.0.0-20251119140106-9dbdfc3f1be0",
      "2.4.46-10.el8",
      "2.4.46-rc1",
      "2.4.46",
      "2.4.46-1",
      "2.4.46-2",
      "2.4.46-10",
      "2.4.46-10.1",
      "2.4.47-rc1",
      "2.4.47-0",
      "17.0.3-1",
    ],
  },
  // The precedence of Elixir's Version, of which 1.0.0-dev is the first.
  {
    ecosystem: "hex",
    oldest: ["1.0.0-dev", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0-beta.2", "2.0.0"],
  },
  {
    ecosystem: "pub",
    oldest: [
      "1.0.0-dev.29",
      "1.0.0-dev.29+1",
      "1.0.0",
      "1.0.0+1",
      "1.0.0+2",
      "1.0.0+10",
      "1.0.0+a",
      "1.0.1-dev",
    ],
  },
  {
    ecosystem: "swift",
    oldest: ["1.13.0-alpha.1", "1.13.0", "1.13.2", "2.0.0-beta", "2.0.0", "2.39.1", "2.42.0"],
  },
  { ecosystem: "cran", oldest: ["0.9-9", "1.0", "1.0-1", "1.0.2", "1.0-10", "1.1"] },
  { ecosystem: "hackage", oldest: ["0.9", "1.0", "1.0.0", "1.0.0.1", "1.0.2", "1.0.10"] },
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
  { ecosystem: "bitnami", same: ["1.23.0", "1.23.0-0", "1.23.0-00", "v1.23", "1.23.0+metadata"] },
  { ecosystem: "hex", same: ["1.0.0", "1.0.0+build.1"] },
  { ecosystem: "cran", same: ["1.0-1", "1.0.1", "1-0-01"] },
  { ecosystem: "hackage", same: ["1.2", "01.2"] },
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
  ["bitnami", "nightly.2026-03-10.0"],
  ["bitnami", "1.0.0-"],
  ["hex", "latest"],
  ["pub", "any"],
  ["cran", "1.0.a"],
  ["cran", "1.0-"],
  ["hackage", "1.0-1"],
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

it.each([
  ["1.2.3-5", "1.2.3", true],
  ["1.2.3", "1.2.3", true],
  ["1.2.4-5", "1.2.3", false],
  ["1.2.3-5", "1.2.3-4", false],
  ["1.2.3-rc1", "1.2.3", false],
])("Bitnami's %s is of %s: %s", (version, named, want) => {
  const order = versionOrder("bitnami")!;
  expect(order.isOf?.(order.parse(version), order.parse(named))).toBe(want);
});

it("knows no order for a stranger", () => {
  expect(versionOrder("cobol")).toBeUndefined();
  expect(() => compareVersions("cobol", "1", "1")).toThrow(
    expect.objectContaining({ code: "VERSION_ORDER_UNKNOWN" }),
  );
});
