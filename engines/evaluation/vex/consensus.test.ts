// SPDX-License-Identifier: Apache-2.0
/** Who is heard, who outweighs whom, and what is said of it. */
import { describe, expect, it } from "vitest";
import { digestOf } from "#lib/digest.ts";
import type { VexStatus } from "../types.ts";
import { consensusOf } from "./consensus.ts";
import type { Scope, ScopedStatement, VexTrust } from "./consensus.ts";

interface Said {
  readonly by: string;
  readonly status: VexStatus;
  readonly scope?: Scope;
  /** Day of 2024. */
  readonly on?: string;
  readonly justification?: string | undefined;
}

const claim = ({ by, status, scope = "version", on = "01-01", ...more }: Said): ScopedStatement => {
  const justification = "justification" in more ? more.justification : "vulnerable_code_not_present";
  return {
    scope,
    statement: {
      place: 0,
      from: { source: by, document: `${by}.json`, digest: digestOf(by), signature: "none" },
      status,
      ...(justification === undefined ? {} : { justification }),
      timestamp: `2024-${on}T00:00:00Z`,
      product: [],
    },
  };
};

const says = (by: string, status: VexStatus, more: Partial<Said> = {}): Said => ({ by, status, ...more });

const answer = (said: readonly Said[], trust: VexTrust = {}): string | undefined => {
  const found = consensusOf(said.map(claim), trust);
  return (
    found && `${found.annotation.status}${found.isAnswered ? " answered" : ""}: ${found.annotation.source}`
  );
};

describe("consensusOf", () => {
  it.each<{ name: string; said: readonly Said[]; trust?: VexTrust; want: string | undefined }>([
    { name: "nobody", said: [], want: undefined },
    { name: "one provider", said: [says("a", "not_affected")], want: "not_affected answered: a" },
    {
      name: "without a reason",
      said: [says("a", "not_affected", { justification: undefined })],
      want: "not_affected: a",
    },
    {
      name: "fixed needs none",
      said: [says("a", "fixed", { justification: undefined })],
      want: "fixed answered: a",
    },
    { name: "one that is not asked", said: [says("a", "not_affected")], trust: { a: 0 }, want: undefined },
    {
      name: "too little trust",
      said: [says("a", "not_affected")],
      trust: { a: 0.4 },
      want: "not_affected: a",
    },
    {
      name: "two with little trust together",
      said: [says("a", "not_affected"), says("b", "fixed")],
      trust: { a: 0.3, b: 0.2 },
      want: "not_affected answered: a",
    },
    {
      name: "more weight on one side",
      said: [says("a", "not_affected"), says("b", "affected", { on: "12-31" })],
      trust: { b: 0.9 },
      want: "not_affected answered: a",
    },
    {
      name: "less weight, though later",
      said: [says("a", "not_affected", { on: "12-31" }), says("b", "affected")],
      trust: { a: 0.9 },
      want: "affected: b",
    },
    {
      name: "as much weight: the later word",
      said: [says("a", "not_affected", { on: "02-01" }), says("b", "affected")],
      want: "not_affected answered: a",
    },
    {
      name: "as much weight at one time: the careful word",
      said: [says("a", "not_affected"), says("b", "affected")],
      want: "affected: b",
    },
    {
      name: "a provider's last word",
      said: [says("a", "not_affected"), says("a", "affected", { on: "02-01" })],
      want: "affected: a",
    },
    {
      name: "what one provider says at one time: the careful word",
      said: [says("a", "fixed"), says("a", "under_investigation")],
      want: "under_investigation: a",
    },
    {
      name: "the image before the package in it, whoever weighs more",
      said: [says("a", "affected", { scope: "package" }), says("b", "not_affected", { scope: "image" })],
      trust: { b: 0.5 },
      want: "not_affected answered: b",
    },
    {
      name: "a version before any version",
      said: [says("a", "not_affected", { scope: "package" }), says("b", "affected", { scope: "version" })],
      want: "affected: b",
    },
    {
      name: "under investigation is no contradiction",
      said: [says("a", "not_affected"), says("b", "under_investigation", { on: "05-01" })],
      want: "not_affected answered: a",
    },
  ])("$name", ({ said, trust, want }) => {
    expect(answer(said, trust)).toBe(want);
    expect(answer(said.toReversed(), trust)).toBe(want);
  });

  it.each([
    { trust: { b: 0.5 }, want: "affected by b (weight 0.5), not_affected by a (weight 1)" },
    {
      trust: { a: 0.5 },
      want: "affected by b (weight 1), not_affected by a (weight 0.5): 0.5 do not outweigh 1",
    },
    {
      trust: { a: 0.2, b: 0 },
      want: "not_affected by a (weight 0.2): together 0.2, below 0.5",
    },
  ])("says why: $want", ({ trust, want }) => {
    const found = consensusOf([says("a", "not_affected"), says("b", "affected")].map(claim), trust);
    expect(found?.annotation.reason).toBe(want);
  });

  it("keeps dissent of farther scopes", () => {
    const said = [says("a", "affected", { scope: "package" }), says("b", "not_affected", { scope: "image" })];
    expect(consensusOf(said.map(claim), {})?.annotation.conflicts).toMatchObject([
      { source: "a", status: "affected" },
    ]);
  });

  it("names those whose answer counted beside the chosen one, and nobody where the finding stands", () => {
    const said = [
      says("a", "not_affected", { on: "03-01" }),
      says("b", "fixed", { on: "02-01", justification: undefined }),
      says("c", "not_affected", { justification: undefined }),
      says("d", "affected"),
    ];
    expect(consensusOf(said.map(claim), {})?.annotation.support).toEqual([
      { status: "fixed", source: "b", document: "b.json" },
    ]);
    expect(consensusOf(said.map(claim), { a: 0.5, b: 0.4 })?.annotation).not.toHaveProperty("support");
  });
});
