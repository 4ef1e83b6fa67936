// SPDX-License-Identifier: Apache-2.0
/**
 * The few requests that setting up a node makes of its API server, with the developer's certificate.
 */
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { join } from "node:path";
import type { ClusterPaths } from "./paths.ts";
import { clusterErrors } from "../errors.ts";

const TIMEOUT_MS = 5_000;

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

export interface KubeApi {
  /** The parsed answer. @throws KUBE_REQUEST_FAILED for any status but 2xx, and when nobody answers */
  readonly get: (path: string) => Promise<unknown>;
  /** Server-side apply. @throws KUBE_REQUEST_FAILED */
  readonly apply: (object: KubeObject) => Promise<void>;
  readonly close: () => void;
}

export async function kubeApi(nodeIp: string, paths: ClusterPaths): Promise<KubeApi> {
  const pem = (file: string) => readFile(join(paths.pki, file));
  const [ca, cert, key] = await Promise.all([pem("ca.crt"), pem("admin.crt"), pem("admin.key")]);
  const agent = new Agent({ ca, cert, key, keepAlive: true });
  const base = `https://${nodeIp}:6443`;
  return {
    get: (path) => ask(agent, "GET", base + path),
    apply: async (object) => {
      const query = "?fieldManager=stellaops-dev&force=true";
      await ask(agent, "PATCH", base + objectPath(object) + query, JSON.stringify(object));
    },
    close: () => {
      agent.destroy();
    },
  };
}

/** REST path of an object: plural by the rules that hold for the kinds used here. */
export function objectPath(object: KubeObject): string {
  const group = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const { name, namespace } = object.metadata;
  const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return `${group}${scope}/${object.kind.toLowerCase()}s/${name}`;
}

function ask(agent: Agent, method: string, url: string, body?: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => {
      reject(clusterErrors.make("KUBE_REQUEST_FAILED", `${method} ${url}: ${why}`, { cause }));
    };
    const headers = body === undefined ? {} : { "content-type": "application/apply-patch+yaml" };
    const outgoing = request(url, { method, agent, headers, timeout: TIMEOUT_MS }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", (error) => fail(error.message, error));
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const status = answer.statusCode ?? 0;
        if (status < 200 || status > 299) fail(`${String(status)} ${text.slice(0, 500)}`);
        else resolve(parse(text));
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer in ${String(TIMEOUT_MS)} ms`)));
    outgoing.on("error", (error) => fail(error.message, error));
    outgoing.end(body);
  });
}

/** Health endpoints answer with plain text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
