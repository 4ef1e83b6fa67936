// SPDX-License-Identifier: Apache-2.0
/** `stella serve operator`: controllers, workers and the REST API of the embedded profile, wired in one process. */
import { systemClock } from "#lib/clock.ts";
import { describeConfig, readConfig } from "#lib/config.ts";
import { messageOf } from "#lib/errors.ts";
import { proxiesOf } from "#lib/http/proxy.ts";
import { createKubeClient, defaultCredentials, electLeader } from "#lib/kube/index.ts";
import type { KubeClient } from "#lib/kube/index.ts";
import { createLogger } from "#lib/log.ts";
import type { Logger } from "#lib/log.ts";
import { kubernetesAuthorizer } from "./api/auth.ts";
import { apiRoutes } from "./api/routes.ts";
import { createApiServer } from "./api/server.ts";
import type { ApiServer } from "./api/server.ts";
import { createBackend } from "./backend.ts";
import type { Backend } from "./backend.ts";
import { cachesSynced, startCaches, stopCaches } from "./caches.ts";
import { certificateStore } from "./certificates.ts";
import { operatorSettings } from "./config.ts";
import type { OperatorConfig } from "./config.ts";
import { startHealthServer } from "./health.ts";
import { startControllers } from "./manager/controllers.ts";
import { createMetrics } from "./metrics.ts";
import { openEmbeddedStores } from "./stores.ts";
import { version } from "./version.ts";

export const operatorHelp = (): string => describeConfig(operatorSettings);

/** Runs until `stop` aborts; then ends in order: no new work, running work, connections. */
export async function runOperator(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  stop: AbortSignal,
): Promise<void> {
  const config = readConfig(operatorSettings, args, environment);
  const logger = createLogger({ level: config.logLevel, name: "operator" });
  const metrics = createMetrics();
  const client = createKubeClient({
    credentials: await defaultCredentials(environment, { path: config.kubeconfig }),
  });
  const ready = { caches: false, api: false };
  const health = await startHealthServer(config.healthPort, {
    ready: () => ready.caches && ready.api,
    metrics: () => metrics.registry.metrics(),
  });
  const stores = await openEmbeddedStores(config.dataDir, (error) =>
    logger.error({ err: error }, "store failed"),
  );
  const caches = startCaches(client, config.namespace, logger);
  logger.info({ version, dataDir: config.dataDir }, "operator started");
  const ended = new Promise<void>((resolve) =>
    stop.addEventListener("abort", () => resolve(), { once: true }),
  );
  const synced = await Promise.race([cachesSynced(caches), ended.then(() => false)]);
  if (!synced) {
    await Promise.all([stopCaches(caches), health.close(), stores.close()]);
    return;
  }
  ready.caches = true;

  const started: { api?: ApiServer } = {};
  const certificates = certificateStore(client, config.namespace, systemClock, ({ serving }) => {
    const pair = serving["api"];
    if (pair !== undefined) started.api?.setCertificate(pair);
  });
  const image = config.image ?? (await ownImage(client, config));
  const backend = await createBackend({
    config,
    client,
    logger,
    metrics,
    stores,
    caches,
    certificates,
    image,
    proxy: proxiesOf(environment),
  });
  const api = await startApi(config, client, logger, backend, certificates, metrics, () => ready.caches);
  started.api = api;
  ready.api = true;

  const election = electLeader({
    client,
    namespace: config.namespace,
    name: "stellaops-operator",
    identity: `${config.podName}_${process.pid}`,
    logger,
    lead: (signal) => lead(signal, backend, client, config, logger, metrics),
    onLost: (reason) => logger.warn({ reason }, "leadership lost"),
  });
  await ended;
  logger.info({}, "operator stops");
  ready.caches = false;
  await election.stop();
  await api.close();
  await backend.close();
  await stopCaches(caches);
  await health.close();
  await stores.close();
  client.close();
}

async function lead(
  signal: AbortSignal,
  backend: Backend,
  client: KubeClient,
  config: OperatorConfig,
  logger: Logger,
  metrics: ReturnType<typeof createMetrics>,
): Promise<void> {
  const controllers = startControllers(
    {
      client,
      logger,
      instance: config.podName,
      onReconcile: ({ controller, result, seconds }) =>
        metrics.own.reconcileSeconds.observe(seconds, { controller: controller as never, result }),
    },
    backend.controllerPorts,
  );
  const workers = backend.startWorkers(controllers);
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }
  await workers.stop();
  await controllers.stop();
}

async function startApi(
  config: OperatorConfig,
  client: KubeClient,
  logger: Logger,
  backend: Backend,
  certificates: ReturnType<typeof certificateStore>,
  metrics: ReturnType<typeof createMetrics>,
  ready: () => boolean,
): Promise<ApiServer> {
  const { serving } = (await certificates.ensure()).certificates;
  const api = createApiServer({
    routes: apiRoutes(backend.routePorts),
    authorizer: kubernetesAuthorizer(client, systemClock),
    logger,
    version,
    tls: serving["api"] ?? { certificate: "", key: "" },
    ready,
    metrics: () => metrics.registry.metrics(),
    observed: (status, seconds) => metrics.own.requestSeconds.observe(seconds, { status }),
  });
  await api.listen(config.apiPort);
  return api;
}

/** The image that this Pod runs, so that the managed pieces run the same. */
async function ownImage(client: KubeClient, { namespace, podName }: OperatorConfig): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/pods/${podName}`;
  const pod = (await client.raw("GET", path).catch((error: unknown) => {
    throw new Error(`cannot read this Pod (${messageOf(error)}); give --image`, { cause: error });
  })) as {
    readonly spec?: { readonly containers?: readonly { readonly name?: string; readonly image?: string }[] };
  };
  const image = pod.spec?.containers?.find(({ name }) => name === "operator")?.image;
  if (image === undefined) throw new Error(`Pod ${podName} has no container "operator"; give --image`);
  return image;
}
