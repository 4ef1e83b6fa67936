// SPDX-License-Identifier: Apache-2.0
/** `stella serve webhook`: the admission webhook over its watches, its cache and the backend. */
import { join } from "node:path";
import { Registry, collectDefaultMetrics } from "prom-client";
import { names, ports as servicePorts } from "#controllers/stella-ops/index.ts";
import { resources } from "#crds/index.ts";
import type { ScanPolicy, StellaOps } from "#crds/index.ts";
import { systemClock } from "#lib/clock.ts";
import { describeConfig, readConfig } from "#lib/config.ts";
import { builtin, createKubeClient, defaultCredentials, watchResource } from "#lib/kube/index.ts";
import type { KubeObject, Resource } from "#lib/kube/index.ts";
import { createLogger } from "#lib/log.ts";
import { defineMetrics } from "#lib/metrics.ts";
import { admit } from "#webhook/admit.ts";
import { backendClient } from "#webhook/backend-client.ts";
import { FactsCache } from "#webhook/facts-cache.ts";
import { policyView } from "#webhook/policy-view.ts";
import { reviewPolicy } from "#webhook/review-policy.ts";
import { startServer } from "#webhook/server.ts";
import { webhookSettings } from "./config.ts";
import { startHealthServer } from "./health.ts";

export const webhookHelp = (): string => describeConfig(webhookSettings);

export async function runWebhook(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  stop: AbortSignal,
): Promise<void> {
  const config = readConfig(webhookSettings, args, environment);
  const logger = createLogger({ level: config.logLevel, name: "webhook" });
  const credentials = await defaultCredentials(environment, { path: config.kubeconfig });
  const client = createKubeClient({ credentials });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = webhookMetrics(registry);
  const stores = {
    policies: watchResource(client, resources.scanPolicies as Resource<ScanPolicy>, { logger }),
    namespaces: watchResource(client, builtin.namespaces, { logger, transform: namespaceLabels }),
    stellaOps: watchResource(client, resources.stellaOps as Resource<StellaOps>, { logger }),
  };
  let ready = false;
  const health = await startHealthServer(config.healthPort, {
    ready: () => ready,
    metrics: () => registry.metrics(),
  });
  const base = config.backend ?? `https://${names.api}.${config.namespace}.svc:${servicePorts.api}`;
  const backend = backendClient({
    base,
    caFile: config.caFile,
    timeoutMs: config.backendTimeout,
    credentials,
  });
  const facts = new FactsCache(backend.ask, systemClock);
  const view = policyView(stores, config.namespace);
  const admitPod = async (body: string): Promise<string> => {
    const started = performance.now();
    const answer = await admit(body, {
      view,
      facts,
      decided: ({ namespace }, { allowed, violations }) => {
        const decision = allowed ? (violations.length > 0 ? "allow-with-findings" : "allow") : "deny";
        metrics.decisions.add(1, { decision });
        if (!allowed) logger.info({ namespace, rules: violations.map(({ rule }) => rule) }, "pod denied");
      },
    });
    metrics.seconds.observe((performance.now() - started) / 1000);
    return answer;
  };
  const server = await startServer({
    port: config.port,
    certificateFile: join(config.tlsDir, "tls.crt"),
    keyFile: join(config.tlsDir, "tls.key"),
    failed: (error) => logger.error({ err: error }, "admission failed"),
    routes: new Map([
      ["/admit", admitPod],
      ["/policies", (body) => Promise.resolve(reviewPolicy(body))],
    ]),
  });
  metrics.cacheHits.onScrape(() => metrics.cacheHits.set(facts.hits));
  metrics.backendFailures.onScrape(() => metrics.backendFailures.set(facts.failures));
  const synced = await Promise.race([
    Promise.all(Object.values(stores).map((store) => store.synced)).then((all) => all.every(Boolean)),
    aborted(stop).then(() => false),
  ]);
  ready = synced;
  logger.info({ port: server.port, backend: base }, "webhook started");
  await aborted(stop);
  ready = false;
  await server.close();
  await Promise.all(Object.values(stores).map((store) => store.stop()));
  await backend.close();
  await health.close();
  client.close();
}

function webhookMetrics(registry: Registry) {
  return defineMetrics(registry, {
    decisions: {
      type: "counter",
      name: "stella_admission_decisions_total",
      unit: "decisions",
      help: "Reviewed Pods by decision.",
      labels: { decision: ["allow", "allow-with-findings", "deny"] },
    },
    seconds: {
      type: "histogram",
      name: "stella_admission_seconds",
      unit: "seconds",
      help: "Of one review.",
      buckets: [0.001, 0.002, 0.004, 0.008, 0.016, 0.05, 0.1, 0.5, 1, 5],
    },
    cacheHits: {
      type: "gauge",
      name: "stella_admission_cache_hits",
      unit: "hits",
      help: "Reviews answered from the cache of facts, since the start.",
    },
    backendFailures: {
      type: "gauge",
      name: "stella_admission_backend_failures",
      unit: "failures",
      help: "Questions that the backend did not answer, since the start.",
    },
  });
}

const namespaceLabels = (object: KubeObject): KubeObject => {
  const { name, uid, resourceVersion, labels } = object.metadata;
  return {
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(labels === undefined ? {} : { labels }),
    },
  };
};

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
