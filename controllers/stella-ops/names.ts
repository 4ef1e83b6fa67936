// SPDX-License-Identifier: Apache-2.0
/** Names of the managed pieces; config/rbac grants by these names. */

export const names = {
  singleton: "stellaops",
  webhook: "stellaops-webhook",
  webhookTls: "stellaops-webhook-tls",
  webhookServiceAccount: "stellaops-webhook",
  api: "stellaops-api",
  /** ConfigMap with the CA bundle, key `ca.crt`. */
  ca: "stellaops-ca",
  /** Secret with the authority and the API's certificate; only the operator reads it. */
  certificates: "stellaops-certificates",
  webhookConfiguration: "stellaops",
} as const;

export const ports = { api: 8443, webhook: 9443, health: 8080 } as const;

/** DNS names under which the API server and Pods reach a Service of ours. */
export function serviceNames(service: string, namespace: string): readonly string[] {
  return [
    `${service}.${namespace}.svc`,
    `${service}.${namespace}`,
    `${service}.${namespace}.svc.cluster.local`,
  ];
}
