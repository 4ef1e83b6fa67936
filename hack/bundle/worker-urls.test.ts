// SPDX-License-Identifier: Apache-2.0
/** Worker addresses as the bundle needs them. That a bundle's bytes repeat is tested with the product's image. */
import { expect, it } from "vitest";
import { rewriteWorkerUrls } from "./worker-urls.ts";

const entries = ["/p/a/worker.ts", "/p/b/other.ts"];

it.each([
  {
    name: "a worker beside the file",
    source: 'new URL("./worker.ts", import.meta.url)',
    want: 'new URL("./worker.js", import.meta.url)',
  },
  {
    name: "a worker elsewhere",
    source: 'new Worker(new URL("../b/other.ts",import.meta.url))',
    want: 'new Worker(new URL("./other.js", import.meta.url))',
  },
  {
    name: "other addresses",
    source: 'new URL("./x.json", import.meta.url); new URL(text, base)',
    want: 'new URL("./x.json", import.meta.url); new URL(text, base)',
  },
])("rewrites $name", ({ source, want }) => {
  expect(rewriteWorkerUrls(source, "/p/a/file.ts", entries)).toBe(want);
});

it("refuses a worker that is not bundled", () => {
  const source = 'new URL("./lost.ts", import.meta.url)';
  expect(() => rewriteWorkerUrls(source, "/p/a/file.ts", entries)).toThrow("/p/a/lost.ts");
});
