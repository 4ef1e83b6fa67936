// SPDX-License-Identifier: Apache-2.0
/**
 * Where the API server is and who we are there. In a Pod the service account's files are read directly, so that
 * the product's processes never load client-node; a kubeconfig (certificates, exec plugins, OIDC) is client-node's.
 */
import { readFile } from "node:fs/promises";
import type { Agent } from "node:http";
import { isIPv6 } from "node:net";
import { messageOf } from "../errors.ts";
import { kubeErrors } from "./errors.ts";

export interface Credentials {
  /** Origin and optional path prefix, e.g. `https://10.96.0.1:443`. */
  readonly server: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ca?: string | Buffer | undefined;
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  readonly servername?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
  /** Only when connections must go through a proxy. */
  readonly agent?: Agent | undefined;
}

export interface CredentialSource {
  /** The namespace of the Pod or the context. */
  readonly namespace?: string | undefined;
  /** Called before each request; cheap. @throws KUBE_CONFIG_INVALID */
  current(): Promise<Credentials>;
  /** The server answered 401: what was cached is of no use. */
  refused(): void;
}

/** The same credentials for ever. */
export function fixedCredentials(credentials: Credentials, namespace?: string): CredentialSource {
  return { namespace, current: () => Promise.resolve(credentials), refused: () => undefined };
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
/** Projected tokens live an hour and are renewed at 80 percent, so files may be kept for a minute. */
const KEEP_MS = 60_000;

/** A Pod's service account. Files are read again every minute, since tokens and the CA rotate. */
export async function inClusterCredentials(
  env: Readonly<Record<string, string | undefined>>,
  folder = SERVICE_ACCOUNT,
): Promise<CredentialSource> {
  const host = env["KUBERNETES_SERVICE_HOST"] ?? "";
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${env["KUBERNETES_SERVICE_PORT"] ?? "443"}`;
  if (host === "") throw kubeErrors.make("KUBE_CONFIG_INVALID", "KUBERNETES_SERVICE_HOST is not set");
  const read = async (): Promise<Credentials> => {
    const [token, ca] = await Promise.all([readText(`${folder}/token`), readText(`${folder}/ca.crt`)]);
    return { server, ca, headers: { authorization: `Bearer ${token.trim()}` } };
  };
  await read();
  const namespace = await readText(`${folder}/namespace`).catch(() => undefined);
  return { namespace: namespace?.trim(), ...kept(read, KEEP_MS) };
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw kubeErrors.make("KUBE_CONFIG_INVALID", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  });
}

export interface KubeconfigOptions {
  /** A kubeconfig; `KUBECONFIG` and then `~/.kube/config` when absent. */
  readonly path?: string | undefined;
  /** `current-context` when absent. */
  readonly context?: string | undefined;
}

/** A kubeconfig read by client-node. After a 401 it is read and its exec plugin run again. */
export async function kubeconfigCredentials(options: KubeconfigOptions = {}): Promise<CredentialSource> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const load = (): InstanceType<typeof KubeConfig> => {
    const config = new KubeConfig();
    try {
      if (options.path === undefined) config.loadFromDefault();
      else config.loadFromFile(options.path);
    } catch (cause) {
      throw kubeErrors.make("KUBE_CONFIG_INVALID", `cannot use the kubeconfig: ${messageOf(cause)}`, {
        cause,
      });
    }
    if (options.context !== undefined) config.setCurrentContext(options.context);
    if (config.getCurrentCluster() === null) {
      const context = options.context ?? config.getCurrentContext();
      throw kubeErrors.make("KUBE_CONFIG_INVALID", `the kubeconfig has no cluster for context ${context}`);
    }
    return config;
  };
  let config = load();
  const keeper = kept(() => credentialsOf(config), 10_000);
  return {
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    current: keeper.current,
    refused: () => {
      config = load();
      keeper.refused();
    },
  };
}

interface ConfigLike {
  getCurrentCluster(): { readonly server: string; readonly proxyUrl?: string } | null;
  applyToHTTPSOptions(options: Record<string, unknown>): Promise<void>;
}

async function credentialsOf(config: ConfigLike): Promise<Credentials> {
  const options: Record<string, unknown> & { auth?: string; headers?: Record<string, string> } = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw kubeErrors.make("KUBE_CONFIG_INVALID", `cannot get credentials: ${messageOf(cause)}`, { cause });
  }
  const cluster = config.getCurrentCluster();
  const basic = typeof options.auth === "string" ? Buffer.from(options.auth).toString("base64") : undefined;
  return {
    server: cluster?.server ?? "",
    headers: { ...options.headers, ...(basic === undefined ? {} : { Authorization: `Basic ${basic}` }) },
    ca: options["ca"] as Buffer | undefined,
    cert: options["cert"] as Buffer | undefined,
    key: options["key"] as Buffer | undefined,
    servername: options["servername"] as string | undefined,
    rejectUnauthorized: options["rejectUnauthorized"] as boolean | undefined,
    ...(cluster?.proxyUrl === undefined ? {} : { agent: options["agent"] as Agent }),
  };
}

/** Answers from memory for `keepMs`; one read at a time; when a read fails the older answer serves on. */
function kept(
  read: () => Promise<Credentials>,
  keepMs: number,
): Pick<CredentialSource, "current" | "refused"> {
  let held: { credentials: Credentials; at: number } | undefined;
  let reading: Promise<Credentials> | undefined;
  const refresh = async (): Promise<Credentials> => {
    try {
      const credentials = await read();
      held = { credentials, at: performance.now() };
      return credentials;
    } catch (error) {
      if (held === undefined) throw error;
      return held.credentials;
    } finally {
      reading = undefined;
    }
  };
  return {
    current: () => {
      if (held !== undefined && performance.now() - held.at < keepMs)
        return Promise.resolve(held.credentials);
      return (reading ??= refresh());
    },
    refused: () => {
      held = undefined;
    },
  };
}

/** The Pod's service account when there is one, else the kubeconfig. */
export async function defaultCredentials(
  env: Readonly<Record<string, string | undefined>>,
  options: KubeconfigOptions = {},
): Promise<CredentialSource> {
  const explicit =
    options.path !== undefined || options.context !== undefined || env["KUBECONFIG"] !== undefined;
  if (env["KUBERNETES_SERVICE_HOST"] !== undefined && !explicit) return inClusterCredentials(env);
  return kubeconfigCredentials(options);
}
