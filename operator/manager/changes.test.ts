// SPDX-License-Identifier: Apache-2.0
/** Changes that concern readers of a spec. */
import { expect, it } from "vitest";
import { isSpecChanged } from "./changes.ts";

const at = (generation: number) => ({ metadata: { name: "a", generation } });

it.each([
  { name: "a new object", object: at(1), old: undefined, type: "added", want: true },
  { name: "a status write", object: at(1), old: at(1), type: "updated", want: false },
  { name: "a new spec", object: at(2), old: at(1), type: "updated", want: true },
  { name: "a deletion", object: at(1), old: at(1), type: "deleted", want: true },
] as const)("$name: $want", ({ object, old, type, want }) => {
  expect(isSpecChanged(object, old, type)).toBe(want);
});
