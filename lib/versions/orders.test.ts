// SPDX-License-Identifier: Apache-2.0
/** The laws of an order for each ecosystem, over its own grammar; and what orders must say alike where their grammars meet. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions, orderedEcosystems, versionOrder } from "./index.ts";
import { grammars } from "./testing/grammars.ts";
import { itIsAnOrder } from "./testing/order-laws.ts";

it("has a grammar for each order", () => {
  expect(orderedEcosystems).toEqual(Object.keys(grammars).sort());
});

describe.each(orderedEcosystems)("%s", (ecosystem) => {
  itIsAnOrder(versionOrder(ecosystem)!, grammars[ecosystem]!);
});

const sign = (ecosystem: string, a: string, b: string): number => Math.sign(compareVersions(ecosystem, a, b));

/** Each ecosystem's answer, where they are to be one. */
function expectAlike(ecosystems: readonly string[], a: string, b: string, want?: number): void {
  const answers = ecosystems.map((ecosystem) => [ecosystem, sign(ecosystem, a, b)]);
  const first = want ?? answers[0]?.[1];
  expect([a, b, answers]).toEqual([a, b, ecosystems.map((ecosystem) => [ecosystem, first])]);
}

describe("orders agree", () => {
  const number = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 30 }), fc.nat({ max: 99_999 }));
  const three = fc.tuple(number, number, number);
  const identifier = fc.oneof(fc.nat({ max: 12 }).map(String), fc.constantFrom("alpha", "beta", "rc", "x-1"));

  it("all of them, on three numbers", () => {
    fc.assert(
      fc.property(three, three, (a, b) => {
        const differing = a.map((part, at) => part - (b[at] ?? 0)).find((difference) => difference !== 0);
        expectAlike(orderedEcosystems, a.join("."), b.join("."), Math.sign(differing ?? 0));
      }),
    );
  });

  it("those of Semantic Versioning, on its pre-releases", () => {
    const version = fc
      .tuple(three, fc.array(identifier, { maxLength: 3 }), fc.constantFrom("", "+b.1"))
      .map(
        ([numbers, pre, build]) => numbers.join(".") + (pre.length > 0 ? `-${pre.join(".")}` : "") + build,
      );
    fc.assert(
      fc.property(version, version, (a, b) =>
        expectAlike(["npm", "cargo", "golang", "hex", "nuget", "swift"], a, b),
      ),
    );
  });

  it("those of registries, on numbered candidates before a release", () => {
    const version = fc
      .tuple(
        fc.constantFrom("1.0.0", "1.0.1"),
        fc.constantFrom("", "-alpha.", "-beta.", "-rc."),
        fc.nat({ max: 12 }),
      )
      .map(([release, word, at]) => (word === "" ? release : `${release}${word}${at}`));
    fc.assert(
      fc.property(version, version, (a, b) =>
        expectAlike(["npm", "cargo", "golang", "nuget", "maven", "pypi", "composer"], a, b),
      ),
    );
  });

  it("dpkg and rpm, on numbers with epochs, revisions and tildes", () => {
    const version = fc
      .tuple(
        fc.constantFrom("", "0:", "1:"),
        fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 12 })),
        fc.constantFrom("", "~rc1", "~rc2", "~~"),
        fc.constantFrom("-1", "-2", "-10"),
      )
      .map(([epoch, numbers, pre, revision]) => epoch + numbers.join(".") + pre + revision);
    fc.assert(fc.property(version, version, (a, b) => expectAlike(["deb", "rpm"], a, b)));
  });
});
