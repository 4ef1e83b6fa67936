// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { reviewPolicy } from "./review-policy.ts";

const GOOD = [{ name: "r", match: { severity: ">=high" }, action: "fail" }];
const TYPO = [{ name: "r", match: { severty: ">=high" }, action: "fail" }];
const review = (rules: unknown, before?: unknown): string =>
  JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "u",
      operation: before === undefined ? "CREATE" : "UPDATE",
      namespace: "shop",
      name: "gate",
      object: { metadata: { name: "gate" }, spec: { rules } },
      oldObject: before === undefined ? null : { spec: { rules: before } },
    },
  });
const answerTo = (body: string) =>
  (
    JSON.parse(reviewPolicy(body)) as {
      response: { uid: string; allowed: boolean; status?: { message: string } };
    }
  ).response;

describe("reviewPolicy", () => {
  it.each<{ name: string; body: string; allowed: boolean }>([
    { name: "a sound policy", body: review(GOOD), allowed: true },
    { name: "a mistyped matcher", body: review(TYPO), allowed: false },
    { name: "a change to a mistyped one", body: review(TYPO, GOOD), allowed: false },
    { name: "labels of one that is wrong already", body: review(TYPO, TYPO), allowed: true },
    { name: "the mend of it", body: review(GOOD, TYPO), allowed: true },
    {
      name: "an impossible date",
      body: review([{ name: "r", action: { ignore: { until: "2027-02-30", justification: "x" } } }]),
      allowed: false,
    },
    {
      name: "an unknown key of an action",
      body: review([{ name: "r", action: { ignore: { until: "2027-02-20", justification: "x", foo: 1 } } }]),
      allowed: false,
    },
    { name: "no rules at all", body: review(undefined), allowed: true },
  ])("$name: $allowed", ({ body, allowed }) => {
    expect(answerTo(body)).toMatchObject({ uid: "u", allowed });
  });

  it("says where the fault is, and what to write", () => {
    expect(answerTo(review(TYPO)).status?.message).toMatch(
      /shop\/gate.*rules\[0\]\.match\.severty.*severity/s,
    );
  });

  it.each(["{", "{}", '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{}}'])(
    "refuses %s",
    (body) => {
      expect(() => reviewPolicy(body)).toThrow(expect.objectContaining({ code: "ADMISSION_REVIEW_INVALID" }));
    },
  );
});
