// SPDX-License-Identifier: Apache-2.0
/** Certificates of our Services: kept in a Secret that only the operator reads, renewed in their last third. */
import { names, serviceNames } from "#controllers/stella-ops/index.ts";
import type { Clock } from "#lib/clock.ts";
import { createApplier } from "#lib/kube/index.ts";
import type { KubeClient, KubeObject, Resource } from "#lib/kube/index.ts";
import { builtin } from "#lib/kube/index.ts";
import { rotate } from "#lib/pki/rotation.ts";
import type { Certificates } from "#lib/pki/rotation.ts";

interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

const secrets = builtin.secrets as Resource<Secret>;

export interface CertificateStore {
  /** Reads, renews where needed, and makes the stored objects hold the result. */
  ensure(): Promise<{ readonly certificates: Certificates; readonly renewAt: number }>;
}

export function certificateStore(
  client: KubeClient,
  namespace: string,
  clock: Clock,
  onChange: (certificates: Certificates) => void,
): CertificateStore {
  const applier = createApplier({ client, fieldManager: "stellaops-certificates" });
  const dnsNames = {
    api: serviceNames(names.api, namespace),
    webhook: serviceNames(names.webhook, namespace),
  };
  const store = async (object: KubeObject, resource: Resource): Promise<void> => {
    const cached = await client.find(resource, { namespace, name: object.metadata.name ?? "" });
    await applier.applyIfChanged(resource, object, cached);
  };
  return {
    ensure: async () => {
      const stored = await client.find(secrets, { namespace, name: names.certificates });
      const { certificates, changed, renewAt } = await rotate(read(stored), dnsNames, clock.now());
      if (changed) await store(authoritySecret(namespace, certificates), secrets);
      await store(bundleMap(namespace, certificates), builtin.configMaps);
      await store(webhookSecret(namespace, certificates), secrets);
      onChange(certificates);
      return { certificates, renewAt };
    },
  };
}

function read(secret: Secret | undefined): Certificates | undefined {
  const text = (key: string): string => Buffer.from(secret?.data?.[key] ?? "", "base64").toString("utf8");
  if (secret === undefined) return undefined;
  return {
    authority: { certificate: text("ca.crt"), key: text("ca.key") },
    bundle: text("bundle.crt"),
    serving: {
      api: { certificate: text("api.crt"), key: text("api.key") },
      webhook: { certificate: text("webhook.crt"), key: text("webhook.key") },
    },
  };
}

const encoded = (texts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text ?? "").toString("base64")]),
  );

const metadata = (namespace: string, name: string) => ({
  namespace,
  name,
  labels: { "app.kubernetes.io/part-of": "stellaops" },
});

function authoritySecret(namespace: string, { authority, bundle, serving }: Certificates): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata(namespace, names.certificates),
    type: "Opaque",
    data: encoded({
      "ca.crt": authority.certificate,
      "ca.key": authority.key,
      "bundle.crt": bundle,
      "api.crt": serving["api"]?.certificate,
      "api.key": serving["api"]?.key,
      "webhook.crt": serving["webhook"]?.certificate,
      "webhook.key": serving["webhook"]?.key,
    }),
  };
}

function webhookSecret(namespace: string, { serving }: Certificates): Secret {
  const { certificate, key } = serving["webhook"] ?? {};
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata(namespace, names.webhookTls),
    type: "kubernetes.io/tls",
    data: encoded({ "tls.crt": certificate, "tls.key": key }),
  };
}

function bundleMap(namespace: string, { bundle }: Certificates): KubeObject & { readonly data: object } {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(namespace, names.ca),
    data: { "ca.crt": bundle },
  };
}
