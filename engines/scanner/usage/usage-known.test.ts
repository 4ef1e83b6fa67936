// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { EntryPath, EntryTrace, TerminalKind, UnresolvedCode } from "../entrytrace/types.ts";
import type { Omission } from "../types.ts";
import { usageGaps } from "./usage-gaps.ts";
import { isUsageKnown } from "./usage-known.ts";
import type { Usage } from "./usage.ts";

const entryTrace: EntryTrace = {
  steps: [],
  terminal: { kind: "native", path: "a", argv: [], workingDir: "/", user: "", env: {} },
};
const nothing: Usage = { reasons: new Map(), missing: [], isCut: false };
const omission = (code: string, analyzer?: string): Omission => ({
  code,
  message: "why",
  path: "x",
  ...(analyzer === undefined ? {} : { analyzer }),
});

const unresolved = (code: UnresolvedCode): EntryPath => ({ steps: [], unresolved: { code, message: "why" } });
const ofKind = (kind: TerminalKind): EntryPath => ({
  steps: [],
  terminal: { kind, path: "a", argv: [], workingDir: "/", user: "", env: {} },
});

describe("usage is", () => {
  it.each<{ name: string; usage?: Partial<Usage>; omissions?: Omission[]; want: string[] }>([
    { name: "known where all was followed", want: [] },
    {
      name: "known beside what leads nowhere",
      omissions: [omission("ANALYZER_INPUT_INVALID", "language/php"), omission("DISTRO_UNKNOWN")],
      want: [],
    },
    {
      name: "not known where a library is not there",
      usage: { missing: [{ name: "libx.so", neededBy: "bin/a" }] },
      want: ["USAGE_LIBRARY_MISSING /bin/a needs libx.so, which is not there"],
    },
    {
      name: "not known where a limit ended the search",
      usage: { isCut: true },
      omissions: [omission("LIMIT_USAGE")],
      want: [
        "USAGE_CUT the program may use more than was followed",
        "USAGE_FILES_UNREAD LIMIT_USAGE /x: why",
      ],
    },
    {
      name: "not known where dependencies are left out",
      omissions: [omission("LIMIT_DEPENDENCIES")],
      want: ["USAGE_FILES_UNREAD LIMIT_DEPENDENCIES /x: why"],
    },
    {
      name: "not known where a binary or script was not read",
      omissions: [
        omission("ANALYZER_INPUT_INVALID", "native/binary"),
        omission("FILE_SPARSE", "entry/script"),
        omission("LIMIT_FILE_BYTES", "language/node"),
      ],
      want: ["USAGE_FILES_UNREAD ANALYZER_INPUT_INVALID /x: why, and 2 more"],
    },
  ])("$name", ({ usage, omissions = [], want }) => {
    const gaps = usageGaps({ ...nothing, ...usage }, omissions, {});
    expect(gaps.map(({ code, message }) => `${code} ${message}`)).toEqual(want);
    expect(isUsageKnown({ entryTrace, usageGaps: gaps })).toBe(want.length === 0);
  });

  it.each<{ name: string; way: EntryPath; want: boolean }>([
    { name: "a program", way: entryTrace, want: true },
    { name: "a script that ends", way: unresolved("SCRIPT_ENDS"), want: true },
    { name: "more than is followed", way: unresolved("BUDGET_EXHAUSTED"), want: false },
    { name: "a program whose packages are not followed", way: ofKind("ruby"), want: false },
  ])("known: $want, where scripts run $name on the way", ({ way, want }) => {
    const gaps = usageGaps(nothing, [], { onTheWay: [way] });
    expect(gaps.map(({ code }) => code)).toEqual(want ? [] : ["USAGE_PROGRAM_NOT_FOLLOWED"]);
    expect(isUsageKnown({ entryTrace, usageGaps: gaps })).toBe(want);
  });

  it("not known of more libraries than are named", () => {
    const missing = Array.from({ length: 60 }, (_, i) => ({ name: `l${i}`, neededBy: "a" }));
    const gaps = usageGaps({ ...nothing, missing }, [], {});
    expect([gaps.length, gaps.at(-1)?.message]).toEqual([51, "and 10 more"]);
  });
});
