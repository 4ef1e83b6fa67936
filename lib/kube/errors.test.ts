// SPDX-License-Identifier: Apache-2.0
/** What each answer of an API server means to a caller. */
import { describe, expect, it } from "vitest";
import { errorOfStatus, isAlreadyExists, retryAfterMsOf } from "./errors.ts";

describe("errorOfStatus", () => {
  it.each([
    { http: 400, code: "KUBE_INVALID", kind: "invalid" },
    { http: 401, code: "KUBE_UNAUTHENTICATED", kind: "denied" },
    { http: 403, code: "KUBE_FORBIDDEN", kind: "denied" },
    { http: 404, code: "KUBE_NOT_FOUND", kind: "missing" },
    { http: 408, code: "KUBE_UNAVAILABLE", kind: "unavailable" },
    { http: 409, code: "KUBE_CONFLICT", kind: "conflict" },
    { http: 410, code: "KUBE_EXPIRED", kind: "conflict" },
    { http: 413, code: "KUBE_INVALID", kind: "invalid" },
    { http: 422, code: "KUBE_INVALID", kind: "invalid" },
    { http: 429, code: "KUBE_TOO_MANY", kind: "exhausted" },
    { http: 500, code: "KUBE_UNAVAILABLE", kind: "unavailable" },
    { http: 504, code: "KUBE_UNAVAILABLE", kind: "unavailable" },
    { http: 302, code: "KUBE_ANSWER_INVALID", kind: "unavailable" },
  ])("$http is $code", ({ http, code, kind }) => {
    const error = errorOfStatus("GET /x", http, { message: "why" });
    expect({ code: error.code, kind: error.kind, message: error.message }).toEqual({
      code,
      kind,
      message: "GET /x: why",
    });
  });

  it.each([
    { name: "header", header: "7", details: undefined, want: 7000 },
    { name: "details", header: undefined, details: { retryAfterSeconds: 3 }, want: 3000 },
    { name: "a header that is no number", header: "Wed, 21 Oct", details: undefined, want: undefined },
    { name: "an absurd wait is bounded", header: "999999", details: undefined, want: 120_000 },
    { name: "none", header: undefined, details: undefined, want: undefined },
  ])("retry-after: $name", ({ header, details, want }) => {
    const error = errorOfStatus("GET /x", 429, details === undefined ? {} : { details }, header);
    expect(retryAfterMsOf(error)).toBe(want);
  });

  it("tells an existing name from a lost race, and bounds the message", () => {
    expect(isAlreadyExists(errorOfStatus("POST /x", 409, { reason: "AlreadyExists" }))).toBe(true);
    expect(isAlreadyExists(errorOfStatus("PUT /x", 409, { reason: "Conflict" }))).toBe(false);
    expect(errorOfStatus("GET /x", 500, { message: "y".repeat(9000) }).message.length).toBeLessThan(1100);
  });
});
