// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { versConstraints, versionErrors, versionOrder } from "./index.ts";

const order = versionOrder("npm")!;
const read = (range: string): string | undefined =>
  versConstraints(range, order)
    ?.map(({ comparator, text }) => `${comparator}${text}`)
    .join(" ");

it.each([
  ["vers:npm/1.0.0", "=1.0.0"],
  ["vers:npm/>=2.0.0|<1.0.0", "<1.0.0 >=2.0.0"],
  ["vers:npm/ >= 1.0.0 | != 1.5.0 ", ">=1.0.0 !=1.5.0"],
  ["vers:npm/>1.0.0%2Bbuild", ">1.0.0+build"],
  ["vers:npm/*", ""],
  ["vers:/1.0.0", undefined],
  ["vers:npm/", undefined],
  [">=1.0.0", undefined],
  [`vers:npm/${"1.0.0|".repeat(1000)}1.0.0`, undefined],
])("%.60s", (range, want) => {
  expect(read(range)).toBe(want);
});

it.each(["vers:npm/soon", "vers:npm/1.0.0|", "vers:npm/>=", "vers:npm/%zz"])("%s has no version", (range) => {
  const thrown = (() => {
    try {
      return read(range);
    } catch (error) {
      return error;
    }
  })();
  expect(versionErrors.is(thrown, "VERSION_INVALID")).toBe(true);
});
