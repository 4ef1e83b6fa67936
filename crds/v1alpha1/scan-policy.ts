// SPDX-License-Identifier: Apache-2.0
/**
 * ScanPolicy: which findings matter, for which workloads, and what admission does about it.
 * The language of the rules is in docs/policy.md.
 */
import { z } from "zod";
import { defineKind } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { commonStatus } from "./conditions.ts";
import { choice, count, digest, flag, glob, setOf, time } from "./fields.ts";
import { labelSelector } from "./label-selector.ts";
import { rulesField } from "./policy-rule.ts";

const REGISTRY = "Registry host, or host and path: ghcr.io, ghcr.io/acme/*, *.example.com.";

const admissionSchema = z.object({
  requireVerdict: choice(
    "Worst verdict that may start: pass admits only pass; warn admits pass and warn; none does not ask for a verdict.",
    ["pass", "warn", "none"],
  ).default("pass"),
  onUnknown: choice(
    "What happens to an image that has no verdict yet: allow, warn (admit and say so), or deny.",
    ["allow", "warn", "deny"],
  ).default("warn"),
  allowedRegistries: setOf(
    "When not empty, images may come from these only.",
    glob(REGISTRY),
  ).exactOptional(),
  deniedRegistries: setOf(
    "Images may not come from these; wins over allowed.",
    glob(REGISTRY),
  ).exactOptional(),
  deniedTags: setOf(
    "Tags that may not be used, e.g. latest. A reference with neither tag nor digest means latest.",
    glob("Tag, * as wildcard.", 128),
  ).exactOptional(),
  requireDigest: flag("Whether every image must be named by digest.").default(false),
});

const selectorSchema = z.object({
  namespaces: setOf(
    "Names of namespaces, * as wildcard: prod-*.",
    glob("Name of a namespace, * as wildcard.", 63),
  ).exactOptional(),
  namespaceSelector: labelSelector("Labels of the namespace.").exactOptional(),
  podSelector: labelSelector("Labels of the pod.").exactOptional(),
  repositories: setOf(
    "Image repositories, * as wildcard: ghcr.io/acme/*.",
    glob("Repository, * as wildcard."),
  ).exactOptional(),
});

const specSchema = z
  .object({
    rules: rulesField,
    selector: selectorSchema
      .meta({
        description:
          "What the policy applies to; everything given must hold. Nothing given means all that the namespace of the policy covers: the cluster for stellaops, else that namespace alone.",
      })
      .exactOptional(),
    enforcement: choice(
      "What admission does with a pod that the policy fails: dryrun records it, warn admits it with a warning to the user, enforce denies it.",
      ["dryrun", "warn", "enforce"],
    ).default("dryrun"),
    allowNamespaceWaivers: flag(
      "Whether ignore and defer rules of policies in other namespaces count against this one. Read in the namespace stellaops only.",
    ).default(false),
    admission: admissionSchema
      .meta({ description: "What a pod's images must be like to start." })
      .prefault({}),
  })
  .meta({ description: "What the policy says." });

const statusSchema = z
  .object({
    ...commonStatus,
    policyDigest: digest(
      "SHA-256 of the rules in canonical form; reports name the policy by it. Absent while the rules are not valid.",
    ).exactOptional(),
    rules: count("Rules in force.").exactOptional(),
    nextWaiverExpiry: time("When the next ignore or defer ends; reports are made anew then.").exactOptional(),
  })
  .meta({ description: "What the operator made of it." });

export const scanPolicy = defineKind({
  kind: "ScanPolicy",
  plural: "scanpolicies",
  singular: "scanpolicy",
  shortNames: ["scp"],
  scope: "Namespaced",
  description:
    "A ScanPolicy says which findings in an image make its verdict fail or warn, which are waived until when, and what admission does about it. In the namespace stellaops it rules the whole cluster; anywhere else it rules its own namespace and can only tighten.",
  spec: specSchema,
  status: statusSchema,
  columns: [
    {
      name: "ENFORCEMENT",
      type: "string",
      jsonPath: ".spec.enforcement",
      description: "What admission does with a pod that fails.",
    },
    { name: "RULES", type: "integer", jsonPath: ".status.rules", description: "Rules in force." },
    {
      name: "READY",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: "Whether the rules are valid and in force.",
    },
    {
      name: "NEXT-EXPIRY",
      type: "string",
      jsonPath: ".status.nextWaiverExpiry",
      description: "When the next waiver ends.",
    },
    {
      name: "DIGEST",
      type: "string",
      jsonPath: ".status.policyDigest",
      description: "Digest of the rules.",
      priority: 1,
    },
  ],
});

export type ScanPolicy = ObjectOf<typeof scanPolicy>;
export type ScanPolicySpec = SpecOf<typeof scanPolicy>;
export type ScanPolicyStatus = StatusOf<typeof scanPolicy>;
