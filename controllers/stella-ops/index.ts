// SPDX-License-Identifier: Apache-2.0
/** Kind StellaOps: installs and repairs the managed pieces, and says how the whole is. */
import { setConditions } from "#lib/kube/index.ts";
import type { ConditionInput } from "#lib/kube/index.ts";
import type { StellaOps, StellaOpsStatus } from "#crds/index.ts";
import { readinessConditions } from "../outcome.ts";
import type { Outcome, Readiness } from "../outcome.ts";
import type { FeedState, Health, StellaOpsPorts } from "./ports.ts";
import { webhookConfiguration, webhookPieces } from "./webhook-pieces.ts";
import type { WebhookSettings } from "./webhook-pieces.ts";

export { names, ports, serviceNames } from "./names.ts";
export type { Counts, FeedState, Health, StellaOpsPorts } from "./ports.ts";

/** Pieces that cannot be watched (Secrets, the webhook configuration) are looked at this often. */
const REPAIR_MS = 30_000;
/** While something is on its way. */
const SOON_MS = 2_000;

export async function reconcileStellaOps(
  object: StellaOps,
  ports: StellaOpsPorts,
): Promise<Outcome<StellaOpsStatus>> {
  const now = ports.clock.now();
  const generation = object.metadata.generation ?? 0;
  const unsupported = object.spec.profile === "distributed";
  const { bundle, renewAt } = await ports.certificates();
  const webhook = await ensureWebhook(object, ports, bundle);
  const stores = await ports.stores();
  const parts: readonly ConditionInput[] = [
    healthCondition("CatalogReady", stores.catalog),
    healthCondition("ObjectStoreReady", stores.objects),
    healthCondition("QueueReady", stores.queue),
    webhook,
  ];
  const readiness = unsupported ? UNSUPPORTED : readinessOf(parts);
  const conditions: ConditionInput[] = [
    ...readinessConditions(readiness),
    ...parts,
    feedsCondition(ports.feeds()),
    policiesCondition(ports.unsoundPolicies()),
    digestCondition(ports.withoutDigest()),
    absent("ObserverReady", "the node observer is not part of this version"),
    ...(object.spec.storage === undefined
      ? []
      : [absent("StorageReady", "spec.storage is not part of this version; data lives as long as the Pod")]),
    absent("SignerReady", "the signer is not part of this version; reports are unsigned"),
  ];
  const status: StellaOpsStatus = {
    version: ports.version,
    counts: await ports.counts(),
    observedGeneration: generation,
    conditions: [...setConditions(object.status?.conditions ?? [], conditions, { now, generation })],
  };
  // Stalled or not: certificates end, and pieces need repair.
  const afterMs = readiness.state === "progressing" ? SOON_MS : REPAIR_MS;
  return { next: "recheck", status, afterMs: Math.max(1000, Math.min(afterMs, renewAt - now)) };
}

const UNSUPPORTED: Readiness = {
  state: "stalled",
  reason: "ProfileUnsupported",
  message: "spec.profile distributed is not part of this version; use embedded",
};

async function ensureWebhook(
  object: StellaOps,
  ports: StellaOpsPorts,
  caBundle: string,
): Promise<ConditionInput> {
  const { webhook } = object.spec.components;
  const settings: WebhookSettings = {
    namespace: ports.namespace,
    image: object.spec.image ?? ports.image,
    replicas: webhook.replicas,
    failurePolicy: webhook.failurePolicy,
    failOpenNamespaces: webhook.failOpenNamespaces,
    failClosedNamespaces: webhook.failClosedNamespaces,
    caBundle,
    owner: { name: object.metadata.name, uid: object.metadata.uid ?? "" },
  };
  if (!webhook.enabled) {
    await ports.remove(webhookConfiguration(settings));
    for (const piece of [...webhookPieces(settings)].reverse()) await ports.remove(piece);
    return absent("WebhookReady", "spec.components.webhook.enabled is false");
  }
  for (const piece of webhookPieces(settings)) await ports.ensure(piece);
  const replicas = ports.webhookReplicas();
  const ready = replicas?.ready ?? 0;
  // The configuration is registered with the first ready replica and stays: from then on its failure policy rules.
  const configuration = webhookConfiguration(settings);
  if (ready > 0 || (await ports.exists(configuration))) await ports.ensure(configuration);
  const message = `${ready} of ${webhook.replicas} replicas ready`;
  return ready >= webhook.replicas
    ? { type: "WebhookReady", status: "True", reason: "Available", message }
    : { type: "WebhookReady", status: "False", reason: "ReplicasNotReady", message };
}

function readinessOf(parts: readonly ConditionInput[]): Readiness {
  const bad = parts.find((part) => part.status === "False" && part.reason !== "Disabled");
  return bad === undefined
    ? { state: "ready", reason: "Available", message: "" }
    : { state: "progressing", reason: bad.reason, message: `${bad.type}: ${bad.message}` };
}

function healthCondition(type: string, { ok, message }: Health): ConditionInput {
  return ok
    ? { type, status: "True", reason: "Available", message }
    : { type, status: "False", reason: "Unavailable", message };
}

function feedsCondition(feeds: readonly FeedState[]): ConditionInput {
  const type = "FeedsFresh";
  if (!feeds.some(({ kind }) => kind === "AdvisorySource")) {
    return {
      type,
      status: "False",
      reason: "NoSources",
      message: "no AdvisorySource is there; no finding can be made",
    };
  }
  const stale = feeds.filter(({ fresh }) => !fresh).map(({ kind, name }) => `${kind} ${name}`);
  return stale.length === 0
    ? { type, status: "True", reason: "Fresh", message: `${feeds.length} sources` }
    : { type, status: "False", reason: "Stale", message: stale.slice(0, 10).join(", ") };
}

/** What a policy that can't be read was to judge is unknown, and may be let in. */
function policiesCondition(unsound: readonly string[]): ConditionInput {
  const type = "PoliciesSound";
  return unsound.length === 0
    ? { type, status: "True", reason: "Sound", message: "" }
    : {
        type,
        status: "False",
        reason: "PolicyInvalid",
        message: `${unsound.length} not valid, so that they judge nothing: ${unsound.slice(0, 10).join(", ")}`,
      };
}

function digestCondition(images: readonly string[]): ConditionInput {
  const type = "ImagesResolved";
  return images.length === 0
    ? { type, status: "True", reason: "Resolved", message: "" }
    : {
        type,
        status: "False",
        reason: "NoDigest",
        message: `not scanned, since no registry knows their digest: ${images.join(", ")}`,
      };
}

const absent = (type: string, message: string): ConditionInput => ({
  type,
  status: "False",
  reason: "Disabled",
  message,
});
