// SPDX-License-Identifier: Apache-2.0
/** Paths and keys, with names that try to climb out of them. */
import { describe, expect, it } from "vitest";
import { builtin, collectionPath, defineResource, keyOf, objectPath, refOfKey } from "./resources.ts";

const scans = defineResource({
  group: "stella-ops.org",
  version: "v1alpha1",
  plural: "scans",
  kind: "Scan",
  namespaced: true,
});

describe("paths", () => {
  it.each([
    { path: collectionPath(builtin.pods), want: "/api/v1/pods" },
    { path: collectionPath(builtin.pods, "a"), want: "/api/v1/namespaces/a/pods" },
    { path: objectPath(builtin.namespaces, { name: "a" }), want: "/api/v1/namespaces/a" },
    { path: objectPath(builtin.nodes, { namespace: "x", name: "a" }), want: "/api/v1/nodes/a" },
    {
      path: objectPath(scans, { namespace: "a", name: "b.c" }, "status"),
      want: "/apis/stella-ops.org/v1alpha1/namespaces/a/scans/b.c/status",
    },
  ])("$want", ({ path, want }) => expect(path).toBe(want));

  it.each(["", ".", "..", "a/b", "a?watch=1", "a%2fb", "a b", "-a", "a\n", "x".repeat(300)])(
    "refuses the name %j",
    (name) => {
      expect(() => objectPath(builtin.pods, { namespace: "a", name })).toThrow(/not a valid name/);
      expect(() => objectPath(builtin.pods, { namespace: name, name: "a" })).toThrow(/not a valid namespace/);
    },
  );

  it("asks for a namespace", () => {
    expect(() => objectPath(scans, { name: "a" })).toThrow("a Scan needs a namespace");
  });
});

it.each([
  { metadata: { namespace: "a", name: "b" }, key: "a/b", ref: { namespace: "a", name: "b" } },
  { metadata: { name: "b" }, key: "b", ref: { name: "b" } },
])("key $key", ({ metadata, key, ref }) => {
  expect(keyOf({ metadata })).toBe(key);
  expect(refOfKey(key)).toEqual(ref);
});
