// SPDX-License-Identifier: Apache-2.0
/**
 * What the demo does to a cluster, step by step. Each step may be repeated.
 */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PROJECT } from "#hack/bundle/bundle.ts";
import type { DemoImages } from "#hack/images/demo.ts";
import { PRODUCT_IMAGE } from "#hack/images/product.ts";
import { REGISTRY_IMAGE } from "#hack/images/registry.ts";
import { duration, type Log } from "#hack/lib/log.ts";
import { pushImage } from "#lib/oci/push.ts";
import { messageOf } from "#lib/errors.ts";
import { demoErrors } from "./errors.ts";
import { apply, applyText, type Kubectl } from "./kubectl.ts";
import { BUILD_ANNOTATION, withImage, type ImageChange } from "./manifests.ts";
import { withPortForward } from "./port-forward.ts";
import { expectedReports, progressOf } from "./reports.ts";

const HERE = import.meta.dirname;
const CONFIG = join(HERE, "..", "..", "config");
export const DEMO_NAMESPACE = "stellaops-demo";
export const SYSTEM_NAMESPACE = "stellaops";

const ROLLOUT_TIMEOUT = "--timeout=180s";
const REPORTS_WITHIN_MS = 5 * 60_000;
const POLL_MS = 1_000;
const BAD_POD_ATTEMPTS = 6;
const BAD_POD_PAUSE_MS = 5_000;
const SPEAK_EVERY_MS = 10_000;

/** An image as the cluster's nodes get it. */
export interface ClusterImage {
  readonly reference: string;
  /** The archive that was loaded; absent: nodes pull it. */
  readonly archive?: string;
}

/** CRDs, rights and the operator; returns when it is up. */
export async function installOperator(kubectl: Kubectl, image: ClusterImage): Promise<void> {
  const text = await kubectl("kustomize", join(CONFIG, "default"));
  const before = await buildThatRuns(kubectl);
  await applyText(kubectl, withImage(text, changeOf(PRODUCT_IMAGE, image)));
  await kubectl(
    "wait",
    "--for=condition=Established",
    "crd",
    "-l",
    "app.kubernetes.io/part-of=stellaops",
    "--timeout=60s",
  );
  await rolledOut(kubectl, SYSTEM_NAMESPACE, "stellaops-operator");
  const { build } = changeOf(PRODUCT_IMAGE, image);
  if (before !== "" && build !== undefined && before !== build) await restartWebhook(kubectl);
}

/** Empty when there is none, or when it was not installed from an archive. */
async function buildThatRuns(kubectl: Kubectl): Promise<string> {
  const path = `{.spec.template.metadata.annotations.${BUILD_ANNOTATION.replaceAll(".", "\\.")}}`;
  const deployment = ["deployment", "stellaops-operator", "--ignore-not-found"];
  return kubectl("-n", SYSTEM_NAMESPACE, "get", ...deployment, "-o", `jsonpath=${path}`);
}

/** The operator made it with the same image name as before, so nothing else tells that the image is another. */
async function restartWebhook(kubectl: Kubectl): Promise<void> {
  const webhook = "deployment/stellaops-webhook";
  if ((await kubectl("-n", SYSTEM_NAMESPACE, "get", webhook, "--ignore-not-found", "-o", "name")) === "")
    return;
  await kubectl("-n", SYSTEM_NAMESPACE, "rollout", "restart", webhook);
  await rolledOut(kubectl, SYSTEM_NAMESPACE, "stellaops-webhook");
}

export async function startRegistry(kubectl: Kubectl, image: ClusterImage): Promise<void> {
  const text = await readFile(join(HERE, "registry.yaml"), "utf8");
  await applyText(kubectl, withImage(text, changeOf(REGISTRY_IMAGE, image)));
  await rolledOut(kubectl, DEMO_NAMESPACE, "registry");
}

export async function pushImages(kubectl: Kubectl, { layout, refs }: DemoImages): Promise<void> {
  const target = { namespace: DEMO_NAMESPACE, service: "registry", port: 5000 };
  await withPortForward(kubectl, target, async (port) => {
    for (const ref of refs) await pushImage(`oci-dir:${layout}:${ref}`, `127.0.0.1:${port}/${ref}`);
  });
}

export async function startWorkloads(kubectl: Kubectl): Promise<void> {
  await apply(kubectl, "-f", join(HERE, "workloads.yaml"));
}

export async function applySamples(kubectl: Kubectl): Promise<void> {
  await apply(kubectl, "-k", join(HERE, "samples"));
}

/** @throws DEMO_REPORTS_INCOMPLETE with what is missing */
export async function waitForReports(kubectl: Kubectl, log: Log): Promise<void> {
  const start = performance.now();
  let spoken = { atMs: start, ready: -1 };
  for (;;) {
    const { ready, missing } = progressOf(await kubectl("get", "reports.stella-ops.org", "-A", "-o", "json"));
    if (missing.length === 0) return;
    const now = performance.now();
    if (ready !== spoken.ready || now - spoken.atMs >= SPEAK_EVERY_MS) {
      const line = `  ${ready} of ${expectedReports.length} reports are there (${missing[0] ?? ""})`;
      log(`${line}, ${duration(now - start)}`);
      spoken = { atMs: now, ready };
    }
    if (now - start > REPORTS_WITHIN_MS) {
      const what = `after ${duration(now - start)} these are not as they should be:`;
      throw demoErrors.make("DEMO_REPORTS_INCOMPLETE", [what, ...missing].join("\n  "));
    }
    await delay(POLL_MS);
  }
}

/**
 * What the API server said. For a moment after an image was judged a replica of the webhook may not know it yet, and
 * the sample policy lets unknown images in; so a Pod that was taken is removed and tried again.
 * @throws DEMO_POD_NOT_REFUSED when Pods are still taken, or refused for another reason
 */
export async function tryBadPod(kubectl: Kubectl, log: Log): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const refusal = await refusalOfBadPod(kubectl);
    if (refusal !== undefined) return refusal;
    if (attempt === BAD_POD_ATTEMPTS) {
      throw demoErrors.make("DEMO_POD_NOT_REFUSED", "a Pod that must be refused was taken");
    }
    log("  the Pod was taken and removed again; its image may not be known yet");
    await delay(BAD_POD_PAUSE_MS);
  }
}

async function refusalOfBadPod(kubectl: Kubectl): Promise<string | undefined> {
  const file = join(HERE, "bad-pod.yaml");
  try {
    await kubectl("create", "-f", file);
  } catch (error) {
    const said = messageOf(error).replaceAll(`${PROJECT}/`, "");
    if (said.includes("denied the request")) return said.slice(said.indexOf("\n") + 1);
    throw demoErrors.make("DEMO_POD_NOT_REFUSED", `the Pod failed for another reason: ${said}`, {
      cause: error,
    });
  }
  await kubectl("delete", "-f", file, "--now");
  return undefined;
}

async function rolledOut(kubectl: Kubectl, namespace: string, deployment: string): Promise<void> {
  await kubectl("-n", namespace, "rollout", "status", `deployment/${deployment}`, ROLLOUT_TIMEOUT);
}

function changeOf(from: string, { reference, archive }: ClusterImage): ImageChange {
  return { from, to: reference, ...(archive === undefined ? {} : { build: basename(archive, ".tar") }) };
}
