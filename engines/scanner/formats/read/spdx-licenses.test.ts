// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { declaredLicenses } from "./spdx-licenses.ts";

const texts = new Map([["LicenseRef-x", "Carnegie, see the text"]]);

it.each([
  { expression: "", want: [] },
  { expression: "NOASSERTION", want: [] },
  { expression: "NONE", want: [] },
  { expression: "MIT", want: ["MIT"] },
  { expression: "(MIT OR ISC)", want: ["MIT OR ISC"] },
  { expression: "(MIT) OR (ISC)", want: ["(MIT) OR (ISC)"] },
  {
    expression: "(MIT OR ISC) AND LicenseRef-x AND Zlib",
    want: ["MIT OR ISC", "Carnegie, see the text", "Zlib"],
  },
  { expression: "(MIT AND ISC) OR Zlib", want: ["(MIT AND ISC) OR Zlib"] },
  { expression: "MIT OR ISC AND Zlib", want: ["MIT OR ISC AND Zlib"] },
  { expression: ")( AND ", want: [")( AND"] },
  { expression: "MIT AND ISC", isChoice: true, want: ["MIT AND ISC"] },
])("$expression", ({ expression, isChoice = false, want }) => {
  expect(declaredLicenses(expression, texts, { isChoice })).toEqual(want);
});
