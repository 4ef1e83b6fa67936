// SPDX-License-Identifier: Apache-2.0
/** A parsed policy in its canonical form: what is digested, and what evaluation reads. See docs/policy.md. */
import type { Severity } from "../types.ts";

export interface Comparison {
  readonly op: ">=" | ">" | "<=" | "<";
  readonly value: number;
}

/** Every field given must hold (AND); one entry of a list is enough (OR). Lists are sorted and without doubles. */
export interface RuleMatch {
  /** Globs over the reference, `repository@digest` and the digest. */
  readonly image?: readonly string[];
  readonly repo?: readonly string[];
  readonly env?: readonly string[];
  readonly namespace?: readonly string[];
  /** Globs over the purl, with and without version and qualifiers. */
  readonly purl?: readonly string[];
  /** Globs over id and aliases, upper case. */
  readonly cve?: readonly string[];
  readonly source?: readonly string[];
  /** Globs over who publishes the advisories, lower case. */
  readonly vendor?: readonly string[];
  /** Path globs: `*` stays within a folder, `**` does not. No leading slash. */
  readonly path?: readonly string[];
  readonly layerDigest?: readonly string[];
  /** Worst first. */
  readonly severity?: readonly Severity[];
  readonly kev?: boolean;
  /** Whether the package itself is the harm. */
  readonly malware?: boolean;
  /** Of a probability from 0 to 1. */
  readonly epss?: Comparison;
  readonly fixAvailable?: boolean;
  /** False holds only where the use is known: for an image whose entry point could be followed to its program. */
  readonly usedByEntrypoint?: boolean;
  /** Of whole days since an advisory was first published. */
  readonly ageDays?: Comparison;
  /** Globs over licences of which one can't be avoided; `notIn`: one of no others. Alone it judges components. */
  readonly license?: readonly string[] | { readonly notIn: readonly string[] };
}

export type RuleAction =
  | { readonly kind: "fail" }
  | { readonly kind: "warn" }
  /** `until`: a date (its whole day in UTC counts) or RFC 3339 in UTC with whole seconds. */
  | { readonly kind: "ignore"; readonly until: string; readonly justification: string }
  | { readonly kind: "defer"; readonly until: string }
  /** With conditions: where one of them holds. */
  | {
      readonly kind: "escalate";
      readonly severity: Severity;
      readonly kev?: boolean;
      readonly epss?: Comparison;
    }
  /** Globs over who answers, lower case, and labels of OpenVEX; absent: any. */
  | {
      readonly kind: "requireVEX";
      readonly vendors?: readonly string[];
      readonly justifications?: readonly string[];
    };

export interface PolicyRule {
  /** Unique in the policy; `rule-3` where the third rule gives none. */
  readonly name: string;
  readonly match: RuleMatch;
  readonly action: RuleAction;
}

export interface Policy {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

/** One thing wrong with a policy. Line and column count from 1 and are absent where no text was given. */
export interface PolicyProblem {
  readonly line?: number;
  readonly column?: number;
  /** `rules[2].match.severity`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
}

/**
 * The policies that judge one image. System policies bind; a namespace's own can only tighten, unless
 * `allowNamespaceWaivers`. With no system policy the built-in baseline stands in its place.
 */
export interface PolicySet {
  readonly system: readonly Policy[];
  readonly namespace?: readonly Policy[];
  readonly allowNamespaceWaivers?: boolean;
  /** With no system policy, none stands in its place. */
  readonly withoutBaseline?: boolean;
}

/** What is known of the image besides its SBOM; rules match it. */
export interface EvaluationContext {
  readonly imageReference?: string;
  /** `registry.example/team/app`, no tag and no digest. */
  readonly repository?: string;
  readonly namespace?: string;
  readonly env?: string;
  /** Of the pod. Rules do not see labels; selectors do. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of its namespace; for selectors. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}
