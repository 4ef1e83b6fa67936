// SPDX-License-Identifier: Apache-2.0
/** The StellaOps object: managed pieces made, repaired and removed, and how the whole is. */
import { describe, expect, it } from "vitest";
import type { KubeObject } from "#lib/kube/index.ts";
import { NOW, stellaOpsObject } from "../testing/objects.ts";
import { reconcileStellaOps } from "./index.ts";
import type { StellaOpsPorts } from "./index.ts";
import { webhookConfiguration } from "./webhook-pieces.ts";
import type { WebhookSettings } from "./webhook-pieces.ts";

const DAY = 86_400_000;
const ok = { ok: true, message: "" };

function bench(over: Partial<StellaOpsPorts> = {}) {
  const ensured: string[] = [];
  const removed: string[] = [];
  const nameOf = ({ kind = "", metadata }: KubeObject): string => `${kind}/${metadata.name ?? ""}`;
  const ports: StellaOpsPorts = {
    clock: { now: () => NOW },
    namespace: "stellaops",
    version: "1.2.3",
    image: "own:1",
    ensure: (object) => Promise.resolve(void ensured.push(nameOf(object))),
    exists: () => Promise.resolve(false),
    remove: (object) => Promise.resolve(void removed.push(nameOf(object))),
    certificates: () => Promise.resolve({ bundle: "PEM", renewAt: NOW + 30 * DAY }),
    webhookReplicas: () => ({ ready: 2, updated: 2 }),
    stores: () => Promise.resolve({ catalog: ok, objects: ok, queue: ok }),
    feeds: () => [{ kind: "AdvisorySource", name: "stellaops/osv", fresh: true }],
    unsoundPolicies: () => [],
    counts: () =>
      Promise.resolve({ images: 1, scans: 1, reports: { pass: 1, warn: 0, fail: 0 }, queueDepth: 0 }),
    withoutDigest: () => [],
    ...over,
  };
  return { ensured, removed, ports };
}

const conditionsOf = (status: { conditions?: readonly { type: string; status: string; reason: string }[] }) =>
  Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: is, reason }) => [type, `${is} ${reason}`]),
  );

const PIECES = [
  "Service/stellaops-webhook",
  "PodDisruptionBudget/stellaops-webhook",
  "Deployment/stellaops-webhook",
];
const CONFIGURATION = "ValidatingWebhookConfiguration/stellaops";

describe("reconcileStellaOps", () => {
  it("makes all pieces, registers the webhook last, and looks again", async () => {
    const { ensured, ports } = bench();
    const outcome = await reconcileStellaOps(stellaOpsObject(), ports);
    expect(ensured).toEqual([...PIECES, CONFIGURATION]);
    expect(outcome).toMatchObject({
      next: "recheck",
      afterMs: 30_000,
      status: { version: "1.2.3", counts: { images: 1 } },
    });
    expect(conditionsOf(outcome.status)).toMatchObject({
      Ready: "True Available",
      WebhookReady: "True Available",
      FeedsFresh: "True Fresh",
      ImagesResolved: "True Resolved",
      ObserverReady: "False Disabled",
      SignerReady: "False Disabled",
    });
  });

  it("registers nothing before the first replica can answer", async () => {
    const { ensured, ports } = bench({ webhookReplicas: () => undefined });
    const outcome = await reconcileStellaOps(stellaOpsObject(), ports);
    expect(ensured).toEqual(PIECES);
    expect(outcome).toMatchObject({ next: "recheck", afterMs: 2000 });
    expect(conditionsOf(outcome.status)).toMatchObject({
      Ready: "False ReplicasNotReady",
      Reconciling: "True ReplicasNotReady",
    });
  });

  it("repairs the registration while replicas are away, once it was there", async () => {
    const { ensured, ports } = bench({
      webhookReplicas: () => ({ ready: 0, updated: 0 }),
      exists: () => Promise.resolve(true),
    });
    await reconcileStellaOps(stellaOpsObject(), ports);
    expect(ensured).toContain(CONFIGURATION);
  });

  it("removes the registration first when the webhook is switched off, and is ready all the same", async () => {
    const { ensured, removed, ports } = bench();
    const object = stellaOpsObject({ spec: { components: { webhook: { enabled: false } } } });
    const { status } = await reconcileStellaOps(object, ports);
    expect(ensured).toEqual([]);
    expect(removed).toEqual([CONFIGURATION, ...[...PIECES].reverse()]);
    expect(conditionsOf(status)).toMatchObject({ Ready: "True Available", WebhookReady: "False Disabled" });
  });

  it("refuses the distributed profile, and still renews certificates and repairs", async () => {
    const { ports } = bench();
    const outcome = await reconcileStellaOps(stellaOpsObject({ spec: { profile: "distributed" } }), ports);
    expect(conditionsOf(outcome.status)).toMatchObject({
      Stalled: "True ProfileUnsupported",
      Ready: "False ProfileUnsupported",
    });
    expect(outcome).toMatchObject({ next: "recheck", afterMs: 30_000 });
  });

  it.each([
    {
      name: "a store is down",
      over: {
        stores: () => Promise.resolve({ catalog: { ok: false, message: "disk" }, objects: ok, queue: ok }),
      },
      want: { Ready: "False Unavailable", CatalogReady: "False Unavailable" },
    },
    {
      name: "no feed is there",
      over: { feeds: () => [] },
      want: { Ready: "True Available", FeedsFresh: "False NoSources" },
    },
    {
      name: "a feed is stale",
      over: { feeds: () => [{ kind: "AdvisorySource", name: "a/b", fresh: false }] },
      want: { FeedsFresh: "False Stale" },
    },
    {
      name: "VEX is stale",
      over: {
        feeds: () => [
          { kind: "AdvisorySource", name: "a/b", fresh: true },
          { kind: "VexSource", name: "a/b", fresh: false },
        ],
      },
      want: { FeedsFresh: "False Stale" },
    },
    {
      name: "only VEX is there",
      over: { feeds: () => [{ kind: "VexSource", name: "a/b", fresh: true }] },
      want: { FeedsFresh: "False NoSources" },
    },
    {
      name: "a policy is not valid",
      over: { unsoundPolicies: () => ["team/typo"] },
      want: { Ready: "True Available", PoliciesSound: "False PolicyInvalid" },
    },
    {
      name: "an image has no digest",
      over: { withoutDigest: () => ["local:dev"] },
      want: { ImagesResolved: "False NoDigest" },
    },
  ] as { name: string; over: Partial<StellaOpsPorts>; want: Record<string, string> }[])(
    "says that $name",
    async ({ over, want }) => {
      const { status } = await reconcileStellaOps(stellaOpsObject(), bench(over).ports);
      expect(conditionsOf(status)).toMatchObject(want);
    },
  );

  it("is back in time for the certificates", async () => {
    const { ports } = bench({ certificates: () => Promise.resolve({ bundle: "PEM", renewAt: NOW + 5000 }) });
    expect(await reconcileStellaOps(stellaOpsObject(), ports)).toMatchObject({ afterMs: 5000 });
  });
});

describe("webhookConfiguration", () => {
  interface Webhook {
    readonly name: string;
    readonly failurePolicy: string;
    readonly timeoutSeconds: number;
    readonly sideEffects: string;
    readonly namespaceSelector?: {
      readonly matchExpressions: readonly { operator: string; values: readonly string[] }[];
    };
  }
  const settings: WebhookSettings = {
    namespace: "stellaops",
    image: "i",
    replicas: 2,
    failurePolicy: "Ignore",
    failOpenNamespaces: ["open"],
    failClosedNamespaces: ["closed", "stellaops"],
    caBundle: "PEM",
    owner: { name: "stellaops", uid: "u" },
  };
  const OWN = ["kube-node-lease", "kube-system", "stellaops"];
  const webhooksOf = (given: Partial<WebhookSettings>) =>
    (webhookConfiguration({ ...settings, ...given }) as unknown as { webhooks: readonly Webhook[] }).webhooks;
  const podWebhooksOf = (given: Partial<WebhookSettings>) =>
    webhooksOf(given)
      .filter(({ name }) => name.endsWith("pods.stella-ops.org"))
      .map(({ failurePolicy, namespaceSelector }) => {
        const [where] = namespaceSelector?.matchExpressions ?? [];
        return [failurePolicy, where?.operator, where?.values];
      });

  it("asks about policies everywhere, and holds none up where nobody answers", () => {
    const policies = webhooksOf({ failurePolicy: "Fail" }).find(({ name }) =>
      name.startsWith("scanpolicies."),
    );
    expect(policies).toMatchObject({ failurePolicy: "Ignore", timeoutSeconds: 5 });
    expect(policies).not.toHaveProperty("namespaceSelector");
  });

  it.each([
    {
      name: "open by default, some closed",
      given: {},
      want: [
        ["Ignore", "NotIn", ["closed", ...OWN]],
        ["Fail", "In", ["closed"]],
      ],
    },
    {
      name: "closed by default, some open",
      given: { failurePolicy: "Fail" },
      want: [
        ["Fail", "NotIn", [...OWN.slice(0, 2), "open", "stellaops"]],
        ["Ignore", "In", ["open"]],
      ],
    },
    { name: "no exception", given: { failClosedNamespaces: [] }, want: [["Ignore", "NotIn", OWN]] },
    {
      name: "our own namespace is never judged",
      given: { failClosedNamespaces: ["stellaops"] },
      want: [["Ignore", "NotIn", OWN]],
    },
  ] as { name: string; given: Partial<WebhookSettings>; want: unknown }[])("$name", ({ given, want }) => {
    expect(podWebhooksOf(given)).toEqual(want);
  });
});
