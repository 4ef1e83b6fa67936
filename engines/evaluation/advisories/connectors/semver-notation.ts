// SPDX-License-Identifier: Apache-2.0
/**
 * Requirements of npm and of Cargo. Both are read by node-semver, https://github.com/npm/node-semver#ranges; Cargo's
 * differ in that commas part them and a version by itself means `^`
 * (https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html).
 */
import semver from "semver";
import { versionOrder } from "#lib/versions/index.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import { intersection } from "./intervals.ts";
import type { Cut, Interval } from "./intervals.ts";
import { splitList, unreadable } from "./requirements.ts";
import type { Notation } from "./requirements.ts";

export const npmNotation: Notation = notation("npm", (text) => text);

export const cargoNotation: Notation = notation("cargo", (text) =>
  splitList(text)
    .map((part) => (/^\d/.test(part) ? `^${part}` : part))
    .join(" "),
);

function notation(ecosystem: string, toNpm: (text: string) => string): Notation {
  const order = versionOrder(ecosystem);
  if (order === undefined) throw new Error(`the order of ${ecosystem} is missing`);
  return { ecosystem, order, read: (text) => readRange(order, text, toNpm(text)) };
}

function readRange(order: VersionOrder, text: string, npm: string): readonly Interval[] {
  let range: semver.Range;
  try {
    range = new semver.Range(npm);
  } catch {
    throw unreadable(text);
  }
  return range.set.flatMap((comparators) => {
    const intervals = comparators.map(intervalOf);
    return intervals.includes(undefined)
      ? []
      : (intersection(
          order,
          intervals.flatMap((each) => each ?? []),
        ) ?? []);
  });
}

/** Undefined where no version meets the comparator (`<0.0.0-0`). */
function intervalOf({ operator, semver: bound }: semver.Comparator): Interval | undefined {
  if (!(bound instanceof semver.SemVer)) return {}; // `*`
  const { version, prerelease } = bound;
  const mark: Pick<Cut, "isMark"> = prerelease.length === 1 && prerelease[0] === 0 ? { isMark: true } : {};
  const before: Cut = { version, side: "before", ...mark };
  const behind: Cut = { version, side: "behind" };
  switch (operator) {
    case ">=":
      return version === "0.0.0" ? {} : { from: before };
    case ">":
      return { from: behind };
    case "<":
      return version === "0.0.0" || version === "0.0.0-0" ? undefined : { to: before };
    case "<=":
      return { to: behind };
    default:
      return { from: before, to: behind };
  }
}
