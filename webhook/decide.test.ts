// SPDX-License-Identifier: Apache-2.0
/** Allow or deny, rule by rule. */
import { describe, expect, it } from "vitest";
import type { ImageFacts } from "#lib/contracts/admission.ts";
import { decide, needsVerdict } from "./decide.ts";
import { DIGEST, admissionPolicy, imageFacts, podImage } from "./testing/builders.ts";
import type { AdmissionPolicy, Posture } from "./types.ts";

const IMAGE = "ghcr.io/acme/api:1";
const EMPTY: Posture = { known: true, facts: new Map() };
const DOWN: Posture = { known: false, why: "no answer" };
const knows = (facts: Partial<ImageFacts>): Posture => ({
  known: true,
  facts: new Map([[IMAGE, imageFacts(facts)]]),
});

function judge(
  policies: readonly Partial<AdmissionPolicy>[],
  {
    image = IMAGE,
    posture = EMPTY,
    failOpen = true,
  }: { image?: string; posture?: Posture; failOpen?: boolean } = {},
) {
  return decide({ namespace: "team", images: [podImage(image)] }, policies.map(admissionPolicy), posture, {
    failOpen,
  });
}

describe("rules on the reference", () => {
  it.each<{ name: string; policy: Partial<AdmissionPolicy>; image: string; want: string[] }>([
    { name: "no rule", policy: {}, image: IMAGE, want: [] },
    { name: "an allowed registry", policy: { allowedRegistries: ["ghcr.io"] }, image: IMAGE, want: [] },
    {
      name: "another registry",
      policy: { allowedRegistries: ["ghcr.io"] },
      image: "quay.io/a/b:1",
      want: ["REGISTRY_DENIED"],
    },
    {
      name: "Docker Hub by its short name",
      policy: { allowedRegistries: ["docker.io"] },
      image: "nginx:1",
      want: [],
    },
    {
      name: "a registry by glob",
      policy: { allowedRegistries: ["*.acme.io"] },
      image: "eu.acme.io/b:1",
      want: [],
    },
    {
      name: "a name that only looks like it",
      policy: { allowedRegistries: ["ghcr.io"] },
      image: "ghcr.io.evil.io/b:1",
      want: ["REGISTRY_DENIED"],
    },
    {
      name: "a registry as a path elsewhere",
      policy: { allowedRegistries: ["ghcr.io"] },
      image: "evil.io/ghcr.io/b:1",
      want: ["REGISTRY_DENIED"],
    },
    {
      name: "an allowed repository",
      policy: { allowedRegistries: ["ghcr.io/acme"] },
      image: IMAGE,
      want: [],
    },
    {
      name: "a repository that only begins like it",
      policy: { allowedRegistries: ["ghcr.io/acme"] },
      image: "ghcr.io/acme-evil/api:1",
      want: ["REGISTRY_DENIED"],
    },
    {
      name: "a port counts",
      policy: { allowedRegistries: ["10.0.0.1:5000"] },
      image: "10.0.0.1:5001/a:1",
      want: ["REGISTRY_DENIED"],
    },
    {
      name: "a denied registry",
      policy: { deniedRegistries: ["docker.io"] },
      image: "nginx:1",
      want: ["REGISTRY_DENIED"],
    },
    {
      name: "denied wins over allowed",
      policy: { allowedRegistries: ["ghcr.io"], deniedRegistries: ["ghcr.io/acme"] },
      image: IMAGE,
      want: ["REGISTRY_DENIED"],
    },
    {
      name: "a denied tag",
      policy: { deniedTags: ["latest"] },
      image: "a.io/b:latest",
      want: ["TAG_DENIED"],
    },
    { name: "no tag is latest", policy: { deniedTags: ["latest"] }, image: "a.io/b", want: ["TAG_DENIED"] },
    {
      name: "a denied tag by glob",
      policy: { deniedTags: ["dev-*"] },
      image: "a.io/b:dev-1",
      want: ["TAG_DENIED"],
    },
    {
      name: "a digest makes the tag count for nothing",
      policy: { deniedTags: ["latest"], requireDigest: true },
      image: `a.io/b:latest@${DIGEST}`,
      want: [],
    },
    {
      name: "a tag where a digest must be",
      policy: { requireDigest: true },
      image: IMAGE,
      want: ["DIGEST_REQUIRED"],
    },
    { name: "no reference at all", policy: {}, image: "A B", want: ["REFERENCE_INVALID"] },
    {
      name: "two rules at once",
      policy: { requireDigest: true, deniedTags: ["*"] },
      image: IMAGE,
      want: ["DIGEST_REQUIRED", "TAG_DENIED"],
    },
  ])("$name", ({ policy, image, want }) => {
    const { allowed, violations } = judge([policy], { image });
    expect(violations.map(({ rule }) => rule)).toEqual(want);
    expect(allowed).toBe(want.length === 0);
  });
});

describe("verdicts", () => {
  const outcomes = { pass: {}, warn: {}, fail: {} };
  const denies: Record<string, readonly string[]> = { pass: ["warn", "fail"], warn: ["fail"], none: [] };
  const cases = (["pass", "warn", "none"] as const).flatMap((requireVerdict) =>
    (Object.keys(outcomes) as (keyof typeof outcomes)[]).flatMap((policyVerdict) =>
      (["enforce", "warn", "dryrun"] as const).map((enforcement) => ({
        requireVerdict,
        policyVerdict,
        enforcement,
        violates: denies[requireVerdict]?.includes(policyVerdict) ?? false,
      })),
    ),
  );
  it.each(cases)(
    "requires $requireVerdict, is $policyVerdict, $enforcement: violates $violates",
    ({ requireVerdict, policyVerdict, enforcement, violates }) => {
      const { allowed, warnings, violations } = judge([{ requireVerdict, enforcement }], {
        posture: knows({ policyVerdict }),
      });
      expect(violations.map(({ rule }) => rule)).toEqual(violates ? ["VERDICT"] : []);
      expect(allowed).toBe(!violates || enforcement !== "enforce");
      expect(warnings).toHaveLength(violates && enforcement === "warn" ? 1 : 0);
    },
  );

  it("names image, digest, verdict, reason, rule and container", () => {
    const { message } = judge([{ requireVerdict: "pass" }], {
      posture: knows({ policyVerdict: "fail", reasons: ["CVE-1 in x"] }),
    });
    expect(message).toBe(
      `${IMAGE} (${DIGEST}) has the verdict fail: CVE-1 in x [policy stellaops/p, containers[0]]`,
    );
  });

  it.each([
    { onUnknown: "deny", enforcement: "enforce", allowed: false, warnings: 0 },
    { onUnknown: "deny", enforcement: "warn", allowed: true, warnings: 1 },
    { onUnknown: "warn", enforcement: "enforce", allowed: true, warnings: 1 },
    { onUnknown: "warn", enforcement: "dryrun", allowed: true, warnings: 0 },
    { onUnknown: "allow", enforcement: "enforce", allowed: true, warnings: 0 },
  ] as const)(
    "unknown, onUnknown $onUnknown, $enforcement",
    ({ onUnknown, enforcement, allowed, warnings }) => {
      for (const posture of [EMPTY, knows({ policyVerdict: "unknown" })]) {
        const decision = judge([{ requireVerdict: "warn", onUnknown, enforcement }], { posture });
        expect([decision.allowed, decision.warnings.length]).toEqual([allowed, warnings]);
        expect(decision.violations.map(({ rule }) => rule)).toEqual(["VERDICT_UNKNOWN"]);
      }
    },
  );

  it.each([
    { failOpen: true, enforcement: "enforce", allowed: true, warnings: 1 },
    { failOpen: true, enforcement: "dryrun", allowed: true, warnings: 0 },
    { failOpen: false, enforcement: "enforce", allowed: false, warnings: 0 },
    { failOpen: false, enforcement: "warn", allowed: true, warnings: 1 },
  ] as const)(
    "no backend, fails open $failOpen, $enforcement",
    ({ failOpen, enforcement, allowed, warnings }) => {
      const decision = judge([{ requireVerdict: "pass", enforcement }], { posture: DOWN, failOpen });
      expect([decision.allowed, decision.warnings.length]).toEqual([allowed, warnings]);
      expect(decision.violations[0]).toMatchObject({ rule: "BACKEND_UNAVAILABLE" });
    },
  );

  it("registry rules hold with the backend down and the namespace failing open", () => {
    expect(
      judge([{ requireVerdict: "pass", deniedRegistries: ["ghcr.io"] }], { posture: DOWN }).allowed,
    ).toBe(false);
  });

  it("is not asked for where no policy wants it", () => {
    expect(needsVerdict([admissionPolicy()])).toBe(false);
    expect(needsVerdict([admissionPolicy(), admissionPolicy({ requireVerdict: "warn" })])).toBe(true);
    expect(judge([{}], { posture: DOWN }).violations).toEqual([]);
  });
});

describe("several policies and images", () => {
  it("the strictest decides, each says its own", () => {
    const { allowed, warnings, message } = judge([
      { id: "a/soft", enforcement: "warn", requireDigest: true },
      { id: "b/hard", deniedTags: ["1"] },
    ]);
    expect(allowed).toBe(false);
    expect(message).toContain("b/hard");
    expect(warnings).toEqual([expect.stringContaining("a/soft")]);
  });

  it("bounds message and warnings", () => {
    const images = Array.from({ length: 300 }, (_, n) =>
      podImage(`a.io/${"long-name/".repeat(20)}i${n}:1`, n),
    );
    const policies = [
      admissionPolicy({ requireDigest: true }),
      admissionPolicy({ enforcement: "warn", requireDigest: true }),
    ];
    const { message, warnings } = decide({ namespace: "n", images }, policies, EMPTY, { failOpen: true });
    expect(message.length).toBeLessThanOrEqual(4096);
    expect(warnings).toHaveLength(8);
    expect(Math.max(...warnings.map((line) => line.length))).toBeLessThanOrEqual(256);
  });
});
