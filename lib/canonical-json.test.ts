// SPDX-License-Identifier: Apache-2.0
/** One byte form for one value, whatever the order in which its keys were set. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, canonicalJsonErrors } from "./canonical-json.ts";

/** RFC 8785, section 3.2, word for word. */
function reference(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(reference).join(",")}]`;
  const record = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(record).filter((key) => record[key] !== undefined);
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${reference(record[key])}`)
    .join(",")}}`;
}

const keys = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("10", "9", "-1", "1a", "toJSON", "__proto__"),
);
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, undefined),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: "binary" }),
    fc.array(
      tie("value").map((one) => one ?? null),
      { maxLength: 4 },
    ),
    fc.array(fc.tuple(keys, tie("value")), { maxLength: 4 }).map((all) => Object.fromEntries(all)),
  ),
})).value;

const nested = (depth: number, inner: unknown): unknown =>
  depth === 0 ? inner : { inside: nested(depth - 1, inner) };

describe("canonicalJson", () => {
  it("is what the RFC says", () => {
    fc.assert(
      fc.property(values, (value) => {
        if (value !== undefined) expect(canonicalJson(value)).toBe(reference(value));
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, unknown, string]>([
    [
      "keys by UTF-16 code unit",
      { "\u{1f600}": 1, "\ufb33": 2, b: 3, a: 4 },
      '{"a":4,"b":3,"\u{1f600}":1,"\ufb33":2}',
    ],
    ["numbers as text, not as numbers", { b: 1, 9: 2, 10: 3 }, '{"10":3,"9":2,"b":1}'],
    [
      "whole numbers deep inside",
      { b: [{ z: 1, 2: { y: 1, x: 2 } }], a: 1 },
      '{"a":1,"b":[{"2":{"x":2,"y":1},"z":1}]}',
    ],
    [
      "a key of this name",
      JSON.parse('{"__proto__":{"b":1,"a":2},"a":3}'),
      '{"__proto__":{"a":2,"b":1},"a":3}',
    ],
    ["no undefined", { b: undefined, 1: undefined, a: 1 }, '{"a":1}'],
    ["negative zero", [-0, 1e21, 1e-7], "[0,1e+21,1e-7]"],
    ["a lone surrogate", ["\ud800"], '["\\ud800"]'],
    ["objects of a class by their own keys", new Map([["a", 1]]), "{}"],
    ["a time by its own keys", { a: new Date(0) }, '{"a":{}}'],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1, b: [] }), '{"a":1,"b":[]}'],
    [
      "what is in order with one thing deep inside that is not",
      { a: [{ b: 1, a: 2 }] },
      '{"a":[{"a":2,"b":1}]}',
    ],
    ["no undefined where all is in order", { a: undefined, b: 1 }, '{"b":1}'],
  ])("writes %s", (_, value, want) => {
    expect(canonicalJson(value)).toBe(want);
  });

  it("writes what it has written", () => {
    fc.assert(
      fc.property(values, (value) => {
        if (value === undefined) return;
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it("writes one object as often as it stands there", () => {
    const twice = { a: 1 };
    expect(canonicalJson(nested(50, [twice, twice]))).toContain('[{"a":1},{"a":1}]');
  });

  const cycle: Record<string, unknown> = { 1: 1 };
  cycle["self"] = [cycle];
  it.each<[string, unknown]>([
    ["NaN", [Number.NaN]],
    ["an infinity", { a: Number.POSITIVE_INFINITY }],
    ["a function", { toJSON: () => 1 }],
    ["a symbol", [Symbol("a")]],
    ["a bigint", 1n],
    ["undefined", undefined],
    ["undefined in a list", [undefined]],
    ["something below a whole number", { 1: [Number.NaN] }],
    ["a cycle", cycle],
    ["a cycle far below", nested(40, cycle)],
  ])("refuses %s", (_, value) => {
    let thrown: unknown;
    try {
      canonicalJson(value);
    } catch (error) {
      thrown = error;
    }
    expect(canonicalJsonErrors.is(thrown, "JSON_NOT_CANONICAL")).toBe(true);
  });
});
