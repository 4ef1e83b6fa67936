// SPDX-License-Identifier: Apache-2.0
/** Conditions: transition times, order, bounds and checks. */
import { describe, expect, it } from "vitest";
import { clip, setConditions, type ConditionInput } from "./conditions.ts";

const T0 = "2026-01-01T00:00:00Z";
const at = { now: Date.parse("2026-02-02T00:00:00Z"), generation: 4 };
const ready = (more: Partial<ConditionInput> = {}): ConditionInput => ({
  type: "Ready",
  status: "True",
  reason: "Done",
  message: "",
  ...more,
});

describe("setConditions", () => {
  it.each([
    { name: "a new type gets the time of now", previous: [], time: "2026-02-02T00:00:00Z" },
    {
      name: "the same status keeps its time",
      previous: [{ type: "Ready", status: "True", lastTransitionTime: T0 }],
      time: T0,
    },
    {
      name: "another status moves it",
      previous: [{ type: "Ready", status: "False", lastTransitionTime: T0 }],
      time: "2026-02-02T00:00:00Z",
    },
    {
      name: "a stored one without time gets one",
      previous: [{ type: "Ready", status: "True" }],
      time: "2026-02-02T00:00:00Z",
    },
  ])("$name", ({ previous, time }) => {
    expect(setConditions(previous, [ready()], at)).toEqual([
      { ...ready(), observedGeneration: 4, lastTransitionTime: time },
    ]);
  });

  it("orders by type and drops what is no longer named", () => {
    const previous = [{ type: "Gone", status: "True", lastTransitionTime: T0 }];
    const next = [ready({ type: "Stalled" }), ready()];
    expect(setConditions(previous, next, at).map(({ type }) => type)).toEqual(["Ready", "Stalled"]);
  });

  it.each([
    { name: "a reason with a space", next: [ready({ reason: "not good" })] },
    { name: "an empty reason", next: [ready({ reason: "" })] },
    { name: "an empty type", next: [ready({ type: "" })] },
    { name: "a type twice", next: [ready(), ready()] },
  ])("refuses $name", ({ next }) => {
    expect(() => setConditions([], next, at)).toThrow(/^condition /);
  });

  it("bounds messages without cutting a character in two", () => {
    expect(setConditions([], [ready({ message: "x".repeat(5000) })], at)[0]?.message).toHaveLength(1024);
    expect(clip(`${"x".repeat(8)}😀y`, 10)).toBe(`${"x".repeat(8)}…`);
    expect(clip("short", 10)).toBe("short");
  });
});
