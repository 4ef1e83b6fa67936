// SPDX-License-Identifier: Apache-2.0
/** AdmissionReviews in and out, as the API server speaks them. */
import { describe, expect, it } from "vitest";
import { codeOf } from "#lib/errors.ts";
import { parseReview, reviewResponse } from "./review.ts";
import { reviewBody } from "./testing/builders.ts";

const containers = (...images: readonly string[]) =>
  images.map((image, index) => ({ name: `c${index}`, image }));
const fieldsOf = (body: string) => parseReview(body).images.map(({ field, image }) => `${field} ${image}`);

describe("parseReview", () => {
  it("takes the images of all three kinds of containers", () => {
    const spec = {
      initContainers: containers("i:1"),
      containers: containers("a:1", "b:1"),
      ephemeralContainers: containers("d:1"),
    };
    expect(fieldsOf(reviewBody({ spec }))).toEqual([
      "initContainers[0] i:1",
      "containers[0] a:1",
      "containers[1] b:1",
      "ephemeralContainers[0] d:1",
    ]);
  });

  it.each([
    { name: "an update that changes no image", spec: { containers: containers("a:1") }, want: [] },
    { name: "an update of one image", spec: { containers: containers("a:2") }, want: ["containers[0] a:2"] },
    {
      name: "a debug container",
      spec: { containers: containers("a:1"), ephemeralContainers: containers("d:1") },
      want: ["ephemeralContainers[0] d:1"],
    },
  ])("$name", ({ spec, want }) => {
    expect(
      fieldsOf(reviewBody({ operation: "UPDATE", spec, oldSpec: { containers: containers("a:1") } })),
    ).toEqual(want);
  });

  it.each([
    { name: "a deletion", body: reviewBody({ operation: "DELETE", spec: null }) },
    {
      name: "an object that is no Pod",
      body: reviewBody({ spec: { template: { spec: { containers: containers("a:1") } } } }),
    },
  ])("has no image to judge in $name", ({ body }) => {
    expect(parseReview(body).images).toEqual([]);
  });

  it("takes namespace and labels", () => {
    expect(parseReview(reviewBody({ namespace: "n", labels: { app: "web" } }))).toMatchObject({
      uid: "uid-1",
      namespace: "n",
      labels: { app: "web" },
    });
  });

  it.each([
    ["no JSON", "{"],
    ["an array", "[]"],
    ["another version", reviewBody().replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1")],
    ["no request", JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" })],
    ["an unknown operation", reviewBody({ operation: "PATCH" })],
    ["containers that are no list", reviewBody({ spec: { containers: "a" } })],
    ["an image that is no text", reviewBody({ spec: { containers: [{ name: "a", image: 1 }] } })],
  ])("refuses %s", (_, body) => {
    let code = "";
    try {
      parseReview(body);
    } catch (error) {
      code = codeOf(error);
    }
    expect(code).toBe("ADMISSION_REVIEW_INVALID");
  });
});

it("reads a Pod of very many containers, since one that it cannot read would be let in", () => {
  const { images } = parseReview(
    reviewBody({ spec: { containers: containers(...Array.from({ length: 2000 }, () => "a")) } }),
  );
  expect(images).toHaveLength(2000);
});

describe("reviewResponse", () => {
  it("allows", () => {
    expect(JSON.parse(reviewResponse("u", { allowed: true, message: "", warnings: [] }))).toEqual({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      response: { uid: "u", allowed: true },
    });
  });

  it("denies with a message, warnings and audit", () => {
    const answer = JSON.parse(
      reviewResponse("u", { allowed: false, message: "no", warnings: ["w"] }, { k: "v" }),
    ) as { response: unknown };
    expect(answer.response).toEqual({
      uid: "u",
      allowed: false,
      status: { code: 403, reason: "Forbidden", message: "no" },
      warnings: ["w"],
      auditAnnotations: { k: "v" },
    });
  });
});
