// SPDX-License-Identifier: Apache-2.0
/**
 * StellaOps: the one object that says how the installation is set up and shows how it fares.
 * Roles and profiles are in docs/architecture.md.
 */
import { z } from "zod";
import { ruled } from "../cel.ts";
import { defineKind, SYSTEM_NAMESPACE } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { commonStatus } from "./conditions.ts";
import {
  choice,
  count,
  duration,
  flag,
  glob,
  imageReference,
  keyedListOf,
  namespaceName,
  objectName,
  registryHost,
  secretRef,
  setOf,
  shaped,
  text,
  trustWeight,
} from "./fields.ts";

const NAME = "stellaops";

const webhookSchema = ruled(
  z.object({
    enabled: flag("Whether pods are checked at admission.").default(true),
    replicas: count("Webhook pods; two or more survive the loss of a node.", { min: 1, max: 20 }).default(2),
    failurePolicy: choice(
      "What the API server does when no webhook pod answers, for namespaces in neither list below: Ignore admits, Fail denies.",
      ["Ignore", "Fail"],
    ).default("Ignore"),
    failOpenNamespaces: setOf(
      "Namespaces whose pods start when the answer cannot be had.",
      namespaceName("Name of a namespace."),
    ).default([]),
    failClosedNamespaces: setOf(
      "Namespaces whose pods wait until the answer can be had.",
      namespaceName("Name of a namespace."),
    ).default([]),
  }),
  [
    {
      rule: "!has(self.failOpenNamespaces) || !has(self.failClosedNamespaces) || self.failOpenNamespaces.all(n, !(n in self.failClosedNamespaces))",
      message: "a namespace cannot be in both failOpenNamespaces and failClosedNamespaces",
      fieldPath: ".failOpenNamespaces",
      test: ({ failOpenNamespaces, failClosedNamespaces }) =>
        failOpenNamespaces.every((name) => !failClosedNamespaces.includes(name)),
    },
  ],
);

const mirrorSchema = z
  .object({
    url: shaped(
      "Where the mirror answers, with a path prefix if it has one: https://mirror.example.com/dockerhub.",
      /^https?:\/\/[A-Za-z0-9[][^\s?#]*$/,
      512,
    ),
    insecure: flag(
      "Whether its certificate goes unchecked. Stored; not read by this version: use http:// or a caBundle.",
    ).default(false),
  })
  .meta({ description: "One mirror." });

const registrySchema = z
  .object({
    host: registryHost(
      "Registry host as image references name it, with port if any: docker.io, 10.0.0.1:5000.",
    ),
    mirrors: keyedListOf(
      "Mirrors, asked in order before the registry itself.",
      mirrorSchema,
      ["url"],
      8,
    ).exactOptional(),
    caBundle: shaped(
      "Certificates (PEM) that the registry's own may chain to, beside the system's.",
      /^\s*-----BEGIN CERTIFICATE-----/,
      65536,
    ).exactOptional(),
    insecure: flag("Whether plain HTTP and unchecked certificates are good enough.").default(false),
    secretRef: secretRef(
      `Secret of type kubernetes.io/dockerconfigjson in the namespace ${SYSTEM_NAMESPACE}, used where a pod brings none.`,
    ).exactOptional(),
  })
  .meta({ description: "One registry." });

const storageSchema = z.object({
  size: shaped("Size of the volume, e.g. 20Gi.", /^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/, 20),
  storageClassName: objectName("Storage class; the cluster's default where nothing is said.").exactOptional(),
});

const discoverySchema = z.object({
  enabled: flag("Whether images of running pods are found, scanned and reported by themselves.").default(
    true,
  ),
  excludeNamespaces: setOf(
    "Namespaces whose pods are left alone, * as wildcard.",
    glob("Name of a namespace, * as wildcard.", 63),
  ).default([SYSTEM_NAMESPACE]),
  excludeImages: setOf(
    "Images that are left alone, * as wildcard: registry.k8s.io/pause*.",
    glob("Image reference, * as wildcard."),
  ).default([]),
});

const specSchema = z
  .object({
    profile: choice(
      "embedded keeps everything in one pod and one volume; distributed uses MongoDB, S3 and Redis, and is refused for now (condition Stalled).",
      ["embedded", "distributed"],
    ).default("embedded"),
    image: imageReference(
      "Image of the managed pieces; the operator's own where nothing is said.",
    ).exactOptional(),
    environment: shaped(
      "What kind of cluster this is, e.g. prod; policy rules match it as env.",
      /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
      63,
    ).exactOptional(),
    components: z
      .object({
        webhook: webhookSchema.meta({ description: "Admission webhook." }).prefault({}),
        observer: z
          .object({ enabled: flag("Whether it runs on every node.").default(false) })
          .meta({ description: "Node observer." })
          .prefault({}),
      })
      .meta({ description: "Managed pieces, on or off." })
      .prefault({}),
    storage: storageSchema
      .meta({
        description:
          "Volume for catalog, documents and queue. Not part of this version (condition StorageReady): they live as long as the operator's pod and are made anew.",
      })
      .exactOptional(),
    registries: keyedListOf(
      "How to reach registries that need more than a pod's own pull secrets.",
      registrySchema,
      ["host"],
      50,
    ).exactOptional(),
    discovery: discoverySchema.meta({ description: "Which running images are looked at." }).prefault({}),
    openReports: z
      .object({
        enabled: flag(
          "Whether Reports are written as openreports.io Reports too (wgpolicyk8s.io PolicyReports where only those are installed), for dashboards that show any tool's. Without either kind nothing is written.",
        ).default(true),
      })
      .meta({ description: "The same results for dashboards." })
      .prefault({}),
    reportRetention: duration(
      "How long a Report outlives the last pod with its image, e.g. 24h; 0s removes it at once.",
    ).default("24h"),
    scan: z
      .object({
        maxParallel: count("Images scanned at a time; read when the operator starts.", {
          min: 1,
          max: 64,
        }).default(2),
        timeout: duration("Longest time for one image.").default("10m"),
        attachedSboms: z
          .object({
            repositories: setOf(
              "Repositories, * as wildcard: registry.example/ci/*. Whoever can push to one decides what is found in its images: no signature is checked by this version.",
              glob("Registry and repository, without tag, * as wildcard."),
            ),
          })
          .meta({
            description:
              "Whose SBOMs are taken instead of an image's layers when they are attached to it. None where nothing is said; a forced scan reads the layers.",
          })
          .exactOptional(),
        attachedVex: z
          .object({
            repositories: setOf(
              "Repositories, * as wildcard: registry.example/ci/*. Whoever can push to one can say that its images are not affected: no signature is checked by this version.",
              glob("Registry and repository, without tag, * as wildcard."),
            ),
            trustWeight: trustWeight(
              "Weight from 0 to 1 of what is attached against what VexSources say. Below 0.5 it alone sets no finding aside; 0: it is not asked.",
              0.5,
            ),
          })
          .meta({
            description:
              "Whose VEX documents are heard about an image when they are attached to it. None where nothing is said. They are looked for with every Scan of the image.",
          })
          .exactOptional(),
      })
      .meta({ description: "Bounds on scanning." })
      .prefault({}),
  })
  .meta({ description: "How the installation is set up." });

const statusSchema = z
  .object({
    ...commonStatus,
    version: text("Version of the running operator.", 64).exactOptional(),
    counts: z
      .object({
        images: count("Distinct images that run."),
        scans: count("Scans."),
        reports: z
          .object({
            pass: count("Reports with verdict pass."),
            warn: count("Reports with verdict warn."),
            fail: count("Reports with verdict fail."),
          })
          .meta({ description: "Reports by verdict." }),
        queueDepth: count("Jobs that wait."),
      })
      .meta({ description: "What there is." })
      .exactOptional(),
    endpoints: z
      .object({
        api: text("Base URL of the REST API inside the cluster.", 512).exactOptional(),
        metrics: text("URL of the operator's metrics inside the cluster.", 512).exactOptional(),
        webhook: text("URL at which the API server reaches the webhook.", 512).exactOptional(),
      })
      .meta({ description: "Where it answers." })
      .exactOptional(),
  })
  .meta({ description: "How the installation fares." });

export const stellaOps = defineKind({
  kind: "StellaOps",
  plural: "stellaops",
  singular: "stellaops",
  shortNames: ["sto"],
  scope: "Cluster",
  description:
    "StellaOps sets up the installation: which pieces run, how registries are reached, how long reports are kept. There is one, named stellaops.",
  spec: specSchema.prefault({}),
  status: statusSchema,
  rules: [
    {
      rule: `self.metadata.name == '${NAME}'`,
      message: `there is one StellaOps in a cluster and its name is ${NAME}`,
      messageExpression: `'there is one StellaOps in a cluster and its name is ${NAME}, not ' + self.metadata.name`,
      reason: "FieldValueInvalid",
    },
  ],
  columns: [
    { name: "PROFILE", type: "string", jsonPath: ".spec.profile", description: "embedded or distributed." },
    {
      name: "READY",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: "Whether everything that is switched on works.",
    },
    { name: "IMAGES", type: "integer", jsonPath: ".status.counts.images", description: "Images that run." },
    { name: "FAIL", type: "integer", jsonPath: ".status.counts.reports.fail", description: "Verdicts fail." },
    { name: "WARN", type: "integer", jsonPath: ".status.counts.reports.warn", description: "Verdicts warn." },
    { name: "PASS", type: "integer", jsonPath: ".status.counts.reports.pass", description: "Verdicts pass." },
    { name: "QUEUE", type: "integer", jsonPath: ".status.counts.queueDepth", description: "Jobs that wait." },
    {
      name: "VERSION",
      type: "string",
      jsonPath: ".status.version",
      description: "Version of the operator.",
      priority: 1,
    },
  ],
});

export type StellaOps = ObjectOf<typeof stellaOps>;
export type StellaOpsSpec = SpecOf<typeof stellaOps>;
export type StellaOpsStatus = StatusOf<typeof stellaOps>;
