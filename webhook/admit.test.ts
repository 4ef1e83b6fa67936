// SPDX-License-Identifier: Apache-2.0
/** One review from body to answer, with the policies of a real watch store. */
import { describe, expect, it } from "vitest";
import { API_VERSION, scanPolicy, stellaOps } from "#crds/index.ts";
import type { ScanPolicy, StellaOps } from "#crds/index.ts";
import type { PolicyRuntimeRequest } from "#lib/contracts/admission.ts";
import { createStore } from "#lib/kube/store.ts";
import type { KubeObject } from "#lib/kube/index.ts";
import { admit } from "./admit.ts";
import { FactsCache } from "./facts-cache.ts";
import { policyView } from "./policy-view.ts";
import { imageFacts, reviewBody } from "./testing/builders.ts";
import type { Decision } from "./types.ts";

type Spec = Readonly<Record<string, unknown>>;

function policy(name: string, spec: Spec, namespace = "stellaops"): ScanPolicy {
  return scanPolicy.schema.parse({
    apiVersion: API_VERSION,
    kind: "ScanPolicy",
    metadata: { name, namespace, uid: `${namespace}/${name}`, resourceVersion: JSON.stringify(spec) },
    spec: { rules: [{ name: "r", action: "warn" }], ...spec },
  });
}

function world(verdict: "pass" | "fail" | "unknown" | "down" = "pass") {
  const stores = {
    policies: createStore<ScanPolicy>(),
    namespaces: createStore<KubeObject>(),
    stellaOps: createStore<StellaOps>(),
  };
  stores.namespaces.set({ metadata: { name: "team", uid: "n", labels: { env: "prod" } } });
  const asked: PolicyRuntimeRequest[] = [];
  const facts = new FactsCache(
    (request) => {
      asked.push(request);
      if (verdict === "down") return Promise.reject(new Error("no answer"));
      const results = Object.fromEntries(
        request.images.map((image) => [image, imageFacts({ policyVerdict: verdict })]),
      );
      return Promise.resolve({ ttlSeconds: 30, results });
    },
    { now: () => 0 },
  );
  const decisions: Decision[] = [];
  const view = policyView(stores, "stellaops");
  const run = async (body: string) => {
    const text = await admit(body, { view, facts, decided: (_review, decision) => decisions.push(decision) });
    return (
      JSON.parse(text) as {
        response: {
          allowed: boolean;
          warnings?: string[];
          auditAnnotations?: object;
          status?: { message: string };
        };
      }
    ).response;
  };
  return { stores, asked, decisions, view, run };
}

const verdictPolicy = { enforcement: "enforce", admission: { requireVerdict: "pass" } };

describe("admit", () => {
  it("allows without asking where no policy applies", async () => {
    const { run, asked, decisions } = world();
    expect(await run(reviewBody())).toEqual({ uid: "uid-1", allowed: true });
    expect([asked.length, decisions.length]).toEqual([0, 1]);
  });

  it("asks once for the images of the Pod, and denies a failing one", async () => {
    const { run, asked, stores } = world("fail");
    stores.policies.set(policy("p", verdictPolicy));
    const spec = {
      containers: [
        { name: "a", image: "a.io/x:1" },
        { name: "b", image: "a.io/x:1" },
        { name: "c", image: "a.io/y:1" },
      ],
    };
    const answer = await run(reviewBody({ spec, labels: { app: "web" } }));
    expect(answer.allowed).toBe(false);
    expect(asked).toEqual([
      { namespace: "team", labels: { app: "web" }, dryRun: false, images: ["a.io/x:1", "a.io/y:1"] },
    ]);
  });

  it("an image name that is none does not spoil the question about the others", async () => {
    const { run, asked, stores } = world("pass");
    stores.policies.set(policy("p", verdictPolicy));
    const spec = {
      containers: [
        { name: "a", image: "x".repeat(2000) },
        { name: "b", image: "" },
        { name: "c", image: "a.io/y:1" },
      ],
    };
    const answer = await run(reviewBody({ spec }));
    expect(asked.map(({ images }) => images)).toEqual([["a.io/y:1"]]);
    expect(answer.status?.message).toContain("is not an image reference");
  });

  it("asks anew when a policy changed", async () => {
    const { run, asked, stores } = world("pass");
    stores.policies.set(policy("p", verdictPolicy));
    await run(reviewBody());
    await run(reviewBody());
    stores.policies.set(policy("p", { ...verdictPolicy, rules: [{ name: "r", action: "fail" }] }));
    await run(reviewBody());
    expect(asked).toHaveLength(2);
  });

  it("a dry run denies nothing and lands in the audit log", async () => {
    const { run, stores } = world("fail");
    stores.policies.set(policy("p", { ...verdictPolicy, enforcement: "dryrun" }));
    expect(await run(reviewBody())).toEqual({
      uid: "uid-1",
      allowed: true,
      auditAnnotations: { "would-deny": "VERDICT nginx:1" },
    });
  });

  it.each([
    { name: "nothing is said", webhook: undefined, allowed: true },
    { name: "all fail open", webhook: {}, allowed: true },
    { name: "this one fails closed", webhook: { failClosedNamespaces: ["team"] }, allowed: false },
    { name: "all fail closed", webhook: { failurePolicy: "Fail" }, allowed: false },
    {
      name: "all but this one fail closed",
      webhook: { failurePolicy: "Fail", failOpenNamespaces: ["team"] },
      allowed: true,
    },
  ])("no backend, $name", async ({ webhook, allowed }) => {
    const { run, stores } = world("down");
    stores.policies.set(policy("p", verdictPolicy));
    if (webhook !== undefined) {
      const spec = { components: { webhook } };
      stores.stellaOps.set(
        stellaOps.schema.parse({
          apiVersion: API_VERSION,
          kind: "StellaOps",
          metadata: { name: "stellaops", uid: "s" },
          spec,
        }),
      );
    }
    expect((await run(reviewBody())).allowed).toBe(allowed);
  });
});

describe("policyView", () => {
  it.each<{ name: string; spec: Spec; namespace?: string; applies: boolean }>([
    { name: "a policy of the system", spec: {}, applies: true },
    { name: "a policy of its own namespace", spec: {}, namespace: "team", applies: true },
    { name: "a policy of another namespace", spec: {}, namespace: "other", applies: false },
    { name: "a namespace by glob", spec: { selector: { namespaces: ["te*"] } }, applies: true },
    { name: "another namespace by glob", spec: { selector: { namespaces: ["prod-*"] } }, applies: false },
    {
      name: "labels of the namespace",
      spec: { selector: { namespaceSelector: { matchLabels: { env: "prod" } } } },
      applies: true,
    },
    {
      name: "other labels of the namespace",
      spec: { selector: { namespaceSelector: { matchLabels: { env: "dev" } } } },
      applies: false,
    },
    {
      name: "labels of the Pod",
      spec: { selector: { podSelector: { matchLabels: { app: "web" } } } },
      applies: true,
    },
    {
      name: "a repository of one of its images",
      spec: { selector: { repositories: ["a.io/*"] } },
      applies: true,
    },
    { name: "a repository of none", spec: { selector: { repositories: ["b.io/*"] } }, applies: false },
  ])("$name: $applies", ({ spec, namespace, applies }) => {
    const { stores, view } = world();
    stores.policies.set(policy("p", spec, namespace));
    const found = view.policiesFor({
      uid: "u",
      operation: "CREATE",
      dryRun: false,
      namespace: "team",
      labels: { app: "web" },
      images: [
        { field: "containers[0]", container: "a", image: "a.io/x:1" },
        { field: "containers[1]", container: "b", image: "not an image" },
      ],
    });
    expect(found.map(({ id }) => id)).toEqual(applies ? [`${namespace ?? "stellaops"}/p`] : []);
  });

  it("puts policies of the system first", () => {
    const { stores, view } = world();
    stores.policies.set(policy("z", {}));
    stores.policies.set(policy("a", {}, "alpha"));
    const review = {
      uid: "u",
      operation: "CREATE" as const,
      dryRun: false,
      namespace: "alpha",
      labels: {},
      images: [{ field: "f", container: "c", image: "a" }],
    };
    expect(view.policiesFor(review).map(({ id }) => id)).toEqual(["stellaops/z", "alpha/a"]);
  });
});
