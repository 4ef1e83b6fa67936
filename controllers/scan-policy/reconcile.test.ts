// SPDX-License-Identifier: Apache-2.0
/** A ScanPolicy: its digest, its next expiry, and what is wrong with it. */
import { describe, expect, it } from "vitest";
import { NOW, policyObject } from "../testing/objects.ts";
import { reconcileScanPolicy } from "./index.ts";

const clock = { now: () => NOW };
const DAY = 86_400_000;
const ready = (status: { conditions?: readonly { type: string }[] }) =>
  status.conditions?.find(({ type }) => type === "Ready");

describe("reconcileScanPolicy", () => {
  it("names a sound policy by digest, whatever the order of its keys", () => {
    const one = policyObject({ spec: { rules: [{ name: "r", match: { kev: true }, action: "fail" }] } });
    const two = policyObject({ spec: { rules: [{ action: "fail", match: { kev: true }, name: "r" }] } });
    const first = reconcileScanPolicy(one, clock);
    expect(first).toMatchObject({ next: "settled", status: { rules: 1, observedGeneration: 1 } });
    expect(first.status.policyDigest).toMatch(/^sha256:/);
    expect(reconcileScanPolicy(two, clock).status.policyDigest).toBe(first.status.policyDigest);
    expect(ready(first.status)).toMatchObject({ status: "True", reason: "Compiled" });
  });

  it("looks again when its next waiver ends", () => {
    const waiver = (name: string, until: string) => ({
      name,
      match: { cve: [`CVE-2024-${name}`] },
      action: { ignore: { until, justification: "not used" } },
    });
    const rules = [
      waiver("2", "2026-03-01T00:00:00Z"),
      waiver("1", "2026-01-03T00:00:00Z"),
      waiver("0", "2025-01-01T00:00:00Z"),
    ];
    const outcome = reconcileScanPolicy(policyObject({ spec: { rules } }), clock);
    expect(outcome).toMatchObject({
      next: "recheck",
      afterMs: 2 * DAY,
      status: { nextWaiverExpiry: "2026-01-03T00:00:00Z" },
    });
  });

  it("stalls with the field and what to write instead", () => {
    const rules = [
      { name: "ok", action: "warn" },
      { name: "r", match: { severty: "high" }, action: "fail" },
    ];
    const outcome = reconcileScanPolicy(policyObject({ spec: { rules } }), clock);
    expect(outcome.next).toBe("stalled");
    expect(outcome.status.policyDigest).toBeUndefined();
    expect(ready(outcome.status)).toMatchObject({ status: "False", reason: "PolicyInvalid" });
    expect(JSON.stringify(ready(outcome.status))).toMatch(/rules\[1\]\.match\.severty.*severity/);
  });
});
