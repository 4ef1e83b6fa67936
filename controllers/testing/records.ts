// SPDX-License-Identifier: Apache-2.0
/** Outcomes of jobs and evaluations, for tests of several folders. */
import { digestOf } from "#lib/digest.ts";
import type { ImageDigest } from "#lib/digest.ts";
import type { ErrorKind } from "#lib/errors.ts";
import { summarize } from "#engines/evaluation/index.ts";
import { finding, report } from "#engines/evaluation/testing/builders.ts";
import type { Evaluation } from "../report/index.ts";
import type { ScanRecord } from "../scan/index.ts";
import type { ImportRecord } from "../source/index.ts";
import { NOW } from "./objects.ts";

export type GoodResult = Extract<ScanRecord["result"], { readonly ok: true }>;

export function goodRecord(over: Partial<ScanRecord> = {}, result: Partial<GoodResult> = {}): ScanRecord {
  return {
    key: "uid-1:1",
    forceGeneration: 0,
    startedAt: NOW - 5_000,
    finishedAt: NOW - 3_000,
    result: {
      ok: true,
      imageDigest: digestOf<ImageDigest>("image"),
      platform: { os: "linux", architecture: "amd64" },
      layers: { total: 3, cached: 2, analyzed: 1 },
      components: 42,
      omissions: 0,
      artifacts: [{ type: "sbom", key: "images/a/sbom.json", digest: digestOf("sbom"), size: 7 }],
      ...result,
    },
    ...over,
  };
}

export function failedRecord(kind: ErrorKind, over: Partial<ScanRecord> = {}): ScanRecord {
  return {
    key: "uid-1:1",
    forceGeneration: 0,
    startedAt: NOW - 5_000,
    finishedAt: NOW - 3_000,
    result: { ok: false, kind, code: "IMAGE_MISSING", message: "no such image" },
    ...over,
  };
}

export function importRecord(over: Partial<ImportRecord> = {}): ImportRecord {
  const finishedAt = over.finishedAt ?? NOW - 60_000;
  return {
    key: "uid-1:1",
    finishedAt,
    good: { exportId: digestOf("export"), records: 10, rejected: 0, finishedAt },
    rejections: [],
    ...over,
  };
}

/** Of a report with one high finding; `over` is laid over it. */
export function evaluation(over: Partial<Evaluation> = {}): Evaluation {
  return {
    summary: summarize(report([finding("CVE-2024-1", "pkg:npm/lodash@4.17.4")])),
    omissions: [],
    evaluatedAt: NOW,
    ...over,
  };
}
