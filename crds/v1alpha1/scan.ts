// SPDX-License-Identifier: Apache-2.0
/**
 * Scan: the facts of one image, gathered once; verdicts are in Report.
 */
import { z } from "zod";
import { immutable, ruled } from "../cel.ts";
import { defineKind } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { commonStatus } from "./conditions.ts";
import {
  choice,
  count,
  digest,
  imageReference,
  keyedListOf,
  largeCount,
  namespaceName,
  objectName,
  shaped,
  text,
  time,
} from "./fields.ts";

const WORD = /^[a-z0-9][a-z0-9._-]*$/;

const platformSchema = z.object({
  os: shaped("Operating system, e.g. linux.", WORD, 32).default("linux"),
  architecture: shaped("Processor architecture, e.g. amd64 or arm64.", WORD, 32),
  variant: shaped("Variant of the architecture, e.g. v8.", WORD, 32).exactOptional(),
});

const pullSecretSchema = z
  .object({
    namespace: namespaceName("Namespace of the Secret."),
    name: objectName("Name of a Secret of type kubernetes.io/dockerconfigjson."),
  })
  .meta({ description: "One pull secret." });

const specSchema = ruled(
  z.object({
    imageRef: imageReference("The image as a pod names it: ghcr.io/acme/api:1.2. Cannot be changed."),
    digest: digest(
      "Digest of the manifest or index to scan, whatever the tag points at now. Cannot be changed.",
    ).exactOptional(),
    platform: platformSchema
      .meta({
        description: "Which image of an index; the node's own where nothing is said. Cannot be changed.",
      })
      .exactOptional(),
    forceGeneration: largeCount(
      "Raise it to have the image scanned anew, cached layers left aside.",
    ).exactOptional(),
    pullSecrets: keyedListOf(
      "Secrets with which the image may be read, tried in order.",
      pullSecretSchema,
      ["namespace", "name"],
      16,
    ).exactOptional(),
  }),
  [immutable("imageRef"), immutable("digest"), immutable("platform")],
).meta({ description: "Which image." });

const artifactSchema = z
  .object({
    type: text("What it is: sbom, cyclonedx-json, bom-index.", 64),
    key: text("Its name in the object store.", 512),
    digest: digest("SHA-256 of its bytes."),
    size: largeCount("Bytes."),
  })
  .meta({ description: "One document in the object store." });

const statusSchema = z
  .object({
    ...commonStatus,
    phase: choice("Where the work stands.", ["Pending", "Running", "Succeeded", "Failed"]).exactOptional(),
    imageDigest: digest("Digest of the manifest that was scanned (one platform).").exactOptional(),
    indexDigest: digest("Digest of the index that it was taken from, if any.").exactOptional(),
    layers: z
      .object({
        total: count("Layers of the image."),
        cached: count("Layers whose facts were known already."),
        analyzed: count("Layers read for this scan."),
      })
      .meta({ description: "What the scan had to read." })
      .exactOptional(),
    components: count("Packages in the SBOM.").exactOptional(),
    omissions: count(
      "Things that could not be read or parsed; above 0 the SBOM is partial and says what is missing.",
    ).exactOptional(),
    artifacts: keyedListOf("Documents made by the scan.", artifactSchema, ["key"], 16).exactOptional(),
    attachedSbom: digest(
      "Manifest of the attached SBOM that was taken instead of the layers (StellaOps spec.scan.attachedSboms).",
    ).exactOptional(),
    attachedVex: z
      .object({
        digest: digest("The documents, compiled."),
        documents: count("Documents that were taken."),
        statements: count("Statements in them."),
        leftOut: count("What was not taken: damaged, too large, or about something else."),
      })
      .meta({
        description:
          "VEX that is attached to the image (StellaOps spec.scan.attachedVex); absent: nobody looked.",
      })
      .exactOptional(),
    startTime: time("When work began.").exactOptional(),
    finishTime: time("When work ended, well or not.").exactOptional(),
    durationMs: count("Milliseconds from start to finish.").exactOptional(),
    scannedFor: largeCount("spec.forceGeneration that the last finished scan was made for.").exactOptional(),
  })
  .meta({ description: "What was found." });

export const scan = defineKind({
  kind: "Scan",
  plural: "scans",
  singular: "scan",
  shortNames: [],
  scope: "Namespaced",
  description:
    "A Scan gathers the facts of one image: its packages, and the layer and path of each. The operator makes one for every digest that runs; make one by hand to have an image scanned before it runs.",
  spec: specSchema,
  status: statusSchema,
  selectable: [".status.imageDigest", ".status.phase"],
  columns: [
    { name: "IMAGE", type: "string", jsonPath: ".spec.imageRef", description: "The image." },
    { name: "PHASE", type: "string", jsonPath: ".status.phase", description: "Where the work stands." },
    { name: "COMPONENTS", type: "integer", jsonPath: ".status.components", description: "Packages found." },
    {
      name: "LAYERS",
      type: "integer",
      jsonPath: ".status.layers.total",
      description: "Layers of the image.",
    },
    {
      name: "CACHED",
      type: "integer",
      jsonPath: ".status.layers.cached",
      description: "Layers whose facts were known already.",
    },
    {
      name: "OMISSIONS",
      type: "integer",
      jsonPath: ".status.omissions",
      description: "Things that could not be read.",
      priority: 1,
    },
    {
      name: "DIGEST",
      type: "string",
      jsonPath: ".status.imageDigest",
      description: "Digest of the scanned manifest.",
      priority: 1,
    },
    {
      name: "MS",
      type: "integer",
      jsonPath: ".status.durationMs",
      description: "Milliseconds from start to finish.",
      priority: 1,
    },
  ],
});

export type Scan = ObjectOf<typeof scan>;
export type ScanSpec = SpecOf<typeof scan>;
export type ScanStatus = StatusOf<typeof scan>;
