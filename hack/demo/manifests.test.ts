// SPDX-License-Identifier: Apache-2.0
/** Changed manifests, read back. */
import { parseAllDocuments } from "yaml";
import { expect, it } from "vitest";
import { withImage } from "./manifests.ts";

const deployment = (image: string, annotations?: Record<string, string>) => ({
  kind: "Deployment",
  spec: {
    template: {
      metadata: { labels: { app: "x" }, ...(annotations ? { annotations } : {}) },
      spec: { containers: [{ name: "x", image }] },
    },
  },
});
const text = (...objects: unknown[]) => objects.map((one) => JSON.stringify(one)).join("\n---\n");
const read = (yaml: string): unknown[] => parseAllDocuments(yaml).map((one) => one.toJS() as unknown);

it.each([
  { name: "another image", change: { from: "a:1", to: "b:2" }, want: deployment("b:2") },
  {
    name: "a new build of the same image",
    change: { from: "a:1", to: "a:1", build: "77" },
    want: deployment("a:1", { "stella-ops.org/dev-build": "77" }),
  },
  {
    name: "an image that it lacks",
    change: { from: "c:1", to: "b:2", build: "77" },
    want: deployment("a:1"),
  },
])("sets $name and leaves the rest", ({ change, want }) => {
  const service = { kind: "Service", spec: { image: "a:1" } };
  expect(read(withImage(text(service, deployment("a:1")), change))).toEqual([service, want]);
});
