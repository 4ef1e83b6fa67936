// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { topRefs } from "./dependency-graph.ts";
import type { Entry } from "./document.ts";

const entry = (bomRef: string, dependsOn?: readonly string[]): Entry => ({
  bomRef,
  purl: bomRef,
  type: "npm",
  name: bomRef,
  version: "1",
  licenses: [],
  evidence: [],
  ...(dependsOn ? { dependsOn } : {}),
});

describe("topRefs", () => {
  it.each([
    { name: "none", entries: [], want: [] },
    { name: "what is not known to be required", entries: [entry("b"), entry("a")], want: ["a", "b"] },
    { name: "a chain's head", entries: [entry("a", ["b"]), entry("b", ["c"]), entry("c")], want: ["a"] },
    { name: "one of a ring", entries: [entry("b", ["a"]), entry("a", ["b"])], want: ["a"] },
    {
      name: "no more of a ring that something leads to",
      entries: [entry("b", ["a"]), entry("a", ["b"]), entry("z", ["b"])],
      want: ["z"],
    },
  ])("$name", ({ entries, want }) => expect(topRefs(entries)).toEqual(want));
});
