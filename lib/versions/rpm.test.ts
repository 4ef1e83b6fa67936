// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { itIsAnOrder } from "./testing/order-laws.ts";
import { rpmOrder } from "./rpm.ts";

const compare = (a: string, b: string): number =>
  Math.sign(rpmOrder.compare(rpmOrder.parse(a), rpmOrder.parse(b)));

/** Third: what `rpm.vercmp` of rpm 4.18.0 answers. */
const rows: readonly [string, string, number][] = [
  ["1.0-1", "1.0-1", 0],
  ["1.0-1", "1.0-2", -1],
  ["1.0-9", "1.0-10", -1],
  ["1.0-1.el9", "1.0-1.el9_2", -1],
  ["1.0-1.el9_2.1", "1.0-1.el9_10", -1],
  ["1.0-1.el8", "1.0-1.el9", -1],
  ["1.0-1.fc9", "1.0-1.fc38", -1],
  ["1.0", "1.0-1", -1],
  ["1.0-1", "1:0.1-1", -1],
  ["0:1.0-1", "1.0-1", 0],
  [":1.0-1", "1.0-1", 0],
  ["2:1.0-1", "10:0.1-1", -1],
  ["1.0~rc1-1", "1.0-1", -1],
  ["1.0~rc1-1", "1.0~rc2-1", -1],
  ["1.0~~-1", "1.0~-1", -1],
  ["1.0^20240101-1", "1.0-1", 1],
  ["1.0^20240101-1", "1.0.1-1", -1],
  ["1.0^20240101-1", "1.0a-1", -1],
  ["1.0^a-1", "1.0^b-1", -1],
  ["1.0~rc1^git1-1", "1.0~rc1-1", 1],
  ["1.0^git1~pre-1", "1.0^git1-1", -1],
  ["1.0a-1", "1.0-1", 1],
  ["1.0a-1", "1.0.1-1", -1],
  ["1.a-1", "1.1-1", -1],
  ["a-1", "1-1", -1],
  ["A-1", "a-1", -1],
  ["1.0.0-1", "1.0-1", 1],
  ["1.00-1", "1.0-1", 0],
  ["1.0_1-1", "1.0.1-1", 0],
  ["1..0-1", "1.0-1", 0],
  ["1.0.-1", "1.0-1", 0],
  ["1.0+b1-1", "1.0.b1-1", 0],
  ["20240101git-0.1.rc1", "20240101-1", 1],
  ["10.0001-1", "10.1-1", 0],
  ["5.5p1-1", "5.5p10-1", -1],
  ["xyz10-1", "xyz10.1-1", -1],
  ["2_0-1", "2.0-1", 0],
  ["1.2.3-4-5", "1.2.3-4-6", -1],
  ["99999999999999999999-1", "100000000000000000000-1", -1],
];

it.each(rows)("orders %s and %s as rpm does: %i", (a, b, want) => {
  expect(compare(a, b)).toBe(want);
  expect(compare(b, a)).toBe(0 - want);
});

it.each(["", " ", "1:", "-1", "1:-1", "1.0 2", "1.0-é", "1.0\t1", "1".repeat(300)])("refuses %j", (text) => {
  expect(() => rpmOrder.parse(text)).toThrow(expect.objectContaining({ code: "VERSION_INVALID" }));
});

describe("rpm", () => {
  const part = fc
    .array(fc.constantFrom("0", "1", "01", "10", "a", "b", ".", "_", "~", "^", "+"), {
      minLength: 1,
      maxLength: 6,
    })
    .map((pieces) => pieces.join(""));
  const version = fc
    .tuple(fc.constantFrom("", "0:", "1:"), part, fc.option(part, { nil: undefined }))
    .map(([epoch, text, release]) => epoch + text + (release === undefined ? "" : `-${release}`));

  itIsAnOrder(rpmOrder, version);
});
