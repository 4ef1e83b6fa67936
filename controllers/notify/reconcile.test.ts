// SPDX-License-Identifier: Apache-2.0
/** Notifications say that nothing is delivered. */
import { expect, it } from "vitest";
import { NOW, notifyRuleObject } from "../testing/objects.ts";
import { reconcileNotify } from "./index.ts";

it("stalls with the reason NotImplemented", () => {
  const { next, status } = reconcileNotify(notifyRuleObject(), { now: () => NOW });
  expect(next).toBe("stalled");
  expect(status.conditions?.map(({ type, status: is, reason }) => [type, is, reason])).toEqual([
    ["Ready", "False", "NotImplemented"],
    ["Reconciling", "False", "Settled"],
    ["Stalled", "True", "NotImplemented"],
  ]);
});
