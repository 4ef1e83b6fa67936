// SPDX-License-Identifier: Apache-2.0
/** Settings of `stella serve operator` and `stella serve webhook`. */
import { z } from "zod";
import type { ConfigOf } from "#lib/config.ts";

const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard);
const logLevel = z.enum(["debug", "info", "warn", "error"]).default("info");

const common = {
  namespace: { schema: z.string().min(1).max(63).default("stellaops"), help: "The system namespace." },
  logLevel: { schema: logLevel, help: "Least level that is logged: debug, info, warn or error." },
  healthPort: { schema: port(8080), help: "Port of /healthz, /readyz and /metrics, plain HTTP." },
  kubeconfig: {
    schema: z.string().optional(),
    help: "Kubeconfig file; absent: the Pod's service account.",
  },
} as const;

export const operatorSettings = {
  ...common,
  dataDir: { schema: z.string().min(1).default("/data"), help: "Folder of catalog, queue and objects." },
  apiPort: { schema: port(8443), help: "Port of the REST API, HTTPS." },
  podName: {
    schema: z.string().default("stellaops-operator"),
    help: "This Pod's name; identity in the Lease.",
  },
  image: {
    schema: z.string().optional(),
    help: "Image of the managed pieces; absent: the image of this Pod.",
  },
  feedRoots: {
    schema: z
      .string()
      .default("/feeds:/kit")
      .transform((text) => text.split(":").filter((root) => root !== "")),
    help: "Folders, separated by colons, that file and folder sources may read.",
  },
  scanWorkers: {
    schema: z.coerce.number().int().min(1).max(64).default(2),
    help: "Scans at a time.",
    unit: "scans",
  },
} as const;

export const webhookSettings = {
  ...common,
  port: { schema: port(9443), help: "Port of the admission webhook, HTTPS." },
  tlsDir: { schema: z.string().default("/tls"), help: "Folder with tls.crt and tls.key." },
  caFile: {
    schema: z.string().default("/ca/ca.crt"),
    help: "CA that the backend's certificate is checked with.",
  },
  backend: {
    schema: z.url().optional(),
    help: "Base address of the REST API; absent: the Service stellaops-api.",
  },
  backendTimeout: {
    schema: z.coerce.number().int().min(100).max(9_000).default(8_000),
    help: "How long an answer of the backend is waited for.",
    unit: "ms",
  },
} as const;

export type OperatorConfig = ConfigOf<typeof operatorSettings>;
export type WebhookConfig = ConfigOf<typeof webhookSettings>;
