// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { textLines } from "./text-lines.ts";

it.each([
  ["", []],
  ["a", ["a"]],
  ["a\nbü\n", ["a", "bü"]],
  ["\n\na", ["", "", "a"]],
])("%j", (text, want) => {
  expect([...textLines(Buffer.from(text))]).toEqual(want);
});
