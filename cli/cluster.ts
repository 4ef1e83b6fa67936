// SPDX-License-Identifier: Apache-2.0
/**
 * What the cluster says. Lists come from the API server as it prints them for kubectl (Table, meta.k8s.io/v1); whole
 * reports from the REST API, reached through a port-forward with the caller's own Kubernetes identity.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { renderTable } from "#engines/evaluation/index.ts";
import type { ReportDocument } from "#engines/evaluation/index.ts";
import { resources } from "#crds/index.ts";
import { defineErrors, messageOf } from "#lib/errors.ts";
import {
  builtin,
  collectionPath,
  createKubeClient,
  defineResource,
  kubeconfigCredentials,
  objectPath,
} from "#lib/kube/index.ts";
import type { KubeClient, KubeObject, Resource } from "#lib/kube/index.ts";
import { isColorful, terminalWidth, writeResult } from "./output.ts";
import { forwardedRequest } from "./port-forward.ts";
import { plainTable } from "./table.ts";
import type { ClusterFlags, Gettable } from "./verbs/get.ts";

export const clusterErrors = defineErrors("cluster", {
  REPORT_MISSING: "missing",
  API_UNREACHABLE: "unavailable",
  API_DENIED: "denied",
  KUBECONFIG_INVALID: "invalid",
  /** There is none at any of the places where one is looked for. */
  KUBECONFIG_MISSING: "missing",
});

const SYSTEM_NAMESPACE = "stellaops";

const configMaps = defineResource<KubeObject & { readonly data?: Readonly<Record<string, string>> }>(
  builtin.configMaps,
);

const RESOURCES: Readonly<Record<Gettable, Resource>> = {
  reports: resources.reports,
  scans: resources.scans,
  scanpolicies: resources.scanPolicies,
  schedules: resources.schedules,
  advisorysources: resources.advisorySources,
  vexsources: resources.vexSources,
  notifyrules: resources.notifyRules,
  notifychannels: resources.notifyChannels,
  stellaops: resources.stellaOps,
};

interface Connection {
  readonly client: KubeClient;
  readonly config: KubeConfig;
  readonly namespace: string;
}

async function connect(flags: ClusterFlags): Promise<Connection> {
  const config = loadConfig(flags);
  const credentials = await kubeconfigCredentials({ path: flags.kubeconfig, context: flags.context });
  const namespace =
    flags.namespace ?? config.getContextObject(config.getCurrentContext())?.namespace ?? "default";
  return { client: createKubeClient({ credentials }), config, namespace };
}

/** @throws KUBECONFIG_INVALID, KUBECONFIG_MISSING */
function loadConfig({ kubeconfig, context }: ClusterFlags): KubeConfig {
  requireKubeconfig(kubeconfig);
  const config = new KubeConfig();
  const name = kubeconfig ?? "the default kubeconfig (KUBECONFIG or ~/.kube/config)";
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
    if (context !== undefined) config.setCurrentContext(context);
  } catch (cause) {
    const why = messageOf(cause).split("\n", 1)[0] ?? "";
    throw clusterErrors.make("KUBECONFIG_INVALID", `${name} cannot be read: ${why}`, { cause });
  }
  const server = config.getCurrentCluster()?.server;
  if (server !== undefined && !URL.canParse(server)) {
    throw clusterErrors.make("KUBECONFIG_INVALID", `${name} names a server that is no URL: ${server}`);
  }
  return config;
}

/** Without one the client library would try a server on this machine, and tell of that. @throws KUBECONFIG_MISSING */
function requireKubeconfig(given: string | undefined): void {
  const listed = process.env["KUBECONFIG"];
  const files =
    given !== undefined
      ? [given]
      : listed !== undefined && listed !== ""
        ? listed.split(delimiter).filter((file) => file !== "")
        : [join(process.env["HOME"] ?? homedir(), ".kube", "config")];
  const isInCluster = given === undefined && existsSync(SERVICE_ACCOUNT_TOKEN);
  if (isInCluster || files.some((file) => existsSync(file))) return;
  throw clusterErrors.make(
    "KUBECONFIG_MISSING",
    `there is no kubeconfig at ${files.join(", ")}: name one with --kubeconfig FILE or KUBECONFIG`,
  );
}

const SERVICE_ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

const wantsJson = (flags: ClusterFlags): boolean => flags.json === true || flags.output === "json";

interface TableAnswer {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: KubeObject }[];
}

const MAX_ROWS = 500;

export async function getKind(kind: Gettable, name: string | undefined, flags: ClusterFlags): Promise<void> {
  const { client, namespace } = await connect(flags);
  try {
    const resource = RESOURCES[kind];
    const everywhere = flags.allNamespaces === true || !resource.namespaced;
    const path =
      name === undefined
        ? collectionPath(resource, everywhere ? undefined : namespace)
        : objectPath(resource, resource.namespaced ? { namespace, name } : { name });
    const listed = name === undefined ? `${path}?limit=${MAX_ROWS}` : path;
    if (wantsJson(flags)) {
      await writeResult(`${JSON.stringify(await client.raw("GET", listed), null, 2)}\n`, undefined);
      return;
    }
    const table = (await client.raw("GET", listed, undefined, {
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
    })) as TableAnswer;
    await writeResult(tableText(table, everywhere && resource.namespaced), undefined);
  } finally {
    client.close();
  }
}

function tableText({ columnDefinitions, rows }: TableAnswer, withNamespace: boolean): string {
  if (rows.length === 0) return "No resources found.\n";
  const shown = columnDefinitions.flatMap(({ priority }, index) => (priority === 0 ? [index] : []));
  const heads = shown.map((index) => (columnDefinitions[index]?.name ?? "").toUpperCase());
  const body = rows.map(({ cells, object }) => [
    ...(withNamespace ? [object.metadata.namespace ?? ""] : []),
    ...shown.map((index) => cellText(cells[index])),
  ]);
  return plainTable(withNamespace ? ["NAMESPACE", ...heads] : heads, body);
}

const cellText = (cell: unknown): string =>
  typeof cell === "string" || typeof cell === "number" || typeof cell === "boolean" ? String(cell) : "";

export async function printReport(name: string, flags: ClusterFlags): Promise<void> {
  const { client, config, namespace } = await connect(flags);
  try {
    const report = await client.find(resources.reports, { namespace, name });
    if (report === undefined) {
      throw clusterErrors.make(
        "REPORT_MISSING",
        `there is no Report ${namespace}/${name}; stella get reports -A lists them`,
      );
    }
    const text = await fetchReport(client, config, namespace, name);
    if (wantsJson(flags)) {
      await writeResult(`${text}\n`, undefined);
      return;
    }
    const { all = false, wide = false } = flags;
    const document = JSON.parse(text) as ReportDocument;
    await writeResult(
      renderTable(document, { width: terminalWidth(), color: isColorful(process.stdout), all, wide }),
      undefined,
    );
  } finally {
    client.close();
  }
}

interface TokenRequest extends KubeObject {
  readonly spec: object;
  readonly status?: { readonly token?: string };
}

async function fetchReport(
  client: KubeClient,
  config: KubeConfig,
  namespace: string,
  name: string,
): Promise<string> {
  const ca = await client.get(configMaps, { namespace: SYSTEM_NAMESPACE, name: "stellaops-ca" });
  const pods = await client.list(builtin.pods, {
    namespace: SYSTEM_NAMESPACE,
    labelSelector: "app.kubernetes.io/name=stellaops-operator",
    fieldSelector: "status.phase=Running",
  });
  const pod = pods.items[0]?.metadata.name;
  if (pod === undefined)
    throw clusterErrors.make("API_UNREACHABLE", "no operator Pod runs in the namespace stellaops");
  const token = config.getCurrentUser()?.token ?? (await viewerToken(client));
  const answer = await forwardedRequest(config, {
    namespace: SYSTEM_NAMESPACE,
    pod,
    port: 8443,
    serverName: `stellaops-api.${SYSTEM_NAMESPACE}.svc`,
    ca: ca.data?.["ca.crt"] ?? "",
    path: `/api/reports/${namespace}/${name}`,
    token,
  }).catch((cause: unknown) => {
    throw clusterErrors.make("API_UNREACHABLE", `the REST API gave no answer: ${messageOf(cause)}`, {
      cause,
    });
  });
  if (answer.status === 200) return answer.body;
  const problem = readProblem(answer.body);
  const code =
    answer.status === 404 ? "REPORT_MISSING" : answer.status < 500 ? "API_DENIED" : "API_UNREACHABLE";
  throw clusterErrors.make(code, `the REST API answered ${answer.status}: ${problem}`);
}

/** For callers whose kubeconfig holds no token (certificates, exec plug-ins): ten minutes of the viewer account. */
async function viewerToken(client: KubeClient): Promise<string> {
  const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/serviceaccounts/stellaops-viewer/token`;
  const answer = (await client.raw("POST", path, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 600 },
  })) as TokenRequest;
  return answer.status?.token ?? "";
}

function readProblem(body: string): string {
  try {
    return (JSON.parse(body) as { readonly message?: string }).message ?? body.slice(0, 200);
  } catch {
    return body.slice(0, 200);
  }
}
