// SPDX-License-Identifier: Apache-2.0
/** Bodies of the REST API, first version. Field docs become OpenAPI. */
import { z } from "zod";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 lower-case hex digits");
const objectName = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, "must be a Kubernetes name");

export const scanRequest = z
  .strictObject({
    imageRef: z.string().min(1).max(512).optional().describe("Image reference, with tag or digest."),
    digest: digest.optional().describe("Digest of manifest or index; wins over the tag."),
    namespace: objectName.default("stellaops").describe("Namespace of the Scan, and of its pull secrets."),
    pullSecret: objectName.optional().describe("Pull secret in that namespace."),
    force: z.boolean().default(false).describe("Read every layer anew."),
  })
  .refine((request) => request.imageRef !== undefined, { error: "give imageRef", path: ["imageRef"] });
export type ScanRequest = z.infer<typeof scanRequest>;

export const scanCreated = z.strictObject({
  scanId: z.string().describe("UID of the Scan; the id of GET /api/scans/{id}."),
  namespace: z.string(),
  name: z.string(),
});

const condition = z.strictObject({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
});

export const scanState = z.strictObject({
  scanId: z.string(),
  namespace: z.string(),
  name: z.string(),
  status: z.enum(["Pending", "Running", "Succeeded", "Failed"]),
  digests: z
    .strictObject({ image: digest.optional(), index: digest.optional() })
    .describe("Digest of the manifest that was read, and of the index that named it."),
  layers: z.strictObject({ total: z.int(), cached: z.int(), analyzed: z.int() }).optional(),
  components: z.int().optional(),
  artifacts: z.array(z.strictObject({ id: digest, type: z.string(), size: z.int().describe("Bytes.") })),
  conditions: z.array(condition),
});
export type ScanState = z.infer<typeof scanState>;

export const sbomQuery = z.strictObject({
  format: z
    .enum(["cdx-json", "cdx-pb", "spdx-json", "bom-index"])
    .default("cdx-json")
    .describe("CycloneDX 1.6 as JSON or Protobuf, SPDX 2.3 JSON, or the BOM-Index (inventory only)."),
  view: z
    .enum(["inventory", "usage"])
    .default("inventory")
    .describe("Everything in the image, or what its entry program uses."),
  namespace: objectName.optional().describe("Namespace whose right to read counts; absent: any that may."),
});

export const diffQuery = z.strictObject({
  old: digest.describe("Digest of the older image's manifest."),
  new: digest.describe("Digest of the newer image's manifest."),
  namespace: objectName.optional().describe("Namespace whose right to read counts; absent: any that may."),
});

const packageType = z.string().describe("purl type.");
const packageRef = z.strictObject({
  purl: z.string(),
  type: packageType,
  name: z.string().describe("With namespace."),
  version: z.string(),
  places: z.array(z.string()).describe("Paths of its evidence."),
});
const layer = z.int().describe("Index of a layer of the new image.");
const packageChange = packageRef.extend({ layer: layer.optional() });
const placeChange = z.strictObject({ purl: z.string(), place: z.string(), layer: layer.optional() });

export const imageDiff = z.strictObject({
  old: digest,
  new: digest,
  added: z.array(packageChange),
  removed: z.array(packageChange),
  changed: z.array(
    z.strictObject({ type: packageType, name: z.string(), old: packageRef, new: packageRef, layer }),
  ),
  places: z.strictObject({ added: z.array(placeChange), removed: z.array(placeChange) }),
  byLayer: z.array(
    z.strictObject({
      index: layer,
      digest,
      diffId: digest,
      shared: z.boolean().describe("The old image has the same layer at the same height."),
      added: z.array(z.string()),
      removed: z.array(z.string()),
      changed: z.array(z.string()).describe("`old purl -> new purl`."),
    }),
  ),
});

export const reportRequest = z.strictObject({
  imageDigest: digest,
  namespace: objectName.describe("Namespace whose policies judge."),
});
export const reportMade = z.strictObject({
  reportId: z.string().describe("Digest of the full report."),
  verdict: z.enum(["pass", "warn", "fail"]),
});

export const reportItem = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  image: z.string(),
  imageDigest: digest,
  verdict: z.enum(["pass", "warn", "fail"]).optional(),
  counts: z
    .strictObject({
      critical: z.int(),
      high: z.int(),
      medium: z.int(),
      low: z.int(),
      unknown: z.int(),
    })
    .optional(),
  waived: z.int().optional(),
});
export const reportList = z.strictObject({
  items: z.array(reportItem).max(500),
  next: z.string().optional().describe("Pass as `after` for the next page."),
});
export const reportQuery = z.strictObject({
  namespace: objectName.optional().describe("One namespace; absent: all, which needs the right to list all."),
  after: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const artifactState = z.strictObject({
  id: digest,
  type: z.string(),
  size: z.int().describe("Bytes."),
  ttl: z.int().nullable().describe("Seconds to live; null: kept while an image refers to it."),
  immutable: z.boolean(),
  rekor: z.null().describe("Log entry; null: not attested."),
  refs: z.array(z.string()).describe("Images that refer to it."),
});

export const problem = z.strictObject({
  code: z.string().describe("Stable code."),
  message: z.string(),
});

export const parameters = { digest, objectName };
