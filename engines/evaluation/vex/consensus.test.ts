// SPDX-License-Identifier: Apache-2.0
/** Who is heard, who outweighs whom, and what is said of it. */
import { describe, expect, it } from "vitest";
import { digestOf } from "#lib/digest.ts";
import type { VexStatus } from "../types.ts";
import { consensusOf, scopes } from "./consensus.ts";
import type { Consensus, Scope, ScopedStatement, VexTrust } from "./consensus.ts";

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

const told = (found: Consensus | undefined): string | undefined =>
  found && `${found.annotation.status}${found.isAnswered ? " answered" : ""}: ${found.annotation.source}`;

const answer = (said: readonly Said[], trust: VexTrust = {}): string | undefined =>
  told(consensusOf(said.map(claim), trust));

const statuses: readonly VexStatus[] = ["not_affected", "fixed", "affected", "under_investigation"];
const isAnswer = (status: VexStatus): boolean => status === "not_affected" || status === "fixed";

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
    {
      name: "a source by the name of what every object has",
      said: [says("constructor", "affected"), says("b", "not_affected")],
      trust: { b: 0.9 },
      want: "affected: constructor",
    },
    { name: "one that is not asked", said: [says("a", "not_affected")], trust: { a: 0 }, want: undefined },
    { name: "whatever it is called", said: [says("constructor", "affected")], want: "affected: constructor" },
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
      name: "the image before the package in it",
      said: [says("a", "affected", { scope: "package" }), says("b", "not_affected", { scope: "image" })],
      want: "not_affected answered: b",
    },
    {
      name: "the package before the image in it, where who says affected weighs more",
      said: [says("a", "affected", { scope: "package" }), says("b", "not_affected", { scope: "image" })],
      trust: { b: 0.9 },
      want: "affected: a",
    },
    {
      name: "two who say affected of the package are not added up against the image",
      said: [
        says("a", "affected", { scope: "package" }),
        says("b", "affected", { scope: "version" }),
        says("c", "fixed", { scope: "image" }),
      ],
      want: "fixed answered: c",
    },
    {
      name: "two who answer for the image are added up",
      said: [
        says("a", "affected", { scope: "package" }),
        says("b", "fixed", { scope: "image" }),
        says("c", "fixed", { scope: "image" }),
      ],
      trust: { b: 0.5, c: 0.5 },
      want: "fixed answered: b",
    },
    {
      name: "a provider's closer word before its own farther one, whatever it weighs",
      said: [says("a", "affected", { scope: "package" }), says("a", "not_affected", { scope: "image" })],
      trust: { a: 0.5 },
      want: "not_affected answered: a",
    },
    {
      name: "a light word about the image does not silence those about the package",
      said: [says("a", "not_affected", { scope: "package" }), says("b", "not_affected", { scope: "image" })],
      trust: { b: 0.1 },
      want: "not_affected answered: a",
    },
    {
      name: "nor does one without a reason",
      said: [
        says("a", "not_affected", { scope: "package" }),
        says("b", "not_affected", { scope: "image", justification: undefined }),
      ],
      want: "not_affected answered: a",
    },
    {
      name: "a light warning about the image does",
      said: [says("a", "not_affected", { scope: "package" }), says("b", "affected", { scope: "image" })],
      trust: { b: 0.1 },
      want: "affected: b",
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

  describe("a closer word against a farther one", () => {
    const pairs = scopes.flatMap((near, at) => scopes.slice(at + 1).map((far) => ({ near, far })));
    const weights = [0.1, 0.4, 0.5, 0.9, 1];
    const cases = statuses.flatMap((closer) =>
      statuses.flatMap((farther) => weights.flatMap((c) => weights.map((f) => ({ closer, farther, c, f })))),
    );

    /** What docs/vex.md says, for one provider each. */
    const expected = ({ closer, farther, c, f }: (typeof cases)[number]): string => {
      if (!isAnswer(closer)) return `${closer}: near`;
      if (c >= 0.5 && !(farther === "affected" && f > c)) return `${closer} answered: near`;
      if (!isAnswer(farther)) return `${farther}: far`;
      // Too light by itself, it is added up with what is said farther away.
      return c + f >= 0.5 ? "answered by either" : "open";
    };

    it.each(pairs)("$near before $far", ({ near, far }) => {
      for (const one of cases) {
        const said = [says("near", one.closer, { scope: near }), says("far", one.farther, { scope: far })];
        const got = answer(said, { near: one.c, far: one.f });
        const want = expected(one);
        const label = `${one.closer} ${one.c} against ${one.farther} ${one.f}`;
        if (want === "answered by either") expect(got, label).toMatch(/^(not_affected|fixed) answered: /);
        else if (want === "open") expect(got, label).toMatch(/^(not_affected|fixed): /);
        else expect(got, label).toBe(want);
        expect(answer(said.toReversed(), { near: one.c, far: one.f }), label).toBe(got);
      }
    });

    it.each([
      {
        trust: {},
        want: "affected by far (weight 1, of the package), not_affected by near (weight 1, of the image): the closer counts",
      },
      {
        trust: { near: 0.5 },
        want: "affected by far (weight 1, of the package), not_affected by near (weight 0.5, of the image): closer, but 0.5 weigh less than who says affected",
      },
      {
        trust: { near: 0.4 },
        want: "affected by far (weight 1, of the package), not_affected by near (weight 0.4, of the image): together 0.4, below 0.5",
      },
    ])("says why: $want", ({ trust, want }) => {
      const said = [
        says("near", "not_affected", { scope: "image" }),
        says("far", "affected", { scope: "package" }),
      ];
      expect(consensusOf(said.map(claim), trust)?.annotation.reason).toBe(want);
    });

    it("is open where it would answer and is too light", () => {
      const found = consensusOf([says("a", "fixed")].map(claim), { a: 0.4 });
      expect([found?.isAnswered, found?.annotation]).toMatchObject([
        false,
        { status: "fixed", isOpen: true },
      ]);
    });
  });

  describe("a claim of the future", () => {
    const now = Date.parse("2024-03-10T12:00:00Z");
    it.each<{ name: string; said: readonly Said[]; want: string; until?: string }>([
      {
        name: "wins no tie where it would set aside",
        said: [says("a", "not_affected", { on: "03-11" }), says("b", "affected")],
        want: "affected: b",
        until: "2024-03-11",
      },
      {
        name: "counts on its own day, whatever the hour",
        said: [says("a", "not_affected", { on: "03-10" }), says("b", "affected")],
        want: "not_affected answered: a",
      },
      {
        name: "goes behind what the same provider says with a date",
        said: [says("a", "fixed", { on: "12-31" }), says("a", "under_investigation")],
        want: "under_investigation: a",
        until: "2024-12-31",
      },
      {
        name: "still answers what nobody contradicts",
        said: [says("a", "not_affected", { on: "12-31" })],
        want: "not_affected answered: a",
        until: "2024-12-31",
      },
      {
        name: "is heard where it warns",
        said: [says("a", "affected", { on: "12-31" }), says("a", "not_affected", { on: "03-09" })],
        want: "affected: a",
      },
      {
        name: "holds until the first of them is believed",
        said: [says("a", "fixed", { on: "12-31" }), says("b", "fixed", { on: "05-01" })],
        want: "fixed answered: a",
        until: "2024-05-01",
      },
    ])("$name", ({ said, want, until }) => {
      const found = consensusOf(said.map(claim), {}, now);
      expect(told(found)).toBe(want);
      expect(found?.expiresAt).toBe(until === undefined ? undefined : Date.parse(until));
      expect(told(consensusOf(said.map(claim).toReversed(), {}, now))).toBe(want);
    });

    it("is told of, without its date", () => {
      const found = consensusOf([claim(says("a", "fixed", { on: "12-31" }))], {}, now);
      expect(found?.annotation).not.toHaveProperty("timestamp");
      expect(found?.annotation.reason).toBe("fixed by a (weight 1, dated 2024-12-31, taken as undated)");
    });
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
