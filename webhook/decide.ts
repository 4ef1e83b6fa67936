// SPDX-License-Identifier: Apache-2.0
/** May this Pod start? Pure: the same request, policies and posture give the same decision. */
import { matchGlob } from "#lib/glob.ts";
import { parseReference } from "#lib/oci/reference.ts";
import type { ImageReference } from "#lib/oci/reference.ts";
import type { AdmissionPolicy, Decision, PodImage, PodRequest, Posture, Violation } from "./types.ts";

export interface FailRule {
  /** What a missing answer of the backend means in this namespace. */
  readonly failOpen: boolean;
}

const MAX_WARNINGS = 8;
const MAX_WARNING_LENGTH = 256;
const MAX_MESSAGE_LENGTH = 4096;

/** Policies are those that apply to the Pod. An enforced violation denies; the others warn or are only counted. */
export function decide(
  request: PodRequest,
  policies: readonly AdmissionPolicy[],
  posture: Posture,
  rule: FailRule,
): Decision {
  const violations = request.images.flatMap((image) =>
    policies.flatMap((policy) => violationsOf(image, policy, posture, rule)),
  );
  const denied = violations.filter((violation) => violation.enforcement === "enforce");
  return {
    allowed: denied.length === 0,
    message: distinct(denied.map(lineOf)).join("; ").slice(0, MAX_MESSAGE_LENGTH),
    warnings: distinct(violations.filter((violation) => violation.enforcement === "warn").map(lineOf))
      .slice(0, MAX_WARNINGS)
      .map((line) => clip(line, MAX_WARNING_LENGTH)),
    violations,
  };
}

/** Whether any of the policies needs the backend's answer at all. */
export function needsVerdict(policies: readonly AdmissionPolicy[]): boolean {
  return policies.some((policy) => policy.requireVerdict !== "none");
}

function violationsOf(
  image: PodImage,
  policy: AdmissionPolicy,
  posture: Posture,
  rule: FailRule,
): readonly Violation[] {
  const found: Violation[] = [];
  const say = (code: string, message: string, enforcement = policy.enforcement): void => {
    found.push({ image, policy: policy.id, enforcement, rule: code, message });
  };
  const reference = readReference(image.image);
  if (reference === undefined) {
    say("REFERENCE_INVALID", "is not an image reference");
    return found;
  }
  referenceRules(reference, policy, say);
  verdictRules(image, policy, posture, rule, say);
  return found;
}

type Say = (code: string, message: string, enforcement?: Violation["enforcement"]) => void;

function referenceRules(reference: ImageReference, policy: AdmissionPolicy, say: Say): void {
  const name = `${reference.registry}/${reference.repository}`;
  const among = (patterns: readonly string[]): string | undefined =>
    patterns.find((pattern) => coversRepository(pattern, reference.registry, name));
  const bad = among(policy.deniedRegistries);
  if (bad !== undefined) say("REGISTRY_DENIED", `comes from ${reference.registry}, which "${bad}" denies`);
  if (policy.allowedRegistries.length > 0 && among(policy.allowedRegistries) === undefined) {
    say(
      "REGISTRY_DENIED",
      `comes from ${reference.registry}; allowed are ${policy.allowedRegistries.join(", ")}`,
    );
  }
  if (reference.digest !== undefined) return;
  const tag = reference.tag ?? "latest";
  if (policy.requireDigest) say("DIGEST_REQUIRED", `is named by the tag "${tag}"; name it by digest`);
  const badTag = policy.deniedTags.find((pattern) => matchGlob(pattern, tag));
  if (badTag !== undefined) say("TAG_DENIED", `has the tag "${tag}", which "${badTag}" denies`);
}

/** A pattern without a slash names registries, one with a slash repositories and all below them. */
function coversRepository(pattern: string, registry: string, name: string): boolean {
  if (!pattern.includes("/")) return matchGlob(pattern, registry);
  return matchGlob(pattern, name) || name.startsWith(`${pattern}/`);
}

function verdictRules(
  image: PodImage,
  policy: AdmissionPolicy,
  posture: Posture,
  rule: FailRule,
  say: Say,
): void {
  if (policy.requireVerdict === "none") return;
  if (!posture.known) {
    const message = `could not be judged (${posture.why})`;
    if (rule.failOpen) say("BACKEND_UNAVAILABLE", `${message}; this namespace fails open`, softened(policy));
    else say("BACKEND_UNAVAILABLE", `${message}; this namespace fails closed`);
    return;
  }
  const facts = posture.facts.get(image.image);
  // A policy acts on the verdict of those that are enforced at least as it is: a dry run never denies.
  const tier = facts?.tiers?.[policy.enforcement] ?? facts;
  const verdict = tier?.policyVerdict ?? "unknown";
  const why = (tier?.reasons ?? []).join("; ");
  const resolved = facts?.resolved ?? image.image;
  if (verdict === "unknown") {
    const message = `has no verdict yet${why === "" ? "; try again in a minute" : `: ${why}`}`;
    say(
      "VERDICT_UNKNOWN",
      message,
      policy.onUnknown === "deny"
        ? policy.enforcement
        : policy.onUnknown === "warn"
          ? softened(policy)
          : "dryrun",
    );
  } else if (verdict === "fail" || (verdict === "warn" && policy.requireVerdict === "pass")) {
    say("VERDICT", `(${digestOf(resolved)}) has the verdict ${verdict}${why === "" ? "" : `: ${why}`}`);
  }
}

/** What an enforcing policy does where it may not deny. */
function softened(policy: AdmissionPolicy): Violation["enforcement"] {
  return policy.enforcement === "enforce" ? "warn" : policy.enforcement;
}

const digestOf = (resolved: string): string => resolved.slice(resolved.indexOf("@") + 1);

export const isReference = (image: string): boolean => readReference(image) !== undefined;

function readReference(image: string): ImageReference | undefined {
  try {
    return parseReference(image);
  } catch {
    return undefined;
  }
}

function lineOf(violation: Violation): string {
  return `${violation.image.image} ${violation.message} [policy ${violation.policy}, ${violation.image.field}]`;
}

const distinct = (lines: readonly string[]): string[] => [...new Set(lines)];
const clip = (line: string, length: number): string =>
  line.length <= length ? line : `${line.slice(0, length - 1)}…`;
