// SPDX-License-Identifier: Apache-2.0
/** Objects of our kinds as the API server gives them: defaults filled in by the schemas. For tests of several folders. */
import { API_VERSION, kindsByName } from "#crds/index.ts";
import type {
  AdvisorySource,
  NotifyChannel,
  NotifyRule,
  Report,
  Scan,
  ScanPolicy,
  Schedule,
  StellaOps,
  VexSource,
} from "#crds/index.ts";
import { digestOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";

/** 2026-01-01T00:00:00Z. */
export const NOW = Date.UTC(2026, 0, 1);
export const DIGEST: Digest = digestOf("image");

type Fields = Readonly<Record<string, unknown>>;

interface Parts {
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly status?: Fields | undefined;
}

function objectOf(kind: keyof typeof kindsByName, spec: Fields, given: Parts): unknown {
  const { schema, kind: kindName, resource } = kindsByName[kind];
  return schema.parse({
    apiVersion: API_VERSION,
    kind: kindName,
    metadata: {
      name: resource.namespaced ? "x" : "stellaops",
      ...(resource.namespaced ? { namespace: "team" } : {}),
      uid: "uid-1",
      generation: 1,
      resourceVersion: "1",
      creationTimestamp: "2025-12-31T00:00:00Z",
      ...given.metadata,
    },
    spec: { ...spec, ...given.spec },
    ...(given.status === undefined ? {} : { status: given.status }),
  });
}

export const scanObject = (given: Parts = {}): Scan =>
  objectOf("scan", { imageRef: "ghcr.io/acme/api", digest: DIGEST }, given) as Scan;

export const reportObject = (given: Parts = {}): Report =>
  objectOf(
    "report",
    { imageDigest: DIGEST, imageRef: "ghcr.io/acme/api:1", repository: "ghcr.io/acme/api" },
    given,
  ) as Report;

export const policyObject = (given: Parts = {}): ScanPolicy =>
  objectOf("scanPolicy", { rules: [{ name: "r", action: "fail" }] }, given) as ScanPolicy;

export const scheduleObject = (given: Parts = {}): Schedule =>
  objectOf("schedule", { when: "@hourly" }, given) as Schedule;

export const advisorySourceObject = (given: Parts = {}): AdvisorySource =>
  objectOf(
    "advisorySource",
    given.spec === undefined ? { file: { path: "a.json" } } : {},
    given,
  ) as AdvisorySource;

export const vexSourceObject = (given: Parts = {}): VexSource =>
  objectOf("vexSource", given.spec === undefined ? { file: { path: "a.json" } } : {}, given) as VexSource;

export const notifyRuleObject = (given: Parts = {}): NotifyRule =>
  objectOf("notifyRule", { actions: [{ channel: "slack" }] }, given) as NotifyRule;

export const notifyChannelObject = (given: Parts = {}): NotifyChannel =>
  objectOf(
    "notifyChannel",
    { type: "webhook", webhook: { url: "https://hooks.example" } },
    given,
  ) as NotifyChannel;

export const stellaOpsObject = (given: Parts = {}): StellaOps =>
  objectOf("stellaOps", {}, given) as StellaOps;
