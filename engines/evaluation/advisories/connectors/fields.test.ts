// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { aliasesOf, present, referencesOf, summaryOf, timeOf } from "./fields.ts";

describe("times", () => {
  it.each([
    ["2024-05-01", "2024-05-01T00:00:00Z"],
    ["2018-08-01 15:57:00", "2018-08-01T15:57:00Z"],
    ["2018-08-01 15:57", "2018-08-01T15:57:00Z"],
    ["2024-08-01T20:12:06.667Z", "2024-08-01T20:12:06.667Z"],
    ["2024-08-01T20:12:06", "2024-08-01T20:12:06Z"],
    ["2024-08-01T20:12:06+02:00", "2024-08-01T20:12:06+02:00"],
    ["0001-01-01T00:00:00Z", undefined],
    ["01 Aug 2024", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%s is %s", (text, want) => {
    expect(timeOf(text)).toBe(want);
  });
});

it("a summary is one line of at most 300 characters", () => {
  expect(summaryOf("  a\n  b\t c ")).toBe("a b c");
  expect(summaryOf("x".repeat(5000))).toHaveLength(300);
  expect(summaryOf(undefined)).toBeUndefined();
});

it("references are web addresses, each once, ten at most", () => {
  const many = Array.from({ length: 20 }, (_, i) => `https://a.example/${i}`);
  expect(referencesOf(["ftp://x", "https://b.example", "https://b.example", 7, "see http://c"])).toEqual([
    "https://b.example",
  ]);
  expect(referencesOf(many)).toHaveLength(10);
});

it("aliases are sorted, each once, without the id", () => {
  expect(aliasesOf("B", ["C", "B", "A", "C"])).toEqual(["A", "C"]);
});

it("a blank field is none", () => {
  expect([present("a", ""), present("a", null), present("a", "b")]).toEqual([{}, {}, { a: "b" }]);
});
