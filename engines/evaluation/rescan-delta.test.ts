// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { finding, report } from "./testing/builders.ts";
import { describeDelta, rescanDelta } from "./rescan-delta.ts";

const [a, b] = ["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"];
const of = (...findings: Parameters<typeof report>[0]) => report(findings);

it("is none where nothing differs that counts", () => {
  const one = of(finding("CVE-1", a));
  expect(rescanDelta("team", one, of(finding("CVE-1", a)))).toBeUndefined();
  expect(rescanDelta("team", one, of(finding("CVE-1", a, { epss: 0.1 })))).toBeUndefined();
});

it("tells what is new, gone and changed", () => {
  const older = of(finding("CVE-1", a), finding("CVE-2", a));
  const newer = of(finding("CVE-1", a, { severity: "low" }), finding("CVE-3", b, { severity: "critical" }));
  const delta = rescanDelta("team", older, newer);
  expect(delta).toMatchObject({
    kind: "rescan.delta",
    namespace: "team",
    added: [{ id: "CVE-3", purl: b, severity: "critical" }],
    gone: [{ id: "CVE-2" }],
    changed: [{ before: { severity: "high" }, after: { severity: "low" } }],
    totals: { added: 1, gone: 1, changed: 1 },
    newCriticals: 1,
  });
  expect(describeDelta(delta!)).toBe(
    `verdict ${older.verdict === newer.verdict ? `${newer.verdict} as before` : `${older.verdict} to ${newer.verdict}`}; ` +
      "1 new: CVE-3 (critical); 1 gone: CVE-2 (high); 1 changed: CVE-1 (low)",
  );
});

it("names three, and lists fifty", () => {
  const many = Array.from({ length: 60 }, (_, i) => finding(`CVE-${String(100 + i)}`, a));
  const delta = rescanDelta("team", of(), of(...many));
  expect([delta?.added.length, delta?.totals.added]).toEqual([50, 60]);
  expect(describeDelta(delta!)).toContain(
    "60 new: CVE-100 (high), CVE-101 (high), CVE-102 (high), and 57 more",
  );
});
