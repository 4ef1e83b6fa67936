// SPDX-License-Identifier: Apache-2.0
/** May this image run there? The use cases behind Reports, the REST API and admission. */
import { repositoryOf, parseReference } from "#lib/oci/reference.ts";
import type { Clock } from "#lib/clock.ts";
import type { Digest } from "#lib/digest.ts";
import { takeToken } from "#lib/token-bucket.ts";
import type { Bucket } from "#lib/token-bucket.ts";
import { messageOf } from "#lib/errors.ts";
import type {
  ImageFacts,
  PolicyRuntimeRequest,
  PolicyRuntimeResponse,
  TierVerdict,
} from "#lib/contracts/admission.ts";
import type { Caches } from "../caches.ts";
import { BY_NAMESPACE_DIGEST } from "../caches.ts";
import type { EvaluationDocument, Evaluator, Question } from "./evaluator.ts";
import type { ImageCatalog } from "./images.ts";
import { policyTiers, selectPolicies } from "./policies.ts";
import type { Enforcement, Workload } from "./policies.ts";
import type { ImageDocument } from "../jobs/scan.ts";

export interface VerdictPorts {
  readonly clock: Clock;
  readonly systemNamespace: string;
  readonly caches: Caches;
  readonly images: ImageCatalog;
  readonly evaluator: Evaluator;
  /** The digest that a reference names now, asked of its registry. */
  resolve(image: string): Promise<Digest>;
  /** Sources that no verdict may be given without; empty once all were tried. */
  unreadSources(): Promise<readonly string[]>;
  /** Makes sure that somebody scans it. */
  requestScan(repository: string, digest: Digest): Promise<void>;
}

/** How long the webhook may keep facts. */
const TTL_SECONDS = 30;
/** Scans that the admission of one namespace may ask for: at once, and then one every so often. */
const SCAN_REQUESTS = { burst: 60, refillMs: 5_000 };
const MAX_NAMESPACES = 10_000;

export class Verdicts {
  readonly #ports: VerdictPorts;
  readonly #requests = new Map<string, Bucket>();

  constructor(ports: VerdictPorts) {
    this.#ports = ports;
  }

  /** Of an image that runs: judged by the policies that select any of the Pods that run it there. */
  async forReport(
    report: {
      readonly namespace: string;
      readonly imageDigest: string;
      readonly image: string;
      readonly repository: string;
    },
    image: ImageDocument,
    force = false,
  ): Promise<EvaluationDocument> {
    const { caches } = this.#ports;
    const pods = caches.pods.byIndex(BY_NAMESPACE_DIGEST, `${report.namespace}/${report.imageDigest}`);
    const podLabels = pods.map((pod) => pod.facts.labels);
    const policies = selectPolicies(
      caches.scanPolicies.list(),
      this.#ports.systemNamespace,
      this.#workload(report.namespace, podLabels, report.repository),
    );
    const context = this.#context(report.namespace, report.repository, report.image);
    const digest = report.imageDigest as Digest;
    return this.#ports.evaluator.answer({ image, digest, policies, context, slot: "report" }, force);
  }

  async forAdmission(request: PolicyRuntimeRequest): Promise<PolicyRuntimeResponse> {
    // All at once: one registry that does not answer must not use up the time of the others.
    const images = [...new Set(request.images)];
    const results = await Promise.all(
      images.map(async (image) => [image, await this.#admit(image, request)] as const),
    );
    return { ttlSeconds: TTL_SECONDS, results: Object.fromEntries(results) };
  }

  async #admit(image: string, request: PolicyRuntimeRequest): Promise<ImageFacts> {
    let digest: Digest;
    let repository: string;
    try {
      const reference = parseReference(image);
      repository = repositoryOf(reference);
      digest = reference.digest ?? (await this.#ports.resolve(image));
    } catch (error) {
      return { hasSbom: false, policyVerdict: "unknown", reasons: [messageOf(error).slice(0, 1024)] };
    }
    const resolved = `${repository}@${digest}`;
    const known = await this.#ports.images.find(digest);
    if (known === undefined) {
      if (!request.dryRun && this.#mayRequestScan(request.namespace)) {
        await this.#ports.requestScan(repository, digest);
      }
      return {
        resolved,
        hasSbom: false,
        policyVerdict: "unknown",
        reasons: ["not scanned yet, try again in a minute"],
      };
    }
    const [unread] = await this.#ports.unreadSources();
    if (unread !== undefined) {
      const reasons = [`advisories are still being read (${unread}), try again in a minute`];
      return { resolved, hasSbom: true, policyVerdict: "unknown", reasons };
    }
    const tiers: Partial<Record<Enforcement, TierVerdict>> = {};
    const visible = this.#mayShowContents(request.namespace, digest);
    const context = this.#context(request.namespace, repository, image);
    for (const [tier, policies] of policyTiers(
      this.#ports.caches.scanPolicies.list(),
      this.#ports.systemNamespace,
      this.#workload(request.namespace, [request.labels], repository),
    )) {
      const question = { image: known, digest, policies, context, slot: `admission-${tier}` as const };
      tiers[tier] = await this.#tier(question, visible);
    }
    const worst = Object.values(tiers).sort((a, b) => rankOf(b.policyVerdict) - rankOf(a.policyVerdict))[0];
    return { resolved, hasSbom: true, policyVerdict: "pass", reasons: [], ...worst, tiers };
  }

  async #tier(question: Question, visible: boolean): Promise<TierVerdict> {
    const [unsound] = question.policies.unsound;
    if (unsound !== undefined) {
      const reasons = [`policy ${unsound} is not valid: kubectl describe it, and mend it`];
      return { policyVerdict: "unknown", reasons };
    }
    const { summary } = await this.#ports.evaluator.answer(question);
    return { policyVerdict: summary.verdict, reasons: visible ? summary.reasons.slice(0, 20) : [HIDDEN] };
  }

  /** Creating Pods is cheap: one namespace must not fill the cluster with Scans of what it makes up. */
  #mayRequestScan(namespace: string): boolean {
    const bucket = takeToken(this.#requests.get(namespace), this.#ports.clock.now(), SCAN_REQUESTS);
    if (bucket === undefined) return false;
    if (this.#requests.size >= MAX_NAMESPACES) this.#requests.clear();
    this.#requests.set(namespace, bucket);
    return true;
  }

  /** Contents are shown where the namespace runs the image already, so that de-duplication leaks nothing. */
  #mayShowContents(namespace: string, digest: Digest): boolean {
    return this.#ports.caches.pods.byIndex(BY_NAMESPACE_DIGEST, `${namespace}/${digest}`).length > 0;
  }

  #workload(
    namespace: string,
    podLabels: readonly Readonly<Record<string, string>>[],
    repository: string,
  ): Workload {
    const namespaceLabels = this.#ports.caches.namespaces.get(undefined, namespace)?.metadata.labels ?? {};
    return { namespace, namespaceLabels, podLabels, repository };
  }

  #context(namespace: string, repository: string, image: string) {
    const env = this.#ports.caches.stellaOps.get(undefined, "stellaops")?.spec.environment;
    return { namespace, repository, imageReference: image, ...(env === undefined ? {} : { env }) };
  }
}

const HIDDEN = "findings are shown once the image runs in this namespace";

/** `unknown` is worse than `warn`: it may hide anything. */
const rankOf = (verdict: TierVerdict["policyVerdict"]): number =>
  ["pass", "warn", "unknown", "fail"].indexOf(verdict);
