// SPDX-License-Identifier: Apache-2.0
/** What AdvisorySource and VexSource share: where documents come from, how often, and how the import went. */
import { z } from "zod";
import { ruled } from "../cel.ts";
import type { Rule } from "../cel.ts";
import type { Column } from "../kind.ts";
import { commonStatus } from "./conditions.ts";
import {
  count,
  duration,
  flag,
  imageReference,
  objectName,
  secretRef,
  shaped,
  text,
  time,
} from "./fields.ts";

/** A path that cannot leave the feeds volume. */
function placeSchema(what: string, description: string) {
  const path = text(`Path of the ${what}, relative to the feeds volume.`, 512).min(1);
  return ruled(z.object({ path }), [
    {
      rule: "!self.path.startsWith('/') && !self.path.split('/').exists(part, part == '..')",
      message: "path is relative to the feeds volume and stays in it: no leading / and no ..",
      reason: "FieldValueInvalid",
      fieldPath: ".path",
      test: (place) => !place.path.startsWith("/") && !place.path.split("/").includes(".."),
    },
  ]).meta({ description });
}

const ociSchema = z.object({
  reference: imageReference("Artifact: registry.example.com/feeds/osv:latest."),
  secretRef: secretRef(
    "Secret of type kubernetes.io/dockerconfigjson of the same namespace, with which it may be read.",
  ).exactOptional(),
  insecure: flag("Whether plain HTTP and unchecked certificates are good enough.").default(false),
});

const configMapSchema = z
  .object({
    name: objectName("Name of a ConfigMap of the same namespace."),
    key: shaped("One key of it; all of them where nothing is said.", /^[-._A-Za-z0-9]+$/).exactOptional(),
  })
  .meta({ "x-kubernetes-map-type": "atomic" });

/** The spec fields of every source; a kind adds its `format` and its place on the web, `http`. */
export const sourceSpec = {
  file: placeSchema("file", "One file in the feeds volume.").exactOptional(),
  folder: placeSchema("folder", "All files in a folder of the feeds volume.").exactOptional(),
  oci: ociSchema.meta({ description: "Files in an OCI artifact." }).exactOptional(),
  configMap: configMapSchema
    .meta({ description: "Files in a ConfigMap, for small sets (a ConfigMap holds 1 MiB)." })
    .exactOptional(),
  interval: duration("How often the place is looked at again.").default("1h"),
  staleAfter: duration("Without success for this long the source counts as stale.").default("72h"),
  maxShrinkPercent: count(
    "Share of the records in force, in percent, that an import may lose; one that loses more is held back (reason FeedShrunk). 100 takes any.",
    { max: 100 },
  ).default(20),
  suspend: flag("Whether it is left as it is for now; what was imported stays in force.").default(false),
} as const;

interface Places {
  readonly file?: unknown;
  readonly folder?: unknown;
  readonly oci?: unknown;
  readonly configMap?: unknown;
  readonly http?: unknown;
}

export const onePlace: Rule<Places> = {
  rule: "[has(self.file), has(self.folder), has(self.oci), has(self.configMap), has(self.http)].filter(given, given).size() == 1",
  message: "give exactly one of file, folder, oci, configMap, http",
  reason: "FieldValueInvalid",
  test: ({ file, folder, oci, configMap, http }) =>
    [file, folder, oci, configMap, http].filter((place) => place !== undefined).length === 1,
};

export const sourceStatus = z
  .object({
    ...commonStatus,
    lastExportId: text("Digest of the normalised export that is in force.", 128).exactOptional(),
    records: count("Records in force.").exactOptional(),
    rejected: count("Records left out of the latest import because they could not be read.").exactOptional(),
    lastSuccess: time("When the place was last looked at and read.").exactOptional(),
    lastAttempt: time("When the place was last looked at.").exactOptional(),
    staleSince: time("Since when the source counts as stale; absent: it does not.").exactOptional(),
  })
  .meta({ description: "How the import went." });

export const sourceColumns: readonly Column[] = [
  { name: "FORMAT", type: "string", jsonPath: ".spec.format", description: "Format of the documents." },
  { name: "RECORDS", type: "integer", jsonPath: ".status.records", description: "Records in force." },
  { name: "REJECTED", type: "integer", jsonPath: ".status.rejected", description: "Records left out." },
  {
    name: "READY",
    type: "string",
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: "Whether the source is in force.",
  },
  {
    name: "SUCCESS",
    type: "date",
    jsonPath: ".status.lastSuccess",
    description: "Time since it was last read.",
  },
  {
    name: "EXPORT",
    type: "string",
    jsonPath: ".status.lastExportId",
    description: "Digest of the export in force.",
    priority: 1,
  },
];
