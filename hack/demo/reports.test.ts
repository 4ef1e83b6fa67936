// SPDX-License-Identifier: Apache-2.0
/** How far lists of Reports are from what the demo waits for. */
import { expect, it } from "vitest";
import { changedReports, progressOf, reportsOf, type ExpectedReport } from "./reports.ts";

const expected: readonly ExpectedReport[] = [
  { namespace: "shop", repository: "shop/web", verdict: "fail", waived: 0 },
  { namespace: "legacy", repository: "shop/old", verdict: "pass", waived: 1 },
];
const ready = (status: string) => ({ type: "Ready", status, message: "scan x is under way" });
const report = (namespace: string, repository: string, status?: object) => ({
  metadata: { namespace },
  spec: { repository: `localhost:30500/${repository}` },
  ...(status ? { status: { conditions: [ready("True")], ...status } } : {}),
});

it.each([
  { name: "none", items: [], missing: ["shop shop/web: no report", "legacy shop/old: no report"] },
  {
    name: "one without a status, one in another namespace",
    items: [report("shop", "shop/web"), report("shop", "shop/old", { verdict: "pass", waived: 1 })],
    missing: ["shop shop/web: not ready", "legacy shop/old: no report"],
  },
  {
    name: "a waiver that is not seen yet",
    items: [
      report("shop", "shop/web", { verdict: "fail" }),
      report("legacy", "shop/old", { verdict: "pass" }),
    ],
    missing: ["legacy shop/old: 0 waived, not 1"],
  },
  {
    name: "a verdict of before, and another verdict",
    items: [
      report("shop", "shop/web", { verdict: "fail", conditions: [ready("False")] }),
      report("legacy", "shop/old", { verdict: "fail" }),
    ],
    missing: ["shop shop/web: not ready, scan x is under way", "legacy shop/old: verdict fail, not pass"],
  },
  {
    name: "all",
    items: [
      report("shop", "shop/web", { verdict: "fail" }),
      report("legacy", "shop/old", { verdict: "pass", waived: 1 }),
    ],
    missing: [],
  },
])("$name", ({ items, missing }) => {
  const ready = expected.length - missing.length;
  expect(progressOf(JSON.stringify({ items }), expected)).toEqual({ ready, missing });
});

it("tells which reports changed, and why they say what they say", () => {
  const list = (advisories: string, message: string, verdict = "fail"): string =>
    JSON.stringify({
      items: [
        {
          metadata: { namespace: "shop" },
          spec: { repository: "localhost:30500/shop/web" },
          status: {
            verdict,
            digests: { advisories },
            conditions: [{ type: "Ready", status: "True", message }],
          },
        },
      ],
    });
  const before = reportsOf(list("1", "verdict fail; a; b"));
  expect(before).toEqual([
    { repository: "shop/web", verdict: "fail", answer: '["fail",0,{}]', why: "a", madeWith: "1 " },
  ]);
  const told = (json: string, by: "answer" | "madeWith") =>
    changedReports(before, reportsOf(json), by).map(({ after }) => after.why);
  expect(told(list("1", "x"), "madeWith")).toEqual([]);
  expect(told(list("2", "x; b"), "madeWith")).toEqual(["b"]);
  expect(told(list("2", "x"), "answer")).toEqual([]);
  expect(told(list("1", "x", "pass"), "answer")).toEqual(["nothing stands against it"]);
});
