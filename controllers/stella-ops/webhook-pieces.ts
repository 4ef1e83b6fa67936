// SPDX-License-Identifier: Apache-2.0
/** The webhook's Deployment, Service and ValidatingWebhookConfiguration, from the StellaOps object. Pure. */
import type { KubeObject } from "#lib/kube/index.ts";
import { names, ports } from "./names.ts";

export interface WebhookSettings {
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number;
  /** Where neither list names the namespace. */
  readonly failurePolicy: "Ignore" | "Fail";
  readonly failOpenNamespaces: readonly string[];
  readonly failClosedNamespaces: readonly string[];
  /** PEM. */
  readonly caBundle: string;
  /** The StellaOps object: when it goes, Kubernetes removes every piece, and no dead webhook holds up Pods. */
  readonly owner: { readonly name: string; readonly uid: string };
}

const labels = { "app.kubernetes.io/name": names.webhook, "app.kubernetes.io/part-of": "stellaops" };

const metadataOf = (name: string, { namespace, owner }: WebhookSettings) => ({
  name,
  namespace,
  labels,
  ownerReferences: [{ apiVersion: "stella-ops.org/v1alpha1", kind: "StellaOps", ...owner }],
});

/** In the order in which they must exist; the configuration comes last, once there is something to call. */
export function webhookPieces(settings: WebhookSettings): readonly KubeObject[] {
  return [service(settings), disruptionBudget(settings), deployment(settings)];
}

/**
 * For Pods two webhooks over one handler: the API server knows one failure policy a webhook, we one a namespace.
 * Our own namespace is never judged: a broken webhook must not hold up its own repair.
 */
export function webhookConfiguration(settings: WebhookSettings): KubeObject {
  const { failOpenNamespaces, failClosedNamespaces, failurePolicy, namespace } = settings;
  const other = failurePolicy === "Ignore" ? failClosedNamespaces : failOpenNamespaces;
  const listed = other.filter((name) => name !== namespace);
  const rest = [namespace, "kube-system", "kube-node-lease", ...listed].sort();
  const otherPolicy = failurePolicy === "Ignore" ? "Fail" : "Ignore";
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: {
      name: names.webhookConfiguration,
      labels,
      ownerReferences: metadataOf("", settings).ownerReferences,
    },
    webhooks: [
      webhook(settings, "pods.stella-ops.org", failurePolicy, { operator: "NotIn", values: rest }),
      ...(listed.length === 0
        ? []
        : [webhook(settings, "listed.pods.stella-ops.org", otherPolicy, { operator: "In", values: listed })]),
      policyWebhook(settings),
    ],
  } as KubeObject;
}

/** Where nobody answers, a policy is taken as it is: its controller says what is wrong with it. */
function policyWebhook(settings: WebhookSettings) {
  return {
    name: "scanpolicies.stella-ops.org",
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    failurePolicy: "Ignore",
    matchPolicy: "Equivalent",
    timeoutSeconds: 5,
    rules: [
      {
        apiGroups: ["stella-ops.org"],
        apiVersions: ["v1alpha1"],
        resources: ["scanpolicies"],
        operations: ["CREATE", "UPDATE"],
        scope: "Namespaced",
      },
    ],
    clientConfig: clientConfig(settings, "/policies"),
  };
}

const clientConfig = ({ namespace, caBundle }: WebhookSettings, path: string) => ({
  service: { namespace, name: names.webhook, path, port: ports.webhook },
  caBundle: Buffer.from(caBundle).toString("base64"),
});

function webhook(
  settings: WebhookSettings,
  name: string,
  failurePolicy: string,
  where: { readonly operator: string; readonly values: readonly string[] },
) {
  return {
    name,
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    failurePolicy,
    matchPolicy: "Equivalent",
    timeoutSeconds: 10,
    namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", ...where }] },
    rules: [
      {
        apiGroups: [""],
        apiVersions: ["v1"],
        resources: ["pods", "pods/ephemeralcontainers"],
        operations: ["CREATE", "UPDATE"],
        scope: "Namespaced",
      },
    ],
    clientConfig: clientConfig(settings, "/admit"),
  };
}

function service(settings: WebhookSettings): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(names.webhook, settings),
    spec: {
      selector: { "app.kubernetes.io/name": names.webhook },
      ports: [{ name: "https", port: ports.webhook, protocol: "TCP", targetPort: "https" }],
    },
  } as KubeObject;
}

function disruptionBudget(settings: WebhookSettings): KubeObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadataOf(names.webhook, settings),
    spec: { maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/name": names.webhook } } },
  } as KubeObject;
}

function deployment(settings: WebhookSettings): KubeObject {
  const { image, replicas } = settings;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(names.webhook, settings),
    spec: {
      replicas,
      selector: { matchLabels: { "app.kubernetes.io/name": names.webhook } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels }, spec: podSpec(image) },
    },
  } as KubeObject;
}

function podSpec(image: string) {
  const probe = (path: string) => ({ httpGet: { path, port: "health", scheme: "HTTP" } });
  return {
    serviceAccountName: names.webhookServiceAccount,
    terminationGracePeriodSeconds: 15,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "app.kubernetes.io/name": names.webhook } },
      },
    ],
    containers: [
      {
        name: "webhook",
        image,
        imagePullPolicy: "IfNotPresent",
        args: ["serve", "webhook"],
        env: [
          {
            name: "STELLA_NAMESPACE",
            valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } },
          },
        ],
        ports: [
          { name: "https", containerPort: ports.webhook, protocol: "TCP" },
          { name: "health", containerPort: ports.health, protocol: "TCP" },
        ],
        readinessProbe: { ...probe("/readyz"), periodSeconds: 2 },
        livenessProbe: { ...probe("/healthz"), periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
        startupProbe: { ...probe("/healthz"), periodSeconds: 1, failureThreshold: 60 },
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "tls", mountPath: "/tls", readOnly: true },
          { name: "ca", mountPath: "/ca", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "tls", secret: { secretName: names.webhookTls } },
      { name: "ca", configMap: { name: names.ca } },
    ],
  };
}
