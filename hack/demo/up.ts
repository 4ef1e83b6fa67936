// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run demo`: from nothing to reports with verdicts and a refused Pod. Run again, it mends what is not so.
 */
import { clusterUp, type Cluster } from "#hack/cluster/index.ts";
import { demoImages } from "#hack/images/demo.ts";
import { PRODUCT_IMAGE, productImage } from "#hack/images/product.ts";
import { REGISTRY_IMAGE, registryImage } from "#hack/images/registry.ts";
import { duration, type Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { messageOf } from "#lib/errors.ts";
import { showChanges } from "./changes.ts";
import { markNamespaces, refuseForeignNamespaces } from "./ownership.ts";
import { demoErrors } from "./errors.ts";
import { kubectlFor, type Kubectl } from "./kubectl.ts";
import {
  applySamples,
  DEMO_NAMESPACE,
  installOperator,
  pushImages,
  startRegistry,
  startWorkloads,
  SYSTEM_NAMESPACE,
  tryBadPod,
  waitForReports,
  type ClusterImage,
} from "./steps.ts";

export interface DemoOptions {
  readonly name: string;
  /** An existing cluster instead of one made here. */
  readonly context?: string;
  /** Where an existing cluster's nodes find the product's image. */
  readonly image?: string;
  /** The same for the registry's. */
  readonly registryImage?: string;
}

/** Results go to `print`, talk to `log`. */
export async function demoUp(options: DemoOptions, log: Log, print: Log): Promise<void> {
  const start = performance.now();
  const cluster = await step(log, "1/9 cluster", () => clusterUp({ ...clusterOf(options), log }));
  const kubectl = await kubectlFor(cluster, log);
  try {
    await demoOn(cluster, kubectl, options, log, print);
  } catch (error) {
    log(await whatToLookAt(kubectl, cluster));
    throw error;
  }
  log(`done after ${duration(performance.now() - start)}`);
  print(howToGoOn(cluster, options, await reportOfWeb(kubectl)));
}

async function demoOn(
  cluster: Cluster,
  kubectl: Kubectl,
  options: DemoOptions,
  log: Log,
  print: Log,
): Promise<void> {
  if (cluster.provider === "existing") await refuseForeignNamespaces(kubectl);
  const [product, registry] = await step(log, "2/9 our own images", async () => [
    await imageOn(cluster, PRODUCT_IMAGE, options.image, () => productImage(log)),
    await imageOn(cluster, REGISTRY_IMAGE, options.registryImage, () => registryImage(log)),
  ]);
  const images = await step(log, "3/9 demo images", () => demoImages(log));
  await step(log, "4/9 registry, with the demo images", async () => {
    await startRegistry(kubectl, registry);
    await pushImages(kubectl, images);
  });
  await step(log, "5/9 operator", () => installOperator(kubectl, product));
  await step(log, "6/9 workloads, then config/samples", async () => {
    await startWorkloads(kubectl);
    await markNamespaces(kubectl);
    await applySamples(kubectl);
  });
  await step(log, "7/9 reports", () => waitForReports(kubectl, log));
  print(`\n$ kubectl get reports -A\n${await kubectl("get", "reports.stella-ops.org", "-A")}`);
  const refusal = await step(log, "8/9 a Pod that must be refused", () => tryBadPod(kubectl, log));
  print(`\n$ kubectl create -f hack/demo/bad-pod.yaml\n${refusal}\n`);
  await step(log, "9/9 what changes by itself", () => showChanges(kubectl, print));
}

/** Loads the image, unless its name says where nodes pull it. @throws what building and loading it throw */
async function imageOn(
  cluster: Cluster,
  standard: string,
  chosen: string | undefined,
  build: () => Promise<string>,
): Promise<ClusterImage> {
  if (chosen !== undefined) return { reference: chosen };
  const archive = await build();
  try {
    await cluster.loadImage(archive);
  } catch (cause) {
    if (cluster.provider !== "existing") throw cause;
    throw demoErrors.make(
      "DEMO_CLUSTER_UNREACHABLE",
      `${messageOf(cause)}; then say --image NAME --registry-image NAME`,
      { cause },
    );
  }
  return { reference: standard, archive };
}

export function clusterOf({ name, context }: Pick<DemoOptions, "name" | "context">) {
  return { name, ...(context === undefined ? {} : { context }) };
}

/** Pods, and the ends of the logs that tell most. Never fails itself. */
async function whatToLookAt(kubectl: Kubectl, cluster: Cluster): Promise<string> {
  const ask = (...args: string[]) => kubectl(...args).catch((error: unknown) => messageOf(error));
  const operator = ["-n", SYSTEM_NAMESPACE, "logs", "deployment/stellaops-operator", "--tail=25"];
  return [
    "\nThe demo did not get to its end. What there is:",
    await ask("get", "pods", "-A"),
    await ask("get", "stellaops,scans,reports,advisorysources", "-A"),
    await ask("-n", DEMO_NAMESPACE, "get", "events", "--sort-by=.lastTimestamp"),
    `the operator's last lines (${["kubectl", ...operator].join(" ")}):`,
    await ask(...operator),
    `export KUBECONFIG=${cluster.kubeconfigPath}   # to look further\n`,
  ].join("\n");
}

async function reportOfWeb(kubectl: Kubectl): Promise<string> {
  const names = await kubectl("-n", "shop", "get", "reports.stella-ops.org", "-o", "name");
  return /\/(web-[0-9a-f]{12})$/m.exec(names)?.[1] ?? "NAME";
}

function howToGoOn(cluster: Cluster, options: DemoOptions, report: string): string {
  const flag = options.context === undefined ? "" : ` -- --context ${options.context}`;
  return `Look further:
  export KUBECONFIG=${cluster.kubeconfigPath}
  kubectl config use-context ${cluster.context}
  kubectl get stella -A                          every object of ours
  kubectl -n shop describe report ${report}
                                                 the worst findings, and why
  kubectl -n legacy get scanpolicy waivers -o yaml
  npx stella report ${report} -n shop      the whole report, through the API
  kubectl -n stellaops logs deployment/stellaops-operator
  kubectl -n stellaops-demo port-forward service/registry 5000
Tear down: npm run demo:down${flag}`;
}
