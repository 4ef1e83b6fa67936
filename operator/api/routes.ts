// SPDX-License-Identifier: Apache-2.0
/** The routes of the REST API, first version. */
import { z } from "zod";
import { policyRuntimeRequest, policyRuntimeResponse } from "#lib/contracts/admission.ts";
import * as contracts from "#lib/contracts/api.ts";
import type { ScanRequest, ScanState } from "#lib/contracts/api.ts";
import { defineErrors } from "#lib/errors.ts";
import type { Digest } from "#lib/digest.ts";
import type { ObjectStore } from "#lib/stores/ports.ts";
import type { ScanArtifact } from "#controllers/scan/index.ts";
import type { Report, Scan } from "#crds/index.ts";
import { diffSboms } from "#engines/scanner/index.ts";
import type { Sbom, SbomDiff } from "#engines/scanner/index.ts";
import type { Caches } from "../caches.ts";
import { BY_ARTIFACT, BY_DIGEST, BY_UID } from "../caches.ts";
import { reportKey } from "../evaluation/evaluator.ts";
import { readSbom } from "../evaluation/images.ts";
import type { ImageCatalog } from "../evaluation/images.ts";
import type { Verdicts } from "../evaluation/verdicts.ts";
import type { Access } from "./auth.ts";
import { route } from "./route.ts";
import type { Route, StreamedBody } from "./route.ts";

export const routeErrors = defineErrors("routes", {
  SCAN_MISSING: "missing",
  SBOM_MISSING: "missing",
  REPORT_MISSING: "missing",
  ARTIFACT_MISSING: "missing",
  FORMAT_WITHOUT_VIEW: "invalid",
});

export interface RoutePorts {
  readonly caches: Caches;
  readonly images: ImageCatalog;
  readonly objects: ObjectStore;
  readonly verdicts: Verdicts;
  createScan(request: ScanRequest & { readonly imageRef: string }): Promise<Scan>;
}

/** zod's types have no read-only lists. */
const mutable = (diff: SbomDiff): z.input<typeof contracts.imageDiff> =>
  diff as z.input<typeof contracts.imageDiff>;

/** Which stored document a query asks for. @throws FORMAT_WITHOUT_VIEW */
function sbomArtifact({ format, view }: z.output<typeof contracts.sbomQuery>): {
  readonly type: ScanArtifact["type"];
  readonly contentType: string;
} {
  const prefix = view === "usage" ? "usage-" : "";
  switch (format) {
    case "cdx-json":
      return { type: `${prefix}cyclonedx-json`, contentType: "application/vnd.cyclonedx+json; version=1.6" };
    case "cdx-pb":
      return {
        type: `${prefix}cyclonedx-pb`,
        contentType: "application/x.vnd.cyclonedx+protobuf; version=1.6",
      };
    case "spdx-json":
      return { type: `${prefix}spdx-json`, contentType: "application/spdx+json" };
    case "bom-index":
      if (view === "usage")
        throw routeErrors.make("FORMAT_WITHOUT_VIEW", "a BOM-Index has both views in one: leave view out");
      return { type: "bom-index", contentType: "application/vnd.stella-ops.bom-index" };
  }
}

type May = (access: Access) => Promise<boolean>;

/** Of each SBOM compared in this process, which answers admission too; images of ten thousand packages have half. */
const MAX_DIFFED_BYTES = 32 * 1024 * 1024;
/** Namespaces of a digest that are asked about before the answer is no. */
const MAX_ASKED = 20;

export function apiRoutes(ports: RoutePorts): readonly Route[] {
  return [...scanRoutes(ports), ...documentRoutes(ports), ...reportRoutes(ports), admissionRoute(ports)];
}

function scanRoutes(ports: RoutePorts): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/scans",
      summary: "Have an image scanned.",
      body: contracts.scanRequest,
      response: contracts.scanCreated,
      status: 202,
      handle: async ({ body, require }) => {
        await require({ verb: "create", resource: "scans", namespace: body.namespace });
        const scan = await ports.createScan({ ...body, imageRef: body.imageRef ?? "" });
        const { uid = "", namespace = "", name } = scan.metadata;
        return { scanId: uid, namespace, name };
      },
    }),
    route({
      method: "GET",
      path: "/api/scans/{id}",
      summary: "How a scan stands.",
      params: z.strictObject({ id: z.string().max(64).describe("UID of the Scan.") }),
      response: contracts.scanState,
      handle: async ({ params, may }) => {
        const scan = ports.caches.scans.byIndex(BY_UID, params.id)[0];
        if (scan === undefined || !(await may(accessTo("scans", scan)))) {
          throw routeErrors.make("SCAN_MISSING", `there is no scan ${params.id} that you may read`);
        }
        return scanState(scan);
      },
    }),
  ];
}

function documentRoutes(ports: RoutePorts): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/sboms/{imageDigest}",
      summary: "The SBOM of an image.",
      params: z.strictObject({ imageDigest: contracts.parameters.digest }),
      query: contracts.sbomQuery,
      handle: async ({ params, query, may }): Promise<StreamedBody> => {
        const digest = params.imageDigest as Digest;
        const missing = routeErrors.make("SBOM_MISSING", `there is no SBOM of ${digest} that you may read`);
        if (!(await mayReadImage(ports.caches, digest, query.namespace, may))) throw missing;
        const image = await ports.images.find(digest);
        const { type, contentType } = sbomArtifact(query);
        const artifact = image?.artifacts.find((one) => one.type === type);
        if (artifact === undefined) throw missing;
        return {
          stream: await ports.objects.get(artifact.key),
          contentType,
          size: artifact.size,
          digest: artifact.digest,
        };
      },
    }),
    route({
      method: "GET",
      path: "/api/diff",
      summary: "What changed between two images: packages added, removed and of another version, by layer.",
      query: contracts.diffQuery,
      response: contracts.imageDiff,
      handle: async ({ query, may }) => {
        const read = async (digest: Digest): Promise<Sbom> => {
          const known = (await mayReadImage(ports.caches, digest, query.namespace, may))
            ? await ports.images.find(digest)
            : undefined;
          if (known === undefined) {
            throw routeErrors.make("SBOM_MISSING", `there is no SBOM of ${digest} that you may read`);
          }
          return readSbom(known, ports.objects, MAX_DIFFED_BYTES);
        };
        const [older, newer] = [await read(query.old as Digest), await read(query.new as Digest)];
        return mutable(diffSboms(older, newer));
      },
    }),
    route({
      method: "GET",
      path: "/api/catalog/artifacts/{id}",
      summary: "What is known of a stored document.",
      params: z.strictObject({ id: contracts.parameters.digest.describe("Digest of the document.") }),
      response: contracts.artifactState,
      handle: async ({ params, may }) => {
        for (const scan of ports.caches.scans.byIndex(BY_ARTIFACT, params.id).slice(0, MAX_ASKED)) {
          const artifact = scan.status?.artifacts?.find((one) => one.digest === params.id);
          const image = scan.status?.imageDigest;
          if (artifact === undefined || image === undefined) continue;
          if (!(await mayReadImage(ports.caches, image, undefined, may))) continue;
          const { digest, type, size } = artifact;
          return { id: digest, type, size, ttl: null, immutable: false, rekor: null, refs: [image] };
        }
        throw routeErrors.make("ARTIFACT_MISSING", `there is no document ${params.id} that you may read`);
      },
    }),
  ];
}

function reportRoutes(ports: RoutePorts): readonly Route[] {
  const named = z.strictObject({
    namespace: contracts.parameters.objectName,
    name: contracts.parameters.objectName,
  });
  return [
    route({
      method: "GET",
      path: "/api/reports",
      summary: "Reports, by namespace and name.",
      query: contracts.reportQuery,
      response: contracts.reportList,
      handle: async ({ query, require }) => {
        const { namespace, after, limit } = query;
        await require({
          verb: "list",
          resource: "reports",
          ...(namespace === undefined ? {} : { namespace }),
        });
        const all = ports.caches.reports
          .list()
          .filter((report) => namespace === undefined || report.metadata.namespace === namespace)
          .filter((report) => after === undefined || idOf(report) > after);
        const items = all.slice(0, limit);
        const last = items.at(-1);
        return {
          items: items.map(reportItem),
          ...(all.length > items.length && last !== undefined ? { next: idOf(last) } : {}),
        };
      },
    }),
    route({
      method: "GET",
      path: "/api/reports/{namespace}/{name}",
      summary: "The full report.",
      params: named,
      handle: async ({ params, require }): Promise<StreamedBody> => {
        await require({ verb: "get", resource: "reports", ...params });
        const digest = ports.caches.reports.get(params.namespace, params.name)?.status?.digests?.report;
        const head = digest === undefined ? undefined : await ports.objects.head(reportKey(digest));
        if (head === undefined) {
          throw routeErrors.make("REPORT_MISSING", `${params.namespace}/${params.name} has no report yet`);
        }
        return {
          stream: await ports.objects.get(head.key),
          contentType: "application/json",
          size: head.size,
          digest: head.digest,
        };
      },
    }),
    route({
      method: "POST",
      path: "/api/reports",
      summary: "Judge an image anew, from what is known of it.",
      body: contracts.reportRequest,
      response: contracts.reportMade,
      handle: async ({ body, require }) => {
        const { namespace, imageDigest } = body;
        await require({ verb: "update", resource: "reports", namespace });
        const report = ports.caches.reports
          .byIndex(BY_DIGEST, imageDigest)
          .find((one) => one.metadata.namespace === namespace);
        const image = await ports.images.find(imageDigest as Digest);
        if (report === undefined || image === undefined) {
          throw routeErrors.make("REPORT_MISSING", `${namespace} has no report on ${imageDigest}`);
        }
        const asked = {
          namespace,
          imageDigest,
          image: report.spec.imageRef,
          repository: report.spec.repository,
        };
        const made = await ports.verdicts.forReport(asked, image, true);
        return { reportId: made.reportDigest, verdict: made.summary.verdict };
      },
    }),
  ];
}

function admissionRoute(ports: RoutePorts): Route {
  return route({
    method: "POST",
    path: "/api/v1/scanner/policy/runtime",
    summary: "Verdicts for the images of a Pod; asked by the admission webhook.",
    body: policyRuntimeRequest,
    response: policyRuntimeResponse,
    handle: async ({ body, require }) => {
      await require({ verb: "create", resource: "admissionreviews" });
      return ports.verdicts.forAdmission(body);
    },
  });
}

/**
 * An image may be read by who may read a Report of it, or a Scan that has read it. What a Scan only asks for counts for
 * nothing: anybody may ask for any digest.
 */
async function mayReadImage(
  caches: Caches,
  digest: Digest,
  namespace: string | undefined,
  may: May,
): Promise<boolean> {
  const scans = caches.scans
    .byIndex(BY_DIGEST, digest)
    .filter(({ status }) => status?.imageDigest === digest || status?.indexDigest === digest);
  const digests = new Set<string>([
    digest,
    ...scans.flatMap(({ status }) => [status?.imageDigest ?? "", status?.indexDigest ?? ""]),
  ]);
  const reports = [...digests].flatMap((one) => caches.reports.byIndex(BY_DIGEST, one));
  const candidates = [
    ...reports.map((report) => accessTo("reports", report)),
    ...scans.map((scan) => accessTo("scans", scan)),
  ].filter((access) => namespace === undefined || access.namespace === namespace);
  for (const access of candidates.slice(0, MAX_ASKED)) {
    if (await may(access)) return true;
  }
  return false;
}

function accessTo(resource: Access["resource"], object: Scan | Report) {
  const { namespace = "", name } = object.metadata;
  return { verb: "get" as const, resource, namespace, name };
}

const idOf = (report: Report): string => `${report.metadata.namespace ?? ""}/${report.metadata.name}`;

function scanState(scan: Scan): ScanState {
  const { metadata, status } = scan;
  return {
    scanId: metadata.uid ?? "",
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    status: status?.phase ?? "Pending",
    digests: {
      ...(status?.imageDigest === undefined ? {} : { image: status.imageDigest }),
      ...(status?.indexDigest === undefined ? {} : { index: status.indexDigest }),
    },
    ...(status?.layers === undefined ? {} : { layers: { ...status.layers } }),
    ...(status?.components === undefined ? {} : { components: status.components }),
    artifacts: (status?.artifacts ?? []).map(({ digest, type, size }) => ({ id: digest, type, size })),
    conditions: (status?.conditions ?? []).map(({ type, status: is, reason, message }) => ({
      type,
      status: is,
      reason,
      message,
    })),
  };
}

function reportItem(report: Report): z.input<typeof contracts.reportItem> {
  const { metadata, spec, status } = report;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    image: spec.imageRef,
    imageDigest: spec.imageDigest,
    ...(status?.verdict === undefined ? {} : { verdict: status.verdict }),
    ...(status?.counts === undefined ? {} : { counts: { ...status.counts } }),
    ...(status?.waived === undefined ? {} : { waived: status.waived }),
  };
}
