// SPDX-License-Identifier: Apache-2.0
/** Callers and rights as the API server reviews them, kept for ten seconds. */
import { describe, expect, it } from "vitest";
import { codeOf } from "#lib/errors.ts";
import type { KubeClient } from "#lib/kube/index.ts";
import { testClock } from "../testing/bench.ts";
import { kubernetesAuthorizer } from "./auth.ts";

interface Review {
  readonly kind: string;
  readonly spec: { readonly token?: string; readonly user?: string; readonly resourceAttributes?: object };
}

function bench() {
  const reviews: Review[] = [];
  const state = { known: true };
  const create = (_resource: unknown, review: Review) => {
    reviews.push(review);
    const status =
      review.kind === "TokenReview"
        ? {
            authenticated: state.known && review.spec.token === "good",
            user: { username: "ann", groups: ["dev"] },
          }
        : { allowed: state.known && review.spec.user === "ann" };
    return Promise.resolve({ ...review, status });
  };
  const clock = testClock();
  const authorizer = kubernetesAuthorizer({ create } as unknown as KubeClient, clock);
  return { authorizer, reviews, state, clock };
}

const ann = { username: "ann", uid: "", groups: ["dev"] };
const access = { verb: "get", resource: "reports", namespace: "team", name: "x" } as const;

describe("kubernetesAuthorizer", () => {
  it.each([
    undefined,
    "",
    "good",
    "Basic good",
    "Bearer",
    "Bearer a b",
    `Bearer ${"x".repeat(20_000)}`,
    "Bearer \u0000",
  ])("refuses the header %j with no question to anybody", async (header) => {
    const { authorizer, reviews } = bench();
    expect(await authorizer.authenticate(header).then(() => "in", codeOf)).toBe("UNAUTHENTICATED");
    expect(reviews).toEqual([]);
  });

  it("takes a token that the API server knows, and asks again after its time", async () => {
    const { authorizer, reviews, state, clock } = bench();
    expect(await authorizer.authenticate("Bearer good")).toEqual(ann);
    expect(await authorizer.authenticate("bearer good")).toEqual(ann);
    expect(reviews).toHaveLength(1);
    state.known = false;
    clock.pass(10_000);
    expect(await authorizer.authenticate("Bearer good").then(() => "in", codeOf)).toBe("UNAUTHENTICATED");
  });

  it("keeps no refusal of a token", async () => {
    const { authorizer, state } = bench();
    state.known = false;
    expect(await authorizer.authenticate("Bearer good").then(() => "in", codeOf)).toBe("UNAUTHENTICATED");
    state.known = true;
    expect(await authorizer.authenticate("Bearer good")).toEqual(ann);
  });

  it("asks for the right behind the path, of this caller only", async () => {
    const { authorizer, reviews, clock } = bench();
    expect(await authorizer.may(ann, access)).toBe(true);
    expect(await authorizer.may(ann, access)).toBe(true);
    expect(reviews).toHaveLength(1);
    expect(reviews[0]?.spec).toEqual({
      user: "ann",
      uid: "",
      groups: ["dev"],
      resourceAttributes: { group: "stella-ops.org", version: "v1alpha1", ...access },
    });
    expect(await authorizer.may({ ...ann, username: "bob" }, access)).toBe(false);
    expect(await authorizer.may(ann, { verb: "list", resource: "reports" })).toBe(true);
    clock.pass(10_000);
    await authorizer.may(ann, access);
    expect(reviews).toHaveLength(4);
  });
});
